//! Health: alive, and truthful about what is needed.

use std::fmt::Display;
use std::sync::Arc;
use std::time::Duration;

use actix_web::{HttpResponse, web};
use futures_util::future::{LocalBoxFuture, join_all};
use serde_json::{Map, Value, json};
use tokio::time::timeout;

/// A dependency that does not answer within this time counts as down.
const PATIENCE: Duration = Duration::from_secs(2);

type Probe = Arc<dyn Fn() -> LocalBoxFuture<'static, Result<(), String>> + Send + Sync>;

/// Asks one dependency whether it is there.
#[derive(Clone)]
pub struct Check {
    name: &'static str,
    required: bool,
    probe: Probe,
}

impl Check {
    /// A dependency without which this process is not ready.
    pub fn new<F, Fut, E>(name: &'static str, probe: F) -> Self
    where
        F: Fn() -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<(), E>> + 'static,
        E: Display,
    {
        let probe: Probe = Arc::new(move || {
            let asked = probe();
            Box::pin(async move { asked.await.map_err(|error| error.to_string()) })
        });
        Self {
            name,
            required: true,
            probe,
        }
    }

    /// A dependency that is told of and does not decide.
    pub fn optional(mut self) -> Self {
        self.required = false;
        self
    }

    async fn is_up(&self, patience: Duration) -> bool {
        match timeout(patience, (self.probe)()).await {
            Ok(Ok(())) => true,
            Ok(Err(error)) => {
                tracing::debug!(dependency = self.name, %error, "A dependency is down");
                false
            }
            Err(_) => false,
        }
    }
}

/// The process runs; asks nobody.
pub async fn live() -> HttpResponse {
    HttpResponse::Ok().json(json!({ "status": "live" }))
}

/// What a process needs, and whether that is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Readiness {
    /// Nothing that is needed is missing.
    pub ready: bool,
    /// Every dependency by name, and whether it is up.
    pub dependencies: Vec<(&'static str, bool)>,
}

impl Readiness {
    /// Asks all dependencies at once; one that does not answer within `patience` is down.
    pub async fn of(checks: &[Check], patience: Duration) -> Self {
        let up = join_all(checks.iter().map(|check| check.is_up(patience))).await;
        let asked = || checks.iter().zip(&up);
        Self {
            ready: asked().all(|(check, up)| *up || !check.required),
            dependencies: asked().map(|(check, up)| (check.name, *up)).collect(),
        }
    }
}

/// Every dependency by name, and 503 while one that is needed is missing.
pub async fn ready(checks: web::Data<Vec<Check>>) -> HttpResponse {
    let readiness = Readiness::of(&checks, PATIENCE).await;
    let dependencies: Map<String, Value> = readiness
        .dependencies
        .into_iter()
        .map(|(name, up)| (name.to_owned(), if up { "up" } else { "down" }.into()))
        .collect();
    let (mut response, status) = if readiness.ready {
        (HttpResponse::Ok(), "ready")
    } else {
        (HttpResponse::ServiceUnavailable(), "not-ready")
    };
    response.json(json!({ "status": status, "dependencies": dependencies }))
}
