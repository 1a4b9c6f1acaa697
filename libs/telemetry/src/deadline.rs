//! How long the request under way may still take.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

tokio::task_local! {
    static DEADLINE: Deadline;
}

/// The end of a request's time. Clones share it, on any thread.
///
/// Whoever waits for the answer has given up when it is reached, so nothing that is still queued for the request needs to
/// be done. A server drops the request's future then; work that has left the future behind, on a thread or in a queue,
/// asks [`Deadline::is_over`].
#[derive(Clone, Debug)]
pub struct Deadline {
    limit: Duration,
    begun: Instant,
    /// Since `begun`, in nanoseconds.
    ends: Arc<AtomicU64>,
}

impl Deadline {
    /// A time that begins now.
    pub fn after(limit: Duration) -> Self {
        Self {
            limit,
            begun: Instant::now(),
            ends: Arc::new(AtomicU64::new(nanos(limit))),
        }
    }

    /// Begins anew: while a request's body is still coming, nobody waits for the answer yet.
    pub fn restart(&self) {
        let ends = self.begun.elapsed().saturating_add(self.limit);
        self.ends.store(nanos(ends), Ordering::Relaxed);
    }

    /// What is left; zero when it is over.
    pub fn remaining(&self) -> Duration {
        let ends = Duration::from_nanos(self.ends.load(Ordering::Relaxed));
        ends.saturating_sub(self.begun.elapsed())
    }

    /// Whether nobody waits for the answer any more.
    pub fn is_over(&self) -> bool {
        self.remaining().is_zero()
    }

    /// The deadline of the running task's request, if it has one.
    pub fn current() -> Option<Self> {
        DEADLINE.try_with(Clone::clone).ok()
    }

    /// Runs a future as a part of the request.
    pub async fn scope<F: Future>(self, future: F) -> F::Output {
        DEADLINE.scope(self, future).await
    }
}

fn nanos(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_deadline_is_reached_and_can_begin_anew() {
        let long = Deadline::after(Duration::from_secs(60));
        let none = Deadline::after(Duration::ZERO);

        assert!(!long.is_over() && long.remaining() > Duration::from_secs(30));
        assert!(none.is_over());
        long.clone().restart();
        assert!(!long.is_over());
    }

    #[test]
    fn no_limit_is_too_long() {
        let endless = Deadline::after(Duration::MAX);
        endless.restart();

        assert!(!endless.is_over());
    }

    #[tokio::test]
    async fn the_running_task_knows_its_deadline_and_a_spawned_one_does_not() {
        let deadline = Deadline::after(Duration::from_secs(60));

        let (here, spawned) = deadline
            .scope(async {
                let spawned = tokio::spawn(async { Deadline::current().is_some() });
                (Deadline::current().is_some(), spawned.await.unwrap())
            })
            .await;

        assert!(here && !spawned);
        assert!(Deadline::current().is_none());
    }
}
