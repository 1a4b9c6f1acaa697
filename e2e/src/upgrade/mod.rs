//! Customers and shops of a mesh whose programs are replaced one by one meanwhile.
//!
//! The load asks until it is answered, so a replica that restarts costs it tries and nothing else. What it was answered is
//! compared with the mesh afterwards, when all programs are new: before that, tables and queues may be those of the
//! baseline, which the checks of this build need not understand.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result};
use tokio::sync::watch;
use tokio::time::Instant;
use uuid::Uuid;

use crate::audit;
use crate::torture::books::{self, Books};
use crate::torture::market::{Ask, Client, Market, Told};
use crate::torture::rest::{self, Databases};
use crate::torture::rig::Run;
use crate::torture::run::customers_and_shops;
use crate::torture::schedule::{CUSTOMERS, Schedule};

/// How long the mesh may take until nothing is under way.
const SETTLE_LIMIT: Duration = Duration::from_secs(180);
/// How long what the audit finds may be on its way.
const AUDIT_PATIENCE: Duration = Duration::from_secs(30);

/// Customers and shops, round after round.
pub struct Load {
    run: Run,
    market: Market,
    databases: Databases,
    begun_at: Vec<i64>,
    accepted: BTreeMap<Uuid, Uuid>,
    violations: Vec<String>,
}

/// What came of it.
#[derive(Debug)]
pub struct LoadReport {
    /// What does not hold.
    pub violations: Vec<String>,
    /// Orders that were accepted.
    pub orders: usize,
    /// Requests that were sent.
    pub requests: usize,
    /// Requests that were not answered, or with 5xx, and sent again.
    pub lost: usize,
}

impl Load {
    /// The load of the mesh that this `run.json` is of.
    ///
    /// # Errors
    /// When the mesh does not run.
    pub async fn open(run_json: &Path) -> Result<Self> {
        let run = Run::read(run_json)?;
        let market = Market::open(&run, Client::new(&run.gateway_url)?, CUSTOMERS).await?;
        let databases = Databases::of(&run.postgres_url);
        Ok(Self {
            begun_at: databases.outboxes().await?,
            run,
            market,
            databases,
            accepted: BTreeMap::new(),
            violations: Vec::new(),
        })
    }

    /// Plays rounds until `is_over` says so, calling `after_round` with the number of each; at least one.
    ///
    /// # Errors
    /// When something is not answered in time.
    pub async fn play(&mut self, is_over: &watch::Receiver<bool>, after_round: impl Fn(u64)) -> Result<()> {
        for seed in 1.. {
            self.round(seed).await.with_context(|| format!("round {seed}"))?;
            after_round(seed);
            if *is_over.borrow() {
                break;
            }
        }
        Ok(())
    }

    async fn round(&mut self, seed: u64) -> Result<()> {
        let schedule = Schedule::of(seed);
        self.market.renew_tokens().await?;
        let products = self.market.put_on_sale(&schedule.offers).await?;
        let told = Told::default();
        customers_and_shops(&self.market, &schedule, Instant::now(), &products, &told).await?;
        for person in &self.market.buyers {
            books::empty_cart(&self.market.client, person).await?;
        }
        self.accepted.extend(told.orders());
        self.violations.extend(told.all_wrong());
        Ok(())
    }

    /// Waits until nothing is under way, and compares the mesh with what the load was answered.
    ///
    /// # Errors
    /// When the mesh cannot be asked.
    pub async fn check(mut self) -> Result<LoadReport> {
        self.last_round().await?;
        let (requests, lost) = self.market.client.counts();
        let mut violations = std::mem::take(&mut self.violations);
        violations.extend(self.lost_orders().await?);
        let audited = audit::Databases::connect(&self.run.postgres_url).await?;
        for check in audit::settled(&audited, AUDIT_PATIENCE).await? {
            let about = format!("audit of {}: {}", check.name, check.about);
            let places = check.violations.into_iter();
            violations.extend(places.map(|place| format!("{about}: {} {}", place.key, place.says)));
        }
        Ok(LoadReport {
            violations,
            orders: self.accepted.len(),
            requests,
            lost,
        })
    }

    /// One round on the new programs alone, by people who have ordered nothing before, with everything that is checked after
    /// a run of torture: stock, carts, items, nothing parked, no 500.
    async fn last_round(&mut self) -> Result<()> {
        self.market.renew_tokens().await?;
        rest::comes(&self.databases, &self.run.amqp_url, &self.begun_at, SETTLE_LIMIT).await?;
        let parked = books::drop_parked(&self.market).await?;
        self.violations.extend(parked.into_iter().map(|(_, what)| what));
        let broken = self.market.client.take_broken().into_iter();
        self.violations
            .extend(broken.map(|answer| format!("answered by an error: {answer}")));

        let since = self.databases.outboxes().await?;
        let market = Market::open(&self.run, Client::new(&self.run.gateway_url)?, CUSTOMERS).await?;
        let schedule = Schedule::of(0);
        let products = market.put_on_sale(&schedule.offers).await?;
        let told = Told::default();
        let outcomes = customers_and_shops(&market, &schedule, Instant::now(), &products, &told).await?;
        rest::comes(&self.databases, &self.run.amqp_url, &since, SETTLE_LIMIT).await?;
        let books = Books {
            market: &market,
            wares: &products,
            told: &told,
        };
        let violations = books.violations(&outcomes, &BTreeSet::new()).await?;
        self.violations.extend(violations);
        Ok(())
    }

    /// Orders that were accepted and are not there.
    async fn lost_orders(&self) -> Result<Vec<String>> {
        let mut lost = Vec::new();
        for (order, customer) in &self.accepted {
            let person = self.market.buyers.iter().find(|person| person.id == *customer);
            let ask = Ask::get(format!("/orders/{order}"));
            let answer = self.market.client.ask(person, &ask).await?;
            if answer.status != 200 {
                lost.push(format!("order {order} was accepted and is not there: {answer}"));
            }
        }
        Ok(lost)
    }
}
