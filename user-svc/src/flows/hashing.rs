//! Password hashing keeps a core and 19 MiB busy for a while: never on the request threads, never many at once.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::sync::{Arc, LazyLock, Mutex, PoisonError};
use std::thread::{self, available_parallelism};
use std::time::Duration;

use tokio::sync::oneshot;

use crate::Result;
use crate::domain::give_back;

/// Longer than this a thread keeps no memory for hashes that nobody asks for.
const IDLE: Duration = Duration::from_secs(5);
/// Requests go before hashes: one of them takes a tenth of a hash's time and is waited for by more people.
const NICENESS: i32 = 10;

type Work = Box<dyn FnOnce() + Send>;

static QUEUE: LazyLock<Sender<Work>> = LazyLock::new(start);

/// Runs `work` on one of the threads for it, unless whoever asked for it is gone when its turn comes.
///
/// # Errors
/// [`crate::Error::Broken`] when it panics.
pub async fn hashing<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
    let (tell, told) = oneshot::channel();
    let work = move || {
        // The request was dropped while it waited: its client has left, or its time is over.
        if tell.is_closed() {
            metrics::counter!("password_hashings_total", "outcome" => "abandoned").increment(1);
            return;
        }
        metrics::counter!("password_hashings_total", "outcome" => "done").increment(1);
        // Gone in the meantime, then.
        let _ = tell.send(work());
    };
    // Without any thread the work is dropped, and with it what would tell of it.
    let _ = QUEUE.send(Box::new(work));
    Ok(told.await?)
}

/// As many threads as there are cores: more would not be faster, only larger.
fn start() -> Sender<Work> {
    let (queue, taken) = mpsc::channel();
    let taken = Arc::new(Mutex::new(taken));
    for _ in 0..available_parallelism().map_or(2, std::num::NonZero::get) {
        let taken = taken.clone();
        if let Err(error) = thread::Builder::new()
            .name("hashing".into())
            .spawn(move || run(&taken))
        {
            tracing::error!(%error, "A thread for password hashing cannot be started");
        }
    }
    queue
}

fn run(queue: &Mutex<Receiver<Work>>) {
    // Of this thread alone. Where it is not allowed, nothing else is lost.
    let _ = rustix::process::setpriority_process(None, NICENESS);
    loop {
        // Held while waiting: one thread waits for work, the others for their turn to wait.
        let next = queue
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .recv_timeout(IDLE);
        match next {
            Ok(work) => drop(catch_unwind(AssertUnwindSafe(work))),
            Err(RecvTimeoutError::Timeout) => give_back(),
            Err(RecvTimeoutError::Disconnected) => return,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Barrier;
    use std::sync::atomic::{AtomicBool, Ordering};

    use super::*;
    use crate::Error;

    #[tokio::test]
    async fn a_panic_fails_its_own_request_only() {
        for _ in 0..10 {
            let broken = hashing(|| panic!("as if it could not be hashed")).await;
            assert!(matches!(broken, Err::<(), _>(Error::Broken(_))));
        }

        assert_eq!(hashing(|| 7).await.ok(), Some(7));
    }

    #[tokio::test]
    async fn work_that_nobody_waits_for_is_not_begun() {
        let cores = available_parallelism().map_or(2, std::num::NonZero::get);
        let gate = Arc::new(Barrier::new(cores + 1));
        let wait = |gate: Arc<Barrier>| {
            tokio::spawn(hashing(move || {
                gate.wait();
            }))
        };
        let busy: Vec<_> = (0..cores).map(|_| wait(gate.clone())).collect();
        tokio::task::yield_now().await;
        let begun = Arc::new(AtomicBool::new(false));
        let begin = begun.clone();
        let abandoned = tokio::spawn(hashing(move || begin.store(true, Ordering::Relaxed)));
        tokio::task::yield_now().await;

        abandoned.abort();
        assert!(abandoned.await.is_err());
        gate.wait();
        for busy in busy {
            busy.await.unwrap().unwrap();
        }
        // The queue is first come, first served.
        hashing(|| ()).await.unwrap();

        assert!(!begun.load(Ordering::Relaxed));
    }
}
