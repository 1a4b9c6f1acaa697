//! A message and how often it has failed.

use std::time::Duration;

use souk_bus::Delivery;
use tokio::time::Instant;

/// How often a message is tried before it is parked. With the pauses between them that is some 13 seconds.
pub(super) const MAX_ATTEMPTS: u32 = 8;
/// The first pause after a failure; each one after it is twice as long.
const FIRST_PAUSE: Duration = Duration::from_millis(100);

/// A message in hand.
pub(super) struct Attempt {
    pub delivery: Delivery,
    /// How often it has failed in this process.
    pub failures: u32,
    /// When it is to be tried again.
    due: Option<Instant>,
}

impl From<Delivery> for Attempt {
    fn from(delivery: Delivery) -> Self {
        Self {
            delivery,
            failures: 0,
            due: None,
        }
    }
}

/// Messages that failed and are tried again later, while those behind them go on. The broker counts none of it: they
/// stay unacknowledged until they are done with.
#[derive(Default)]
pub(super) struct Deferred(Vec<Attempt>);

impl Deferred {
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Puts a message that has just failed aside; gives it back when it has failed too often.
    pub fn put(&mut self, mut attempt: Attempt) -> Option<Attempt> {
        attempt.failures += 1;
        if attempt.failures >= MAX_ATTEMPTS {
            return Some(attempt);
        }
        let pause = FIRST_PAUSE * 2_u32.saturating_pow(attempt.failures - 1);
        attempt.due = Some(Instant::now() + pause);
        self.0.push(attempt);
        None
    }

    /// Waits until the first of them is due, and takes all that are; for ever when there are none.
    pub async fn due(&mut self) -> Vec<Attempt> {
        match self.0.iter().filter_map(|attempt| attempt.due).min() {
            Some(first) => tokio::time::sleep_until(first).await,
            None => std::future::pending().await,
        }
        let now = Instant::now();
        self.0
            .extract_if(.., |attempt| attempt.due.is_none_or(|due| due <= now))
            .collect()
    }
}
