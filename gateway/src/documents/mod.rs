//! One API document out of those of all services.

mod merge;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use actix_web::web::Bytes;
use futures_util::future::join_all;
use serde_json::Value;
use souk_clients::MeshClient;
use tokio_util::sync::CancellationToken;

use crate::proxy::Service;
use merge::{Part, State, merge};

/// A document that somebody asks for is not older than this.
const FRESH: Duration = Duration::from_secs(2);
/// How often services are looked at when nobody asks.
const INTERVAL: Duration = Duration::from_secs(15);
const PATIENCE: Duration = Duration::from_secs(1);

/// The merged document, and where its parts come from.
pub struct Documents {
    own: Value,
    sources: Vec<(Service, MeshClient)>,
    kept: Mutex<Kept>,
    /// One look around at a time; the others wait for its outcome.
    looking: tokio::sync::Mutex<()>,
}

#[derive(Default)]
struct Kept {
    /// As text: taken apart it is many times as large, and hardly anybody asks.
    parts: HashMap<&'static str, (State, Option<Arc<str>>)>,
    /// Put together when somebody asks for it.
    merged: Option<Bytes>,
    looked: Option<Instant>,
}

impl Documents {
    /// `own` is the document of the gateway's own operations.
    pub fn new(own: Value, sources: Vec<(Service, MeshClient)>) -> Self {
        let sources = sources
            .into_iter()
            .map(|(service, client)| (service, client.timeout(PATIENCE)))
            .collect();
        Self {
            own,
            sources,
            kept: Mutex::default(),
            looking: tokio::sync::Mutex::default(),
        }
    }

    /// The merged document as JSON.
    pub async fn merged(&self) -> Bytes {
        self.look_around().await;
        let mut kept = self.kept();
        if let Some(merged) = &kept.merged {
            return merged.clone();
        }
        let merged = self.put_together(&kept);
        kept.merged = Some(merged.clone());
        merged
    }

    /// Looks around from time to time until `stop`, so that a service's document is known before it goes away.
    pub async fn keep_looking(&self, stop: CancellationToken) {
        loop {
            self.look_around().await;
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(INTERVAL) => {}
            }
        }
    }

    async fn look_around(&self) {
        if self.is_fresh() {
            return;
        }
        let _alone = self.looking.lock().await;
        if self.is_fresh() {
            return;
        }
        let ask = async |(service, client): &(Service, MeshClient)| {
            let document = client.get::<Value>("/openapi.json").await;
            if let Err(error) = &document {
                tracing::debug!(%error, service = service.name(), "A service did not give its API document");
            }
            (service.name(), document.ok().map(|document| document.to_string()))
        };
        let found = join_all(self.sources.iter().map(ask)).await;
        let mut kept = self.kept();
        for (name, document) in found {
            if kept.take(name, document) {
                kept.merged = None;
            }
        }
        kept.looked = Some(Instant::now());
    }

    fn is_fresh(&self) -> bool {
        self.kept().looked.is_some_and(|looked| looked.elapsed() < FRESH)
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn put_together(&self, kept: &Kept) -> Bytes {
        let part = |(service, _): &(Service, MeshClient)| {
            let (state, document) = kept
                .parts
                .get(service.name())
                .cloned()
                .unwrap_or((State::Unknown, None));
            Part {
                service: service.name(),
                state,
                document: document.and_then(|document| serde_json::from_str(&document).ok()),
            }
        };
        let parts: Vec<Part> = self.sources.iter().map(part).collect();
        // JSON that was parsed is written without fail.
        serde_json::to_vec(&merge(&self.own, &parts))
            .unwrap_or_default()
            .into()
    }
}

impl Kept {
    /// Keeps what a service gave; one that gave nothing keeps its last document. Tells whether this is news.
    fn take(&mut self, name: &'static str, document: Option<String>) -> bool {
        let before = self.parts.get(name).cloned().unwrap_or((State::Unknown, None));
        let now = match (document, &before.1) {
            (Some(document), _) => (State::Up, Some(document.into())),
            (None, Some(last)) => (State::Down, Some(last.clone())),
            (None, None) => (State::Unknown, None),
        };
        let is_news = now != before;
        self.parts.insert(name, now);
        is_news
    }
}
