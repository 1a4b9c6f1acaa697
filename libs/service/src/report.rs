//! What a process tells of itself: to the gateway at `/internal/mesh`, and as metrics.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use actix_web::http::Method;
use actix_web::web::{self, Data};
use actix_web::{HttpResponse, Responder};
use chrono::{DateTime, Utc};
use souk_auth::Peer;
use souk_bus::{Bus, Depth, Gauge};
use souk_clients::report::{OutboxReport, QueueReport, REPORT_PATH, Report};
use souk_db::Db;
use souk_http::{Check, Quiet, Readiness, Server};
use souk_outbox::{Backlog, count_parked};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

/// Who asks wants an answer soon: what does not come in this time is missing from it.
const PATIENCE: Duration = Duration::from_millis(700);
/// How often the broker is asked.
const EVERY: Duration = Duration::from_secs(5);
/// What was seen longer ago than this counts as not seen.
const STALE: Duration = Duration::from_secs(16);

/// Knows what there is to tell.
#[derive(Clone)]
pub struct Reporter(Arc<Inner>);

struct Inner {
    db: Db,
    started_at: DateTime<Utc>,
    depths: Mutex<Option<(Instant, Vec<Depth>)>>,
}

impl Reporter {
    /// A process with this database, which starts now.
    pub fn new(db: Db) -> Self {
        let started_at = Utc::now();
        #[expect(clippy::as_conversions, reason = "a gauge takes floats; seconds fit")]
        metrics::gauge!("process_start_time_seconds").set(started_at.timestamp() as f64);
        Self(Arc::new(Inner {
            db,
            started_at,
            depths: Mutex::default(),
        }))
    }

    /// Adds the route to a server.
    pub fn attach(&self, server: Server) -> Server {
        let reporter = Data::new(self.clone());
        server
            .data(reporter)
            .setup(|app| {
                app.route(REPORT_PATH, web::get().to(report));
            })
            .methods(REPORT_PATH, &[Method::GET])
    }

    /// Asks the broker for the queues of `service` from time to time, until `stop`.
    pub async fn watch(self, bus: Bus, service: &'static str, stop: CancellationToken) {
        let mut gauge = Gauge::new(bus, service);
        loop {
            match stop.run_until_cancelled(gauge.read()).await {
                None => return,
                Some(Ok(depths)) => self.keep(self.with_parked(depths).await),
                // Those who need the broker tell of it.
                Some(Err(error)) => tracing::debug!(%error, "The broker does not tell what lies in queues"),
            }
            if stop
                .run_until_cancelled(tokio::time::sleep(EVERY))
                .await
                .is_none()
            {
                return;
            }
        }
    }

    /// What was parked is drained into a table; a parked queue holds only what is on its way there.
    async fn with_parked(&self, mut depths: Vec<Depth>) -> Vec<Depth> {
        let count = async {
            let mut conn = self.0.db.conn().await?;
            count_parked(&mut conn).await
        };
        let kept = timeout(PATIENCE, count).await.ok().and_then(Result::ok);
        for depth in &mut depths {
            let waiting = kept.as_ref().and_then(|kept| kept.get(depth.queue));
            let waiting = waiting.map_or(0, |count| u32::try_from(*count).unwrap_or(u32::MAX));
            depth.parked = depth.parked.saturating_add(waiting);
        }
        depths
    }

    fn keep(&self, depths: Vec<Depth>) {
        for depth in &depths {
            metrics::gauge!("queue_ready", "queue" => depth.queue).set(depth.ready);
            metrics::gauge!("queue_consumers", "queue" => depth.queue).set(depth.consumers);
            metrics::gauge!("queue_parked", "queue" => depth.queue).set(depth.parked);
        }
        *self.0.depths.lock().unwrap_or_else(PoisonError::into_inner) = Some((Instant::now(), depths));
    }

    fn queues(&self) -> Option<Vec<QueueReport>> {
        let depths = self.0.depths.lock().unwrap_or_else(PoisonError::into_inner);
        let (_, depths) = depths.as_ref().filter(|(seen, _)| seen.elapsed() < STALE)?;
        let queue = |depth: &Depth| QueueReport {
            name: depth.queue.to_owned(),
            ready: depth.ready,
            consumers: depth.consumers,
            parked: depth.parked,
        };
        Some(depths.iter().map(queue).collect())
    }

    async fn outbox(&self) -> Option<OutboxReport> {
        let backlog = timeout(PATIENCE, Backlog::of(&self.0.db)).await.ok()?.ok()?;
        Some(OutboxReport {
            pending: backlog.rows,
            oldest_seconds: backlog.age,
        })
    }
}

async fn report(
    _peer: Peer,
    _quiet: Quiet,
    reporter: Data<Reporter>,
    checks: Data<Vec<Check>>,
) -> impl Responder {
    let (readiness, outbox) = tokio::join!(Readiness::of(&checks, PATIENCE), reporter.outbox());
    let started_at = reporter.0.started_at;
    let state = |up| if up { "up" } else { "down" }.to_owned();
    HttpResponse::Ok().json(Report {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        build: option_env!("SOUK_BUILD").map(str::to_owned),
        started_at,
        uptime_seconds: Utc::now().signed_duration_since(started_at).num_seconds(),
        ready: readiness.ready,
        dependencies: readiness
            .dependencies
            .into_iter()
            .map(|(name, up)| (name.to_owned(), state(up)))
            .collect(),
        outbox,
        queues: reporter.queues(),
    })
}
