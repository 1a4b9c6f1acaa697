//! One run: everything that its seed says, then rest, then the books.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Result, ensure};
use futures_util::future::{join, try_join_all};
use tokio::task::JoinSet;
use tokio::time::Instant;

use super::books::{self, Books};
use super::doer::{Doer, Left};
use super::market::{Customer, Market, Outcome, Shop, Told, Ware};
use super::rest::{self, Databases};
use super::rig::Rig;
use super::schedule::{At, Schedule};
use super::search::{self, SearchLog};
use crate::audit;

/// How long what the audit finds may be on its way.
const SETTLED: Duration = Duration::from_secs(20);

/// What is kept up for all runs.
pub struct Stage {
    /// The mesh.
    pub rig: Arc<Rig>,
    /// Everybody.
    pub market: Market,
    /// The databases.
    pub databases: Arc<Databases>,
    /// The same, for the audit.
    pub audited: audit::Databases,
    /// What the audit has found after earlier runs: it looks at all there ever was.
    pub found: Mutex<BTreeSet<String>>,
}

/// How a run ended.
#[derive(Debug, Default)]
pub struct Verdict {
    /// What does not hold.
    pub violations: Vec<String>,
    /// Orders that were accepted.
    pub orders: usize,
    /// Requests that were sent, and those that nobody answered.
    pub requests: (usize, usize),
    /// Processes that were killed, and traps that were met.
    pub kills: u32,
    /// Traps that were met.
    pub met: usize,
    /// How long things went on, and how long until they were at rest.
    pub took: (Duration, Duration),
}

impl Stage {
    /// Plays a schedule and checks the books.
    ///
    /// # Errors
    /// When the mesh cannot be used at all.
    pub async fn play(&self, schedule: &Schedule) -> Result<Verdict> {
        self.market.renew_tokens().await?;
        let since = self.databases.outboxes().await?;
        let wares = self.market.put_on_sale(&schedule.offers).await?;
        let before = (self.market.client.counts(), self.kills(), self.rig.met());
        let told = Told::default();
        let left = Arc::new(Left::default());
        let doer = Doer {
            rig: Arc::clone(&self.rig),
            databases: Arc::clone(&self.databases),
            since: since.clone(),
            left: Arc::clone(&left),
        };
        let searches = SearchLog::default();
        let begun = Instant::now();

        let faults = self.faults(schedule, begun, doer);
        let played = join(
            customers_and_shops(&self.market, schedule, begun, &wares, &told),
            faults,
        );
        let (customers, ()) = tokio::select! {
            played = played => played,
            never = search::keep_rebuilding(&self.market) => match never {},
            never = search::keep_searching(&self.market, &searches) => match never {},
        };
        let mut verdict = Verdict::default();
        verdict.violations.extend(searches.take_violations());
        while let Err(error) = self.rig.heal().await {
            verdict.violations.push(format!("{error:#}"));
            ensure!(
                verdict.violations.len() < 20,
                "the mesh cannot be healed: {error:#}"
            );
        }
        let over = begun.elapsed();
        verdict.violations.extend(left.take_failures());
        match customers {
            Ok(outcomes) => {
                let found = self
                    .check(&since, &wares, &told, &outcomes, &left.poisoned())
                    .await;
                verdict
                    .violations
                    .extend(found.unwrap_or_else(|error| vec![format!("{error:#}")]));
                verdict.orders = outcomes.iter().map(|outcome| outcome.orders).sum();
            }
            Err(error) => verdict.violations.push(format!("{error:#}")),
        }
        if !verdict.violations.is_empty() {
            self.leave_nothing().await?;
        }
        let (asked, lost) = self.market.client.counts();
        verdict.requests = (asked - before.0.0, lost - before.0.1);
        verdict.kills = self.kills() - before.1;
        verdict.met = self.rig.met() - before.2;
        verdict.took = (over, begun.elapsed());
        Ok(verdict)
    }

    /// After a run that failed, so that the next one begins as if there had been none.
    async fn leave_nothing(&self) -> Result<()> {
        self.rig
            .until_ready(self.market.client.http(), self.rig.patience())
            .await?;
        for person in &self.market.buyers {
            books::empty_cart(&self.market.client, person).await?;
        }
        books::drop_parked(&self.market).await?;
        self.market.client.take_broken();
        Ok(())
    }

    fn kills(&self) -> u32 {
        self.rig.services.values().map(|service| service.kills()).sum()
    }

    async fn check(
        &self,
        since: &[i64],
        wares: &[Ware],
        told: &Told,
        outcomes: &[Outcome],
        poisoned: &BTreeSet<String>,
    ) -> Result<Vec<String>> {
        self.rig
            .until_ready(self.market.client.http(), self.rig.patience())
            .await?;
        rest::comes(
            &self.databases,
            &self.rig.run.amqp_url,
            since,
            self.rig.patience(),
        )
        .await?;
        let books = Books {
            market: &self.market,
            wares,
            told,
        };
        let mut violations = books.violations(outcomes, poisoned).await?;
        search::compare(&self.market, self.rig.patience()).await?;
        violations.extend(self.audit().await?);
        Ok(violations)
    }

    /// What breaks the invariants that need the databases only, and was not found before.
    ///
    /// # Errors
    /// When a database does not answer.
    pub async fn audit(&self) -> Result<Vec<String>> {
        let checks = audit::settled(&self.audited, SETTLED).await?;
        let told = checks.into_iter().flat_map(|check| {
            let about = format!("audit of {}: {}", check.name, check.about);
            let places = check.violations.into_iter();
            places.map(move |place| format!("{about}: {} {}", place.key, place.says))
        });
        let mut found = self.found.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(told.filter(|violation| found.insert(violation.clone())).collect())
    }

    /// All faults, each for itself.
    async fn faults(&self, schedule: &Schedule, begun: Instant, doer: Doer) {
        for service in self.rig.services.values() {
            let _ = service.set_clock(0);
        }
        let mut running = JoinSet::new();
        for At { ms, what } in schedule.faults.clone() {
            let doer = doer.clone();
            running.spawn(async move {
                tokio::time::sleep_until(begun + Duration::from_millis(ms.into())).await;
                doer.does(what).await;
            });
        }
        while running.join_next().await.is_some() {}
    }
}

/// All customers and shops of a schedule.
///
/// # Errors
/// When something is not answered in time.
pub async fn customers_and_shops(
    market: &Market,
    schedule: &Schedule,
    begun: Instant,
    wares: &[Ware],
    told: &Told,
) -> Result<Vec<Outcome>> {
    let client = &market.client;
    let customers = market.buyers.iter().zip(&schedule.customers);
    let customers =
        customers.map(|(person, errands)| Customer::new(person, client, wares, told).goes(begun, errands));
    let shops = market.owners.iter().zip(&schedule.shops).enumerate();
    let shops = shops.map(|(number, ((owner, _), chores))| async move {
        let shop = Shop {
            number,
            owner,
            client,
            wares,
            told,
        };
        shop.works(begun, chores).await
    });
    let (outcomes, worked) = join(try_join_all(customers), try_join_all(shops)).await;
    worked?;
    outcomes
}
