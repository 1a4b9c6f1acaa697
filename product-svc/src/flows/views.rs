//! Counts views beside the requests, which never wait for it.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use chrono::Utc;
use souk_db::Db;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use crate::domain::{ProductId, QUIET, View};
use crate::ops;

/// Views that wait, at most; more are dropped.
const QUEUE: usize = 1024;
/// Views in one transaction, at most.
const BATCH: usize = 200;
/// Views remembered in this process, at most.
const REMEMBERED: usize = 50_000;
/// How often old marks are swept from the table.
const SWEEP: Duration = Duration::from_secs(300);

/// Where handlers note views. Cheap to share.
pub struct ViewLog {
    views: mpsc::Sender<View>,
}

/// Counts what is noted.
pub struct ViewCounter {
    db: Db,
    views: mpsc::Receiver<View>,
    recent: HashMap<(ProductId, String), Instant>,
}

impl ViewLog {
    /// A log over `db`, and the counter that must run for anything to be counted.
    pub fn open(db: Db) -> (Self, ViewCounter) {
        let (sender, views) = mpsc::channel(QUEUE);
        (
            Self { views: sender },
            ViewCounter {
                db,
                views,
                recent: HashMap::new(),
            },
        )
    }

    /// Notes a view, or drops it when too many wait.
    pub fn note(&self, view: View) {
        if self.views.try_send(view).is_err() {
            metrics::counter!("product_views_dropped_total").increment(1);
        }
    }
}

impl ViewCounter {
    /// Counts until `stop`, and then what still waits.
    pub async fn run(mut self, stop: CancellationToken) {
        let mut sweep = tokio::time::interval(SWEEP);
        loop {
            let mut views = Vec::new();
            tokio::select! {
                biased;
                _ = self.views.recv_many(&mut views, BATCH) => {
                    if views.is_empty() {
                        break;
                    }
                    self.count(views).await;
                }
                () = stop.cancelled() => break,
                _ = sweep.tick() => self.sweep().await,
            }
        }
    }

    /// Counts views; what this process saw a moment ago is not even asked of the database.
    pub async fn count(&mut self, mut views: Vec<View>) {
        views.retain(|view| !self.is_recent(view));
        if views.is_empty() {
            return;
        }
        let seen: Vec<_> = views
            .iter()
            .map(|view| (view.product_id, view.visitor.clone()))
            .collect();
        let counted = self
            .db
            .transaction(async |tx| ops::record_views(tx, views, Utc::now()).await)
            .await;
        match counted {
            Ok(()) => self
                .recent
                .extend(seen.into_iter().map(|key| (key, Instant::now()))),
            Err(error) => {
                metrics::counter!("product_views_dropped_total")
                    .increment(u64::try_from(seen.len()).unwrap_or(u64::MAX));
                tracing::warn!(error = ?error, views = seen.len(), "Views could not be counted");
            }
        }
    }

    fn is_recent(&self, view: &View) -> bool {
        let key = (view.product_id, view.visitor.clone());
        self.recent.get(&key).is_some_and(|seen| seen.elapsed() < quiet())
    }

    async fn sweep(&mut self) {
        self.recent.retain(|_, seen| seen.elapsed() < quiet());
        if self.recent.len() > REMEMBERED {
            self.recent.clear();
        }
        if let Err(error) = self
            .db
            .transaction(async |tx| ops::forget_views(tx, Utc::now()).await)
            .await
        {
            tracing::warn!(error = ?error, "Old views could not be forgotten");
        }
    }
}

fn quiet() -> Duration {
    QUIET.to_std().unwrap_or_default()
}
