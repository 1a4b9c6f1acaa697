//! The desk where reservations are asked for.
//!
//! Requests that come while another transaction is under way wait together and share the next one: a variation that
//! all of them want is then locked, written and told once, however many they are.

use std::sync::Arc;

use chrono::{Duration, Utc};
use souk_db::Db;
use souk_telemetry::Flow;
use tokio::sync::{Mutex, mpsc, oneshot};
use tokio_util::sync::CancellationToken;

use crate::domain::{Outcome, Request, stored};
use crate::{Error, Result, ops, store};

/// Requests in one transaction, at most.
const BATCH: usize = 64;
/// Requests that wait, at most; whoever comes then waits to be let in.
const QUEUE: usize = 1024;
/// Transactions at a time: one more decides while another's commit is on its way to the disk.
const CLERKS: usize = 2;

/// Takes requests. Cheap to share.
pub struct Desk {
    jobs: mpsc::Sender<Job>,
}

/// Those who serve a desk.
pub struct Clerks {
    db: Db,
    ttl: Duration,
    jobs: Arc<Mutex<mpsc::Receiver<Job>>>,
}

struct Job {
    request: Request,
    flow: Flow,
    answer: oneshot::Sender<Result<Outcome>>,
}

impl Desk {
    /// A desk over `db` whose reservations last for `ttl`, and the clerks who must run for it to answer.
    pub fn open(db: Db, ttl: Duration) -> (Self, Clerks) {
        let (jobs, queue) = mpsc::channel(QUEUE);
        (
            Self { jobs },
            Clerks {
                db,
                ttl,
                jobs: Arc::new(Mutex::new(queue)),
            },
        )
    }

    /// Reserves all lines of a request, or none.
    ///
    /// # Errors
    /// When the database fails, or the desk is closed.
    pub async fn reserve(&self, request: Request) -> Result<Outcome> {
        let (answer, answered) = oneshot::channel();
        let job = Job {
            request,
            flow: Flow::current(),
            answer,
        };
        self.jobs.send(job).await.map_err(|_| Error::Broken)?;
        answered.await.map_err(|_| Error::Broken)?
    }
}

impl Clerks {
    /// Serves until `stop`, and then whoever still waits.
    pub async fn run(self, stop: CancellationToken) {
        let mut clerks = tokio::task::JoinSet::new();
        for _ in 0..CLERKS {
            clerks.spawn(clerk(self.db.clone(), self.ttl, self.jobs.clone(), stop.clone()));
        }
        clerks.join_all().await;
    }
}

async fn clerk(db: Db, ttl: Duration, queue: Arc<Mutex<mpsc::Receiver<Job>>>, stop: CancellationToken) {
    loop {
        let mut jobs = Vec::new();
        {
            let mut queue = queue.lock().await;
            tokio::select! {
                biased;
                _ = queue.recv_many(&mut jobs, BATCH) => {}
                () = stop.cancelled() => {}
            }
        }
        if jobs.is_empty() {
            break;
        }
        // Whoever has gone away since must not be left with stock on hold.
        jobs.retain(|job| !job.answer.is_closed());
        // A task of its own, so that a panic is the end of this batch and not of the clerk.
        if tokio::spawn(serve(db.clone(), ttl, jobs)).await.is_err() {
            tracing::error!("Reservations were broken off by a panic");
        }
    }
}

/// Answers a batch: as one transaction, and one by one if that fails.
async fn serve(db: Db, ttl: Duration, jobs: Vec<Job>) {
    let requests: Vec<Request> = jobs.iter().map(|job| job.request.clone()).collect();
    let Some(flow) = jobs.first().map(|job| job.flow.clone()) else {
        return;
    };
    metrics::histogram!("reservations_batch_size")
        .record(f64::from(u32::try_from(jobs.len()).unwrap_or(u32::MAX)));
    if jobs.len() > 1
        && let Ok(outcomes) = flow.scope(reserve(&db, ttl, &requests)).await
    {
        for (job, outcome) in jobs.into_iter().zip(outcomes) {
            // Nobody to hear it: the reservation outlives its time and is asked about.
            let _ = job.answer.send(Ok(outcome));
        }
        return;
    }
    for job in jobs {
        let answer = job.flow.scope(reserve_one(&db, ttl, &job.request)).await;
        let _ = job.answer.send(answer);
    }
}

async fn reserve(db: &Db, ttl: Duration, requests: &[Request]) -> Result<Vec<Outcome>> {
    let expires_at = stored(Utc::now() + ttl);
    db.transaction(async |tx| ops::reserve_stock(tx, requests, expires_at).await)
        .await
}

async fn reserve_one(db: &Db, ttl: Duration, request: &Request) -> Result<Outcome> {
    let made_before = match reserve(db, ttl, std::slice::from_ref(request)).await {
        Ok(mut outcomes) => return outcomes.pop().ok_or(Error::Broken),
        Err(error) => error,
    };
    if made_before.violated_unique() != Some(store::reservations::KEY) {
        return Err(made_before);
    }
    let mut conn = db.conn().await?;
    let known = store::reservations::find(&mut conn, [request.id]).await?.pop();
    known.map(Outcome::from).ok_or(made_before)
}
