//! For operators: how the mesh is.

use std::collections::BTreeMap;

use actix_web::get;
use actix_web::http::header::{CACHE_CONTROL, HeaderValue};
use actix_web::web::Data;
use actix_web::{HttpResponse, Responder};
use chrono::{DateTime, Utc};
use serde::Serialize;
use souk_clients::ClientError;
use souk_clients::report::{OutboxReport, QueueReport, Report};
use souk_http::Refusals;
use utoipa::ToSchema;

use super::session::Operator;
use crate::flows::{self, Replica, Seen};
use crate::{AppState, Worker};

/// The whole mesh.
#[derive(Serialize, ToSchema)]
pub struct MeshBody {
    /// Whether every process is ready.
    status: Status,
    /// When everybody was asked.
    checked_at: DateTime<Utc>,
    /// The gateway that answers this; other replicas of it are not asked.
    gateway: GatewayBody,
    /// Every service, whether it answers or not.
    services: Vec<ServiceBody>,
}

/// How a service or a process is.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// It has all that it needs.
    Ready,
    /// Some replicas are ready, others not.
    Degraded,
    /// It answers, and misses something that it needs.
    NotReady,
    /// It does not answer.
    Away,
}

/// This gateway.
#[derive(Serialize, ToSchema)]
pub struct GatewayBody {
    /// How it is.
    status: Status,
    /// The release.
    #[schema(example = "0.1.0")]
    version: &'static str,
    /// What it was built from, if its builder said so.
    build: Option<&'static str>,
    /// When it started.
    started_at: DateTime<Utc>,
    /// How many seconds ago that was.
    #[schema(example = 86400)]
    uptime_seconds: i64,
    /// What it depends on beside the services, and whether that is `up` or `down`.
    #[schema(example = json!({"redis": "up"}))]
    dependencies: BTreeMap<&'static str, &'static str>,
}

/// A service.
#[derive(Serialize, ToSchema)]
pub struct ServiceBody {
    /// Its name.
    #[schema(example = "order-svc")]
    name: &'static str,
    /// How it is, all replicas taken together.
    status: Status,
    /// Events that were decided and not told yet; null when nobody can say.
    outbox: Option<OutboxReport>,
    /// The queues that it reads, as of some seconds ago; null when nobody can say.
    queues: Option<Vec<QueueReport>>,
    /// Its processes.
    replicas: Vec<ReplicaBody>,
}

/// A process of a service. One that is away has only its address and a reason.
#[derive(Serialize, ToSchema)]
pub struct ReplicaBody {
    /// Where it was asked.
    #[schema(example = "http://order-svc:8105")]
    address: String,
    /// How it is.
    status: Status,
    /// Why there is no answer.
    #[schema(example = "it took too long")]
    reason: Option<String>,
    /// The release.
    #[schema(example = "0.1.0")]
    version: Option<String>,
    /// What it was built from, if its builder said so.
    build: Option<String>,
    /// When it started.
    started_at: Option<DateTime<Utc>>,
    /// How many seconds ago that was.
    #[schema(example = 86400)]
    uptime_seconds: Option<i64>,
    /// What it depends on, and whether that is `up` or `down`.
    #[schema(example = json!({"postgres": "up"}))]
    dependencies: BTreeMap<String, String>,
}

/// See how the mesh is.
///
/// Every replica of every service is asked at the same time: readiness, version, uptime, what waits in its outbox and
/// queues, and what was parked. One that does not answer within a second is told of as `away`. For administrators.
#[utoipa::path(tag = "ops", security(("bearer" = [])), responses(
    (status = 200, description = "As it is now, good or bad", body = MeshBody),
    (status = 401, description = "`authentication-required`, or the token is not good", body = souk_http::ProblemBody, content_type = "application/problem+json"),
    (status = 403, description = "`admin-only`", body = souk_http::ProblemBody, content_type = "application/problem+json"),
    Refusals))]
#[get("/ops/mesh")]
pub async fn get_mesh(_operator: Operator, state: Data<AppState>, worker: Data<Worker>) -> impl Responder {
    let checked_at = Utc::now();
    let (seen, redis) = tokio::join!(flows::look_at_mesh(&state.services), worker.revocations.ready());
    let services: Vec<ServiceBody> = seen.into_iter().map(ServiceBody::from).collect();
    let is_ready = redis.is_ok() && services.iter().all(|service| service.status == Status::Ready);
    HttpResponse::Ok()
        .insert_header((CACHE_CONTROL, HeaderValue::from_static("no-store")))
        .json(MeshBody {
            status: if is_ready { Status::Ready } else { Status::Degraded },
            checked_at,
            gateway: gateway(&state, redis.is_ok(), checked_at),
            services,
        })
}

fn gateway(state: &AppState, has_redis: bool, now: DateTime<Utc>) -> GatewayBody {
    GatewayBody {
        status: if has_redis {
            Status::Ready
        } else {
            Status::NotReady
        },
        version: env!("CARGO_PKG_VERSION"),
        build: option_env!("SOUK_BUILD"),
        started_at: state.started_at,
        uptime_seconds: now.signed_duration_since(state.started_at).num_seconds(),
        dependencies: [("redis", if has_redis { "up" } else { "down" })].into(),
    }
}

impl From<Seen> for ServiceBody {
    fn from(seen: Seen) -> Self {
        let reports = || {
            seen.replicas
                .iter()
                .filter_map(|replica| replica.report.as_ref().ok())
        };
        // The database and the broker are the same for all replicas.
        let outbox = reports().find_map(|report| report.outbox);
        let queues = reports().find_map(|report| report.queues.clone());
        let replicas: Vec<ReplicaBody> = seen.replicas.into_iter().map(ReplicaBody::from).collect();
        Self {
            name: seen.service.name(),
            status: together(replicas.iter().map(|replica| replica.status)),
            outbox,
            queues,
            replicas,
        }
    }
}

/// What replicas are together: like all of them, or something between.
fn together(mut all: impl Iterator<Item = Status>) -> Status {
    let Some(first) = all.next() else {
        return Status::Away;
    };
    all.fold(first, |so_far, next| match (so_far, next) {
        (so_far, next) if so_far == next => so_far,
        (Status::Away | Status::NotReady, Status::Away | Status::NotReady) => Status::NotReady,
        _ => Status::Degraded,
    })
}

impl From<Replica> for ReplicaBody {
    fn from(replica: Replica) -> Self {
        let (report, reason) = match replica.report {
            Ok(report) => (Some(report), None),
            Err(error) => (None, Some(reason(&error))),
        };
        let status = match &report {
            Some(report) if report.ready => Status::Ready,
            Some(_) => Status::NotReady,
            None => Status::Away,
        };
        let told = |what: fn(&Report) -> String| report.as_ref().map(what);
        Self {
            address: replica.address,
            status,
            reason,
            version: told(|report| report.version.clone()),
            build: report.as_ref().and_then(|report| report.build.clone()),
            started_at: report.as_ref().map(|report| report.started_at),
            uptime_seconds: report.as_ref().map(|report| report.uptime_seconds),
            dependencies: report.map(|report| report.dependencies).unwrap_or_default(),
        }
    }
}

fn reason(error: &ClientError) -> String {
    match error {
        ClientError::Unavailable { reason, .. } | ClientError::Unexpected { reason, .. } => reason.clone(),
        ClientError::Refused(problem) => format!("it refused: {}", problem.slug()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn replicas_are_together_like_all_of_them_or_something_between() {
        use Status::{Away, Degraded, NotReady, Ready};
        let all = |all: &[Status]| together(all.iter().copied());

        assert!(all(&[]) == Away && all(&[Away, Away]) == Away);
        assert!(all(&[Ready, Ready]) == Ready && all(&[NotReady]) == NotReady);
        assert!(all(&[Away, NotReady]) == NotReady);
        assert!(all(&[Ready, Away, Ready]) == Degraded && all(&[NotReady, Ready]) == Degraded);
        assert!(all(&[Ready, NotReady, NotReady]) == Degraded);
    }
}
