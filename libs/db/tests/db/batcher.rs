//! `Batcher`

use std::sync::atomic::AtomicU32;
use std::sync::atomic::Ordering::SeqCst;
use std::sync::{Arc, Mutex};

use futures_util::future::join_all;
use souk_db::{BatchWork, Batcher, DbError};
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;

/// Doubles numbers, but for those under three, once it may. What it needs is away so many times, and for threes always.
#[derive(Default)]
struct Doubling {
    batches: Mutex<Vec<Vec<u32>>>,
    gate: Option<Arc<Semaphore>>,
    outages: AtomicU32,
}

#[derive(Debug, PartialEq)]
enum Refusal {
    Zero,
    Away,
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
        let left = self.outages.load(SeqCst);
        if left > 0 && !jobs.contains(&100) {
            self.outages.store(left - 1, SeqCst);
            return Err(Refusal::Away);
        }
        assert!(!jobs.contains(&1), "one is not doubled");
        if jobs.contains(&0) {
            return Err(Refusal::Zero);
        }
        if jobs.contains(&3) {
            return Err(Refusal::Away);
        }
        Ok(jobs.iter().map(|job| job * 2).collect())
    }

    fn outage(error: &Refusal) -> Option<Refusal> {
        (*error == Refusal::Away).then_some(Refusal::Away)
    }
}

impl Doubling {
    fn behind(gate: &Arc<Semaphore>) -> Self {
        Self {
            gate: Some(gate.clone()),
            ..Self::default()
        }
    }

    fn calls(&self) -> Vec<Vec<u32>> {
        self.batches.lock().unwrap().clone()
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

/// Lets jobs wait together behind one that is under way, and answers what they were answered.
async fn ask_together(batcher: &Arc<Batcher<Doubling>>, jobs: &[u32]) -> Vec<Result<u32, Refusal>> {
    let _busy = occupy(batcher).await;
    let asked = join_all(jobs.iter().map(|job| batcher.ask(*job)));
    let (answers, ()) = tokio::join!(asked, async {
        tokio::task::yield_now().await;
        batcher.work().gate.as_ref().unwrap().add_permits(1000);
    });
    answers
}

#[tokio::test]
async fn while_what_it_needs_is_away_a_batch_is_tried_twice_and_fails_with_one_cause() {
    let batcher = Batcher::new(Doubling::behind(&Arc::new(Semaphore::new(0))));
    batcher.work().outages.store(u32::MAX, SeqCst);
    let jobs: Vec<u32> = (10..42).collect();

    let answers = ask_together(&batcher, &jobs).await;

    assert!(answers.iter().all(|answer| *answer == Err(Refusal::Away)));
    assert_eq!(batcher.work().calls(), [vec![100], jobs.clone(), jobs]);
}

#[tokio::test]
async fn what_breaks_once_under_way_fails_nobody() {
    let batcher = Batcher::new(Doubling::behind(&Arc::new(Semaphore::new(0))));
    batcher.work().outages.store(1, SeqCst);

    let answers = ask_together(&batcher, &[10, 11]).await;

    assert_eq!(answers, [Ok(20), Ok(22)]);
    assert_eq!(batcher.work().calls(), [vec![100], vec![10, 11], vec![10, 11]]);
}

#[tokio::test]
async fn an_outage_while_each_is_answered_alone_fails_the_rest() {
    let batcher = Batcher::new(Doubling::behind(&Arc::new(Semaphore::new(0))));

    let answers = ask_together(&batcher, &[5, 0, 3, 7, 8]).await;

    let away = || Err(Refusal::Away);
    assert_eq!(answers, [Ok(10), Err(Refusal::Zero), away(), away(), away()]);
    let alone = [vec![5], vec![0], vec![3]];
    assert_eq!(batcher.work().calls()[2..], alone);
}

#[tokio::test]
async fn whoever_has_gone_is_passed_over_when_each_is_answered_alone() {
    let gate = Arc::new(Semaphore::new(0));
    let batcher = Batcher::new(Doubling::behind(&gate));
    let _busy = occupy(&batcher).await;
    let ask = |job| {
        let batcher = batcher.clone();
        tokio::spawn(async move { batcher.ask(job).await })
    };
    let (first, refused, gone, last) = (ask(5), ask(0), ask(7), ask(8));
    tokio::task::yield_now().await;

    gate.add_permits(2);
    while batcher.work().calls().len() < 3 {
        tokio::task::yield_now().await;
    }
    gone.abort();
    let _ = gone.await;
    gate.add_permits(100);

    assert_eq!(first.await.unwrap(), Ok(10));
    assert_eq!(refused.await.unwrap(), Err(Refusal::Zero));
    assert_eq!(last.await.unwrap(), Ok(16));
    assert_eq!(batcher.work().calls()[2..], [vec![5], vec![0], vec![8]]);
}
