//! The search index is rebuilt all through a run, whatever breaks meanwhile, and compared with its source at the end.

use std::collections::BTreeSet;
use std::convert::Infallible;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

use super::market::{Ask, Market};

/// Between two rebuilds.
const PAUSE: Duration = Duration::from_millis(400);
/// Between two searches.
const SEARCH_PAUSE: Duration = Duration::from_millis(150);
/// Searches of each sort: by words, by filters with facets, by value, and the short list of both kinds.
const SEARCHES: [&str; 4] = [
    "/search/products?q=ware",
    "/search/products?in_stock=true&option.size=M&sort=newest",
    "/search/products?q=ware&sort=-price&limit=5",
    "/search?q=shop",
];

/// Searches that had a wrong answer.
#[derive(Debug, Default)]
pub struct SearchLog(Mutex<BTreeSet<String>>);

impl SearchLog {
    /// What was wrong, each once.
    pub fn take_violations(&self) -> BTreeSet<String> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn add(&self, violation: String) {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(violation);
    }
}

/// Searches all through a run, until it is dropped. A search may be unavailable, but never be refused. The client itself
/// notes every 500.
pub async fn keep_searching(market: &Market, log: &SearchLog) -> Infallible {
    let mut paths = SEARCHES.into_iter().cycle();
    loop {
        if let Some(path) = paths.next()
            && let Some(answer) = market.client.try_ask(None, &Ask::get(path)).await
            && !answer.is_done()
        {
            log.add(format!("GET {path}: {answer}"));
        }
        sleep(SEARCH_PAUSE).await;
    }
}

/// Asks for one rebuild after the other, from either source, until it is dropped. A request that fails is not repeated.
pub async fn keep_rebuilding(market: &Market) -> Infallible {
    let mut sources = ["own", "services"].into_iter().cycle();
    loop {
        let source = sources.next();
        let rebuild = Ask::post("/search/rebuild", json!({ "source": source }));
        // What is not answered in all that breaks is begun the next time.
        let _ = market.client.ask(Some(&market.admin), &rebuild).await;
        sleep(PAUSE).await;
    }
}

/// Compares the index with the services, so that the audit finds what differs.
///
/// # Errors
/// When the comparison does not end.
pub async fn compare(market: &Market, patience: Duration) -> Result<()> {
    let (client, admin) = (&market.client, Some(&market.admin));
    let begun = Instant::now();
    let drift = Ask::post("/search/drift", json!({"source": "services"}));
    let job = client.done(admin, &drift).await?;
    let id = job.get("id").and_then(Value::as_str).context("a job has an id")?;
    let path = format!("/search/drift/{id}");
    loop {
        let job = client.done(admin, &Ask::get(&path)).await?;
        match job.get("status").and_then(Value::as_str) {
            Some("done") => return Ok(()),
            Some("failed") => bail!("the comparison of the search index failed: {job}"),
            _ if begun.elapsed() > patience => {
                bail!("the comparison of the search index does not end: {job}")
            }
            _ => sleep(Duration::from_millis(100)).await,
        }
    }
}
