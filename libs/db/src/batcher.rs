//! Group commit: requests that wait together share one transaction.

use std::collections::VecDeque;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures_util::FutureExt;
use tokio::sync::oneshot;

use crate::DbError;

/// Jobs in one batch, at most.
const BATCH: usize = 64;
/// Batches under way at a time. Another one beside it would be smaller, and wait for the same rows.
const TOGETHER: usize = 1;

/// What is done for many requests at once.
pub trait BatchWork: Send + Sync + 'static {
    /// What one request wants.
    type Job: Send + Sync + 'static;
    /// What it gets.
    type Answer: Send + 'static;
    /// Why it does not.
    type Error: From<DbError> + Send + 'static;

    /// How this work is called in `batch_size`, a metric.
    const NAME: &'static str;

    /// Does all jobs and answers each, in their order; or fails, and then they are tried again. Nothing may be done twice
    /// then, even when the batch was committed and nobody could say so.
    fn run(&self, jobs: &[Self::Job]) -> impl Future<Output = Result<Vec<Self::Answer>, Self::Error>> + Send;

    /// The same failure for another job, when its cause lies in no job but in what all of them need: it is away, or too
    /// slow. `None` when one job may have failed the others.
    fn outage(error: &Self::Error) -> Option<Self::Error>;
}

/// Collects jobs while others are being done, and does them together then: a round trip, a lock and a commit serve as many
/// requests as are waiting. A job that comes alone is done at once.
///
/// When a batch fails, its jobs are done one by one, so that each has an answer of its own. When it fails because of an
/// outage it is run once more, for a connection may break under way; then all of its jobs fail with that cause.
pub struct Batcher<W: BatchWork> {
    work: W,
    line: Mutex<Line<W>>,
}

struct Line<W: BatchWork> {
    waiting: VecDeque<Waiting<W>>,
    under_way: usize,
}

struct Waiting<W: BatchWork> {
    job: W::Job,
    answer: Reply<W>,
}

type Reply<W> = oneshot::Sender<Result<<W as BatchWork>::Answer, <W as BatchWork>::Error>>;

impl<W: BatchWork> Waiting<W> {
    /// Whether nobody waits for the answer any more: then the job is not begun.
    fn is_abandoned(&self) -> bool {
        self.answer.is_closed()
    }
}

impl<W: BatchWork> Batcher<W> {
    /// A batcher of `work`.
    pub fn new(work: W) -> Arc<Self> {
        Arc::new(Self {
            work,
            line: Mutex::new(Line {
                waiting: VecDeque::new(),
                under_way: 0,
            }),
        })
    }

    /// The work.
    pub fn work(&self) -> &W {
        &self.work
    }

    /// Has one job done. Once it is begun it is done to its end, even if nobody waits for it any more.
    ///
    /// # Errors
    /// What the work refuses; [`DbError::BrokenOff`] when it panics.
    pub async fn ask(self: &Arc<Self>, job: W::Job) -> Result<W::Answer, W::Error> {
        let (answer, answered) = oneshot::channel();
        if self.join(Waiting { job, answer }) {
            tokio::spawn(self.clone().serve());
        }
        match answered.await {
            Ok(answer) => answer,
            Err(_) => Err(DbError::BrokenOff.into()),
        }
    }

    /// Waits in line; whether somebody else must begin to serve.
    fn join(&self, waiting: Waiting<W>) -> bool {
        let mut line = self.line();
        line.waiting.push_back(waiting);
        let is_needed = line.under_way < TOGETHER;
        if is_needed {
            line.under_way += 1;
        }
        is_needed
    }

    /// Serves until nobody waits.
    async fn serve(self: Arc<Self>) {
        // Whoever is about to join may do so first.
        tokio::task::yield_now().await;
        while let Some(batch) = self.next() {
            if AssertUnwindSafe(self.answer(batch)).catch_unwind().await.is_err() {
                tracing::error!(batch = W::NAME, "A batch was broken off by a panic");
            }
        }
    }

    /// Those whose turn it is.
    fn next(&self) -> Option<Vec<Waiting<W>>> {
        let mut line = self.line();
        line.waiting.retain(|waiting| !waiting.is_abandoned());
        if line.waiting.is_empty() {
            line.under_way -= 1;
            return None;
        }
        let many = line.waiting.len().min(BATCH);
        Some(line.waiting.drain(..many).collect())
    }

    /// Answers a batch: all at once, and one by one if that fails.
    async fn answer(&self, batch: Vec<Waiting<W>>) {
        let size = u32::try_from(batch.len()).unwrap_or(u32::MAX);
        metrics::histogram!("batch_size", "batch" => W::NAME).record(f64::from(size));
        let is_alone = batch.len() == 1;
        let Err((batch, mut error)) = self.run(batch).await else {
            return;
        };
        let mut batch = batch;
        if is_alone {
            return fail(batch, error);
        }
        if W::outage(&error).is_some() {
            match self.run(batch).await {
                Ok(()) => return,
                Err(again) => (batch, error) = again,
            }
        }
        if W::outage(&error).is_some() {
            fail(batch, error);
        } else {
            self.answer_each(batch).await;
        }
    }

    /// Answers each on its own, until an outage fails the rest.
    async fn answer_each(&self, batch: Vec<Waiting<W>>) {
        let mut batch = batch.into_iter();
        while let Some(waiting) = batch.next() {
            let Err((mut failed, error)) = self.run(vec![waiting]).await else {
                continue;
            };
            if W::outage(&error).is_some() {
                failed.extend(batch);
                return fail(failed, error);
            }
            fail(failed, error);
        }
    }

    /// Runs a batch without those whom nobody waits for any more, and answers it; or gives it back with the failure.
    async fn run(&self, mut batch: Vec<Waiting<W>>) -> Result<(), (Vec<Waiting<W>>, W::Error)> {
        batch.retain(|waiting| !waiting.is_abandoned());
        if batch.is_empty() {
            return Ok(());
        }
        let (jobs, replies): (Vec<W::Job>, Vec<Reply<W>>) = batch
            .into_iter()
            .map(|waiting| (waiting.job, waiting.answer))
            .unzip();
        let done = self.work.run(&jobs).await;
        match done {
            Ok(answers) => {
                for (reply, answer) in replies.into_iter().zip(answers) {
                    let _ = reply.send(Ok(answer));
                }
                Ok(())
            }
            Err(error) => {
                let waiting = jobs
                    .into_iter()
                    .zip(replies)
                    .map(|(job, answer)| Waiting { job, answer });
                Err((waiting.collect(), error))
            }
        }
    }

    fn line(&self) -> MutexGuard<'_, Line<W>> {
        self.line.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Fails all jobs with one cause; the failure itself is of the last one.
fn fail<W: BatchWork>(mut batch: Vec<Waiting<W>>, error: W::Error) {
    let last = batch.pop();
    for waiting in batch {
        let shared = W::outage(&error).unwrap_or_else(|| DbError::BrokenOff.into());
        let _ = waiting.answer.send(Err(shared));
    }
    if let Some(last) = last {
        let _ = last.answer.send(Err(error));
    }
}
