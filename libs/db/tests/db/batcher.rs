//! `Batcher`

use std::sync::{Arc, Mutex};

use futures_util::future::join_all;
use souk_db::{BatchWork, Batcher, DbError};
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;

/// Doubles numbers, but for those under three, once it may.
#[derive(Default)]
struct Doubling {
    batches: Mutex<Vec<Vec<u32>>>,
    gate: Option<Arc<Semaphore>>,
}

#[derive(Debug, PartialEq)]
enum Refusal {
    Zero,
    Failed,
}

impl From<DbError> for Refusal {
    fn from(_: DbError) -> Self {
        Self::Failed
    }
}

impl BatchWork for Doubling {
    type Job = u32;
    type Answer = u32;
    type Error = Refusal;

    const NAME: &'static str = "doubling";

    async fn run(&self, jobs: &[u32]) -> Result<Vec<u32>, Refusal> {
        self.batches.lock().unwrap().push(jobs.to_vec());
        if let Some(gate) = &self.gate {
            gate.acquire().await.unwrap().forget();
        }
        assert!(!jobs.contains(&1), "one is not doubled");
        if jobs.contains(&0) {
            return Err(Refusal::Zero);
        }
        Ok(jobs.iter().map(|job| job * 2).collect())
    }
}

impl Doubling {
    fn behind(gate: &Arc<Semaphore>) -> Self {
        Self {
            gate: Some(gate.clone()),
            ..Self::default()
        }
    }
}

/// A batch that waits at the gate, so that whoever comes then waits in line.
async fn occupy(batcher: &Arc<Batcher<Doubling>>) -> JoinHandle<Result<u32, Refusal>> {
    let asked = batcher.clone();
    let busy = tokio::spawn(async move { asked.ask(100).await });
    while batcher.work().batches.lock().unwrap().is_empty() {
        tokio::task::yield_now().await;
    }
    busy
}

#[tokio::test]
async fn whoever_waits_together_is_served_together_and_in_order() {
    let gate = Arc::new(Semaphore::new(0));
    let batcher = Batcher::new(Doubling::behind(&gate));
    let busy = occupy(&batcher).await;

    let (answers, ()) = tokio::join!(join_all((10..20).map(|job| batcher.ask(job))), async {
        tokio::task::yield_now().await;
        gate.add_permits(2);
    });

    let answers: Vec<u32> = answers.into_iter().map(Result::unwrap).collect();
    assert_eq!(answers, (10..20).map(|job| job * 2).collect::<Vec<_>>());
    assert_eq!(busy.await.unwrap(), Ok(200));
    assert_eq!(
        *batcher.work().batches.lock().unwrap(),
        [vec![100], (10..20).collect()]
    );
}

#[tokio::test]
async fn in_a_batch_that_fails_each_is_answered_alone() {
    let gate = Arc::new(Semaphore::new(0));
    let batcher = Batcher::new(Doubling::behind(&gate));
    let _busy = occupy(&batcher).await;

    let (answers, ()) = tokio::join!(join_all([5, 0, 7].map(|job| batcher.ask(job))), async {
        tokio::task::yield_now().await;
        gate.add_permits(100);
    });

    assert_eq!(answers, [Ok(10), Err(Refusal::Zero), Ok(14)]);
}

#[tokio::test]
async fn a_panic_breaks_off_its_batch_and_nothing_else() {
    let batcher = Batcher::new(Doubling::default());

    let broken = batcher.ask(1).await;
    let next = batcher.ask(4).await;

    assert_eq!((broken, next), (Err(Refusal::Failed), Ok(8)));
}

#[tokio::test]
async fn nothing_is_begun_for_whoever_has_gone() {
    let gate = Arc::new(Semaphore::new(0));
    let batcher = Batcher::new(Doubling::behind(&gate));
    let _busy = occupy(&batcher).await;

    let gone = batcher.clone();
    let gone = tokio::spawn(async move { gone.ask(30).await });
    tokio::task::yield_now().await;
    gone.abort();
    let _ = gone.await;
    gate.add_permits(100);

    assert_eq!(batcher.ask(40).await, Ok(80));
    let seen = batcher.work().batches.lock().unwrap().concat();
    assert!(!seen.contains(&30), "{seen:?}");
}
