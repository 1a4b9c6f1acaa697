//! How long an answer may stand still, and when one that never ends has to.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::time::{Instant, Sleep, sleep_until};
use tokio_util::sync::{CancellationToken, WaitForCancellationFutureOwned};

/// The limits of an answer once its head is there.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Between two pieces of its body.
    pub idle: Duration,
    /// The same for event streams and WebSockets, which are quiet by nature.
    pub stream_idle: Duration,
    /// Cancelled when event streams and WebSockets have to end.
    pub ending: CancellationToken,
}

/// Watches for standstill. Costs nothing while pieces come, not even a look at the clock.
pub struct Quiet {
    limit: Duration,
    /// Since when a piece is waited for.
    since: Option<Instant>,
    timer: Option<Pin<Box<Sleep>>>,
}

impl Quiet {
    /// A watch that allows `limit` between two pieces.
    pub fn new(limit: Duration) -> Self {
        Self {
            limit,
            since: None,
            timer: None,
        }
    }

    /// A piece came.
    pub fn moved(&mut self) {
        self.since = None;
    }

    /// Something moved in the other direction, at `when`.
    pub fn moved_at(&mut self, when: Instant) {
        self.since = self.since.map(|since| since.max(when));
    }

    /// Ready when nothing came for too long. To be asked when nothing is there.
    pub fn poll(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let until = *self.since.get_or_insert_with(Instant::now) + self.limit;
        let timer = self.timer.get_or_insert_with(|| Box::pin(sleep_until(until)));
        while timer.as_mut().poll(cx).is_ready() {
            if timer.deadline() >= until {
                return Poll::Ready(());
            }
            timer.as_mut().reset(until);
        }
        Poll::Pending
    }
}

/// An answer without an end of its own: counted, and ended when the gateway stops.
pub struct Lasting {
    kind: &'static str,
    ending: Pin<Box<WaitForCancellationFutureOwned>>,
}

impl Lasting {
    /// `kind` is its name in metrics.
    pub fn new(kind: &'static str, ending: &CancellationToken) -> Self {
        metrics::gauge!("gateway_open_streams", "kind" => kind).increment(1.0);
        Self {
            kind,
            ending: Box::pin(ending.clone().cancelled_owned()),
        }
    }

    /// Ready when it has to end.
    pub fn poll(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        self.ending.as_mut().poll(cx)
    }
}

impl Drop for Lasting {
    fn drop(&mut self) {
        metrics::gauge!("gateway_open_streams", "kind" => self.kind).decrement(1.0);
    }
}
