//! A steady load of requests that may be repeated.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use reqwest::Method;
use tokio::task::JoinHandle;

use crate::client::Client;
use crate::eventually::{SOON, eventually};

/// Between two requests of one reader.
const PAUSE: Duration = Duration::from_millis(10);

/// Readers who ask the same thing again and again.
pub struct Load {
    shared: Arc<Shared>,
    readers: Vec<JoinHandle<Vec<String>>>,
}

#[derive(Default)]
struct Shared {
    stop: AtomicBool,
    answered: AtomicUsize,
}

impl Load {
    /// Lets each reader begin.
    pub fn of(readers: impl IntoIterator<Item = (Client, String)>) -> Self {
        let shared = Arc::<Shared>::default();
        let begin = |(client, path)| tokio::spawn(read(client, path, Arc::clone(&shared)));
        Self {
            readers: readers.into_iter().map(begin).collect(),
            shared,
        }
    }

    /// Waits until so many more requests are answered as they should be.
    pub async fn goes_on(&self, more: usize) {
        let begun = self.shared.answered.load(Ordering::SeqCst);
        eventually("the load goes on", SOON, async || {
            let answered = self.shared.answered.load(Ordering::SeqCst) - begun;
            if answered >= more {
                Ok(())
            } else {
                Err(format!("{answered} of {more} are answered"))
            }
        })
        .await;
    }

    /// Lets every reader finish: how many requests were answered, and what became of the others.
    pub async fn ends(self) -> (usize, Vec<String>) {
        self.shared.stop.store(true, Ordering::SeqCst);
        let mut failures = Vec::new();
        for reader in self.readers {
            failures.extend(reader.await.unwrap());
        }
        (self.shared.answered.load(Ordering::SeqCst), failures)
    }
}

async fn read(client: Client, path: String, shared: Arc<Shared>) -> Vec<String> {
    let mut failures = Vec::new();
    while !shared.stop.load(Ordering::SeqCst) {
        match client.try_send(Method::GET, &path, None::<()>).await {
            Ok(answer) if answer.status == 200 => {
                shared.answered.fetch_add(1, Ordering::SeqCst);
            }
            other => failures.push(format!("{path}: {other:?}")),
        }
        tokio::time::sleep(PAUSE).await;
    }
    failures
}
