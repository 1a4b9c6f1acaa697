//! Finished orders by the million, written into all databases as if they had been placed in the last two years.

use std::thread;
use std::time::Instant;

use anyhow::{Context, Result, anyhow};
use serde_json::json;

use crate::bench::go_on;
use crate::bench::stage::{Stage, WARES};
use crate::infra::postgres::{psql, with_database};

/// Orders of one session: its temporary tables hold them.
const CHUNK: u64 = 100_000;
/// Over which orders are spread, up to some days ago: then all of them are finished.
const SPREAD_DAYS: u32 = 726;
/// Orders of a customer.
const EACH: u64 = 20;

const ORDERS: &str = include_str!("orders.sql");
const EVENTS: &str = include_str!("events.sql");
const TAKEN_IN: &str = include_str!("taken_in.sql");
const TOLD: &str = include_str!("told.sql");
const MIRROR: &str = include_str!("mirror.sql");

/// What is written where.
const DATABASES: [(&str, &[&str]); 8] = [
    (
        "analytics_svc",
        &[EVENTS, include_str!("analytics_svc.sql"), TAKEN_IN],
    ),
    ("order_svc", &[EVENTS, include_str!("order_svc.sql"), TOLD]),
    (
        "product_svc",
        &[EVENTS, include_str!("product_svc.sql"), TOLD, TAKEN_IN],
    ),
    ("shop_svc", &[EVENTS, include_str!("shop_svc.sql"), TAKEN_IN]),
    (
        "cart_svc",
        &[EVENTS, include_str!("cart_svc.sql"), MIRROR, TAKEN_IN],
    ),
    (
        "wishlist_svc",
        &[EVENTS, include_str!("wishlist_svc.sql"), MIRROR, TAKEN_IN],
    ),
    ("search_svc", &[EVENTS, include_str!("search_svc.sql"), TAKEN_IN]),
    ("user_svc", &[include_str!("user_svc.sql")]),
];

/// Fills the databases.
pub struct Filler {
    postgres_url: String,
    wares: String,
    begin: String,
    since: String,
    filled: u64,
}

/// Orders that are written in one go, spread evenly over the time.
struct Batch<'a> {
    first: u64,
    count: u64,
    /// Who orders in turn; made up if nobody is named.
    regulars: &'a [&'a str],
}

impl Filler {
    /// Orders are of what the shops of this stage sell.
    pub fn new(stage: &Stage) -> Result<Self> {
        let variations: Vec<&String> = stage.shops.iter().flat_map(|shop| &shop.wares).collect();
        let ask = format!(
            "\\set variations '{}'\n{}",
            json!(variations),
            include_str!("wares.sql")
        );
        let url = with_database(&stage.postgres_url, "product_svc")?;
        let wares = psql(&url, &ask)?.trim().to_owned();
        let times = psql(
            &stage.postgres_url,
            "select now() - interval '730 days', now() - interval '13.5 days'",
        )?;
        let (begin, since) = times
            .trim()
            .split_once('|')
            .context("Postgres does not tell the time")?;
        Ok(Self {
            postgres_url: stage.postgres_url.clone(),
            wares,
            begin: begin.to_owned(),
            since: since.to_owned(),
            filled: 0,
        })
    }

    /// So many more orders of one customer.
    pub fn add_of(&mut self, customer: &str, count: u64) -> Result<()> {
        self.add(count, &[customer])
    }

    /// Orders of made-up customers, until there are so many in all.
    pub fn fill_up_to(&mut self, orders: u64) -> Result<()> {
        self.add(orders.saturating_sub(self.filled), &[])?;
        self.tidy()
    }

    fn add(&mut self, count: u64, regulars: &[&str]) -> Result<()> {
        let batch = Batch {
            first: self.filled,
            count,
            regulars,
        };
        let (filler, batch) = (&*self, &batch);
        in_each_database(|database, scripts| filler.write(batch, database, scripts))?;
        self.filled += count;
        Ok(())
    }

    fn write(&self, batch: &Batch, database: &'static str, scripts: &[&str]) -> Result<()> {
        let url = with_database(&self.postgres_url, database)?;
        let begun = Instant::now();
        for (from, to) in batch.chunks() {
            go_on()?;
            let text = [&self.settings(batch, from, to), ORDERS]
                .into_iter()
                .chain(scripts.iter().copied())
                .collect::<String>();
            psql(&url, &text).with_context(|| format!("{database} cannot be filled"))?;
            println!(
                "{database}: {} of {} more orders after {:.0} s",
                to + 1 - batch.first,
                batch.count,
                begun.elapsed().as_secs_f32()
            );
        }
        Ok(())
    }

    fn settings(&self, batch: &Batch, from: u64, to: u64) -> String {
        let Self {
            wares, begin, since, ..
        } = self;
        let (first, customers, step) = (batch.first, batch.customers(), batch.step());
        let regulars = batch.regulars.join(",");
        format!(
            "\\set wares '{wares}'\n\\set begin '{begin}'\n\\set since '{since}'\n\\set first {first}\n\
             \\set customers {customers}\n\\set step '{step} microseconds'\n\\set regulars '{{{regulars}}}'\n\
             \\set half {WARES}\n\\set from {from}\n\\set to {to}\n"
        )
    }

    /// As autovacuum would leave it, now and not in the middle of a measurement.
    fn tidy(&self) -> Result<()> {
        println!("tidying up {} orders", self.filled);
        in_each_database(|database, _| {
            let url = with_database(&self.postgres_url, database)?;
            psql(&url, "vacuum analyze;").map(|_| ())
        })?;
        psql(&self.postgres_url, "checkpoint;").map(|_| ())
    }
}

impl Batch<'_> {
    fn customers(&self) -> u64 {
        let regulars = u64::try_from(self.regulars.len()).unwrap_or_default();
        if regulars > 0 {
            regulars
        } else {
            self.count.div_ceil(EACH).max(1)
        }
    }

    /// Microseconds between two orders.
    fn step(&self) -> u64 {
        (u64::from(SPREAD_DAYS) * 86_400 * 1_000_000)
            .checked_div(self.count)
            .unwrap_or_default()
    }

    /// First and last number of each session.
    fn chunks(&self) -> impl Iterator<Item = (u64, u64)> {
        let end = self.first + self.count;
        (self.first..end)
            .step_by(usize::try_from(CHUNK).unwrap_or(usize::MAX))
            .map(move |from| (from, end.min(from + CHUNK) - 1))
    }
}

/// All at once: some are done long before others.
fn in_each_database(work: impl Fn(&'static str, &[&str]) -> Result<()> + Sync) -> Result<()> {
    let work = &work;
    thread::scope(|scope| {
        let hands: Vec<_> = DATABASES
            .iter()
            .map(|(database, scripts)| scope.spawn(move || work(database, scripts)))
            .collect();
        hands
            .into_iter()
            .try_for_each(|hand| hand.join().map_err(|_| anyhow!("A thread panicked"))?)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::services::databases;

    fn batch(first: u64, count: u64) -> Batch<'static> {
        Batch {
            first,
            count,
            regulars: &[],
        }
    }

    #[test]
    fn every_order_is_written_once() {
        let chunks: Vec<_> = batch(50, 250_000).chunks().collect();

        assert_eq!(chunks, [(50, 100_049), (100_050, 200_049), (200_050, 250_049)]);
        assert_eq!(batch(50, 0).chunks().count(), 0);
    }

    #[test]
    fn orders_reach_over_the_whole_time_and_customers_have_twenty() {
        let batch = batch(0, 10_000);

        assert_eq!((batch.customers(), batch.step()), (500, 6_272_640_000));
    }

    #[test]
    fn those_who_are_named_order_in_turn() {
        let batch = Batch {
            regulars: &["one", "other"],
            ..batch(0, 50)
        };

        assert_eq!(batch.customers(), 2);
    }

    #[test]
    fn no_database_is_forgotten() {
        let mut filled = DATABASES.map(|(database, _)| database.to_owned());
        let mut all = databases();
        filled.sort();
        all.sort();

        assert_eq!(filled.as_slice(), all);
    }
}
