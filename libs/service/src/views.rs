//! Views of pages, counted beside the requests, which never wait for it.
//!
//! A visitor counts once per page and half hour. The service's table decides that, under a unique key, for all replicas
//! and over restarts; what a process keeps in mind only spares it questions. Visitors who are not logged in are made at
//! will, so everything they cost is bounded: views that wait, views kept in mind, and views counted in a second.

use std::collections::HashMap;
use std::fmt::Debug;
use std::time::{Duration, Instant};

use souk_db::{Conn, Db, DbError};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::every;

/// For how long further views of a page by the same visitor do not count.
pub const VIEW_QUIET: Duration = Duration::from_secs(30 * 60);
/// Marks forgotten in one transaction, at most.
const FORGET_BATCH: i64 = 1000;

/// Views that wait, at most; more are dropped.
const QUEUE: usize = 1024;
/// Views in one transaction, at most.
const BATCH: usize = 200;
/// Views kept in mind, at most.
const REMEMBERED: usize = 50_000;
/// Views of a process that count in a second, at most: a table holds no more than this times half an hour.
const PER_SECOND: usize = 200;
/// How often marks that mean nothing any more are removed.
const SWEEP: Duration = Duration::from_secs(60);

/// A view of a page.
pub trait PageView: Send + 'static {
    /// The page.
    fn page(&self) -> Uuid;
    /// A pseudonym of who looked.
    fn visitor(&self) -> &str;
}

/// Where a service keeps who saw which page lately.
pub trait ViewStore: Send + Sync + 'static {
    /// What is counted.
    type View: PageView;
    /// Why it is not.
    type Error: From<DbError> + Debug + Send;

    /// What kind of page it is, in metrics.
    const PAGE: &'static str;

    /// Marks views, and publishes those that count.
    fn record(
        &self,
        tx: &mut Conn,
        views: Vec<Self::View>,
    ) -> impl Future<Output = Result<(), Self::Error>> + Send;

    /// Removes up to `limit` marks older than [`VIEW_QUIET`], and answers how many.
    fn forget(&self, tx: &mut Conn, limit: i64) -> impl Future<Output = Result<usize, Self::Error>> + Send;
}

/// Where handlers note views. Cheap to share.
#[derive(Debug)]
pub struct ViewLog<V> {
    views: mpsc::Sender<V>,
    page: &'static str,
}

/// Counts what is noted.
pub struct ViewCounter<S: ViewStore> {
    db: Db,
    store: S,
    views: mpsc::Receiver<S::View>,
    recent: RecentViews,
    budget: Budget,
    sweep: Duration,
}

/// A log over `db`, and the counter that must run for anything to be counted.
pub fn view_log<S: ViewStore>(db: Db, store: S) -> (ViewLog<S::View>, ViewCounter<S>) {
    let (sender, views) = mpsc::channel(QUEUE);
    let log = ViewLog {
        views: sender,
        page: S::PAGE,
    };
    let counter = ViewCounter {
        db,
        store,
        views,
        recent: RecentViews::new(REMEMBERED),
        budget: Budget::new(PER_SECOND),
        sweep: SWEEP,
    };
    (log, counter)
}

impl<V> ViewLog<V> {
    /// Notes a view, or drops it when too many wait.
    pub fn note(&self, view: V) {
        if self.views.try_send(view).is_err() {
            dropped(self.page, "queue_full", 1);
        }
    }
}

impl<S: ViewStore> ViewCounter<S> {
    /// The same counter with another pause between its sweeps.
    #[must_use]
    pub fn sweep_every(mut self, pause: Duration) -> Self {
        self.sweep = pause;
        self
    }

    /// Counts until `stop`, and then what still waits. Sweeping has a task of its own: however many views come, it has
    /// its turn.
    pub async fn run(self, stop: CancellationToken) {
        let Self {
            db,
            store,
            mut views,
            mut recent,
            mut budget,
            sweep,
        } = self;
        let (db, store) = (&db, &store);
        let sweeping = every(sweep, "forget views", stop.clone(), || forget(db, store));
        let counting = async {
            loop {
                let mut batch = Vec::new();
                tokio::select! {
                    // Cancelled once, the channel takes no more, and what is in it is counted.
                    biased;
                    () = stop.cancelled(), if !views.is_closed() => views.close(),
                    received = views.recv_many(&mut batch, BATCH) => {
                        if received == 0 {
                            break;
                        }
                    }
                }
                count(db, store, &mut recent, &mut budget, batch).await;
            }
        };
        tokio::join!(sweeping, counting);
    }
}

/// Counts views; what this process saw a moment ago is not even asked of the database.
async fn count<S: ViewStore>(
    db: &Db,
    store: &S,
    recent: &mut RecentViews,
    budget: &mut Budget,
    mut views: Vec<S::View>,
) {
    let now = Instant::now();
    views.retain(|view| !recent.contains(view.page(), view.visitor(), now));
    let wanted = views.len();
    views.truncate(budget.take(wanted, now));
    dropped(S::PAGE, "over_budget", wanted - views.len());
    if views.is_empty() {
        return;
    }
    let seen: Vec<(Uuid, String)> = views
        .iter()
        .map(|view| (view.page(), view.visitor().to_owned()))
        .collect();
    match db.transaction(async |tx| store.record(tx, views).await).await {
        Ok(()) => {
            for (page, visitor) in seen {
                recent.insert(page, visitor, now);
            }
        }
        Err(error) => {
            dropped(S::PAGE, "failed", seen.len());
            tracing::warn!(error = ?error, views = seen.len(), "View counter: recording failed, views dropped");
        }
    }
}

/// Removes all marks that mean nothing any more, some at a time.
async fn forget<S: ViewStore>(db: &Db, store: &S) -> Result<(), S::Error> {
    loop {
        let forgotten = db
            .transaction(async |tx| store.forget(tx, FORGET_BATCH).await)
            .await?;
        if i64::try_from(forgotten).is_ok_and(|forgotten| forgotten < FORGET_BATCH) {
            return Ok(());
        }
    }
}

fn dropped(page: &'static str, reason: &'static str, views: usize) {
    if views > 0 {
        let views = u64::try_from(views).unwrap_or(u64::MAX);
        metrics::counter!("views_dropped_total", "page" => page, "reason" => reason).increment(views);
    }
}

/// Who saw what in the last half hour, of a bounded number: the older half makes room when the younger one is full.
struct RecentViews {
    half: usize,
    young: Seen,
    old: Seen,
}

/// By page, then visitor.
#[derive(Default)]
struct Seen {
    by_page: HashMap<Uuid, HashMap<String, Instant>>,
    views: usize,
}

impl RecentViews {
    fn new(most: usize) -> Self {
        Self {
            half: most / 2,
            young: Seen::default(),
            old: Seen::default(),
        }
    }

    fn contains(&self, page: Uuid, visitor: &str, now: Instant) -> bool {
        [&self.young, &self.old]
            .into_iter()
            .filter_map(|seen| seen.by_page.get(&page)?.get(visitor))
            .any(|at| now.saturating_duration_since(*at) < VIEW_QUIET)
    }

    fn insert(&mut self, page: Uuid, visitor: String, now: Instant) {
        if self.young.views >= self.half {
            self.old = std::mem::take(&mut self.young);
        }
        let visitors = self.young.by_page.entry(page).or_default();
        if visitors.insert(visitor, now).is_none() {
            self.young.views += 1;
        }
    }
}

/// So many in each second.
struct Budget {
    per_second: usize,
    second: Option<Instant>,
    left: usize,
}

impl Budget {
    fn new(per_second: usize) -> Self {
        Self {
            per_second,
            second: None,
            left: 0,
        }
    }

    /// How many of `wanted` there is room for.
    fn take(&mut self, wanted: usize, now: Instant) -> usize {
        let is_over = |begun: Instant| now.saturating_duration_since(begun) >= Duration::from_secs(1);
        if self.second.is_none_or(is_over) {
            self.second = Some(now);
            self.left = self.per_second;
        }
        let granted = wanted.min(self.left);
        self.left -= granted;
        granted
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: Uuid = Uuid::from_u128(1);

    fn kept(recent: &RecentViews) -> usize {
        let of = |seen: &Seen| seen.by_page.values().map(HashMap::len).sum::<usize>();
        of(&recent.young) + of(&recent.old)
    }

    #[test]
    fn however_many_visitors_come_a_bounded_number_is_kept_in_mind() {
        let (mut recent, now) = (RecentViews::new(10), Instant::now());

        for visitor in 0..1000 {
            recent.insert(PAGE, format!("v{visitor}"), now);
            assert!(kept(&recent) <= 10);
        }

        assert!(recent.contains(PAGE, "v999", now) && !recent.contains(PAGE, "v900", now));
    }

    #[test]
    fn the_same_view_is_recent_for_half_an_hour() {
        let (mut recent, now) = (RecentViews::new(10), Instant::now());
        recent.insert(PAGE, "v".to_owned(), now);

        assert!(recent.contains(PAGE, "v", now + VIEW_QUIET - Duration::from_millis(1)));
        assert!(!recent.contains(PAGE, "v", now + VIEW_QUIET));
        assert!(!recent.contains(Uuid::from_u128(2), "v", now));
        assert!(!recent.contains(PAGE, "w", now));
    }

    #[test]
    fn a_second_has_room_for_so_many() {
        let (mut budget, now) = (Budget::new(5), Instant::now());
        let later = now + Duration::from_secs(1);

        let taken = [budget.take(3, now), budget.take(3, now), budget.take(1, now)];
        let next = [budget.take(9, later), budget.take(1, later)];

        assert_eq!((taken, next), ([3, 2, 0], [5, 0]));
    }
}
