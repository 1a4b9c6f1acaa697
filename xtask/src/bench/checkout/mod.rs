//! `bench checkout`: orders through the gateway, held against Postgres alone writing the same rows.

mod cost;
mod effects;
mod limit;

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::Result;

use super::budget::{Budget, Row, median};
use super::crowd::{Crowd, Orders};
use super::stage::{self, Basket, Stage};
use crate::cli::CheckoutArgs;
use crate::instance::Instance;

use cost::Spent;
use effects::{Effects, Followed};
use limit::Limit;

/// How many customers order at once.
const CUSTOMERS: [usize; 3] = [1, 8, 32];
const MANY: usize = 32;

/// Orders with all that followed, beside what Postgres alone can do.
struct Run {
    orders: Orders,
    followed: Followed,
    limit: f64,
    spent: BTreeMap<&'static str, f64>,
}

/// Measure everything.
pub fn measure(instance: &Instance, args: CheckoutArgs) -> Result<Vec<Row>> {
    let stage = Stage::set(instance)?;
    let bench = Bench {
        instance,
        effects: Effects {
            postgres_url: &stage.postgres_url,
        },
        limit: Limit::prepare(instance, &stage.postgres_url, stage::WARES)?,
        seconds: args.pace.seconds,
    };
    let mut crowd = Crowd::gather(&stage, args.customers)?;
    println!("warming up");
    bench.run(&mut crowd, Basket::TwoLines, MANY)?;
    let (mut by_customers, mut hot, mut calm) = (CUSTOMERS.map(|_| Vec::new()), Vec::new(), Vec::new());
    for number in 1..=args.pace.rounds {
        println!("round {number} of {}", args.pace.rounds);
        for (customers, runs) in CUSTOMERS.iter().zip(&mut by_customers) {
            runs.push(bench.run(&mut crowd, Basket::TwoLines, *customers)?);
        }
        let rate = median(
            by_customers
                .iter()
                .rev()
                .take(1)
                .flatten()
                .map(|run| run.orders.per_second()),
        );
        calm.push(bench.calm_run(&mut crowd, rate / 2.0)?);
        hot.push(bench.run(&mut crowd, Basket::OneHotLine, MANY)?);
    }
    let [one, eight, many] = by_customers;
    let mut rows = vec![
        rate("orders, 1 customer", &one, Budget::Any),
        rate("orders, 8 customers", &eight, Budget::Any),
        rate("orders, 32 customers", &many, Budget::AtLeast(0.25)),
        Row::new(
            "p99 of it, to p50",
            "ms",
            many.iter().map(p99_to_p50).collect(),
            Budget::AtMost(5.0),
        ),
        Row::new(
            "the same with all effects",
            "1/s",
            many.iter().map(sustained).collect(),
            Budget::Any,
        ),
        rate("one hot variation, 32 customers", &hot, Budget::AtLeast(0.5)),
        lag("event lag at half the rate, p50", &calm, 50, 20.0),
        lag("event lag at half the rate, p99", &calm, 99, 100.0),
    ];
    let spent: Vec<_> = many.into_iter().map(|run| run.spent).collect();
    rows.extend(cost::rows(&spent));
    Ok(rows)
}

struct Bench<'a> {
    instance: &'a Instance,
    effects: Effects<'a>,
    limit: Limit<'a>,
    seconds: u32,
}

impl Bench<'_> {
    /// The limit, then as many orders as are accepted.
    fn run(&self, crowd: &mut Crowd, basket: Basket, customers: usize) -> Result<Run> {
        crowd.fill_carts(basket)?;
        let limit = self.limit.rate(basket, customers, self.seconds)?;
        let before = Spent::so_far(self.instance);
        let orders = crowd.order(customers, self.seconds, None)?;
        let followed = self.effects.follow(orders.began)?;
        let spent = Spent::so_far(self.instance).since(&before, orders.accepted());
        println!(
            "{customers} customers, {basket:?}: {:.0}/s (p50 {:.1} ms, p99 {:.1} ms), {:.0}/s with all effects; Postgres alone {limit:.0}/s",
            orders.per_second(),
            orders.percentile(50),
            orders.percentile(99),
            orders.accepted() / followed.seconds,
        );
        Ok(Run {
            orders,
            followed,
            limit,
            spent,
        })
    }

    /// Orders at a steady rate, to see how far their effects are behind.
    fn calm_run(&self, crowd: &mut Crowd, rate: f64) -> Result<Followed> {
        crowd.fill_carts(Basket::TwoLines)?;
        let orders = crowd.order(MANY, self.seconds, Some(Duration::from_secs_f64(1.0 / rate)))?;
        let followed = self.effects.follow(orders.began)?;
        println!(
            "{:.0}/s: effects lag by {:.1} ms (p50), {:.1} ms (p99)",
            orders.per_second(),
            followed.percentile(50),
            followed.percentile(99)
        );
        Ok(followed)
    }
}

fn rate(what: &'static str, runs: &[Run], budget: Budget) -> Row {
    let rounds = runs.iter().map(|run| (run.orders.per_second(), run.limit));
    Row::new(what, "1/s", rounds.collect(), budget)
}

fn p99_to_p50(run: &Run) -> (f64, f64) {
    (run.orders.percentile(99), run.orders.percentile(50))
}

fn sustained(run: &Run) -> (f64, f64) {
    (run.orders.accepted() / run.followed.seconds, run.limit)
}

/// The limit is what is promised: the ratio must not be above 1.
fn lag(what: &'static str, runs: &[Followed], percent: usize, most: f64) -> Row {
    let rounds = runs.iter().map(|followed| (followed.percentile(percent), most));
    Row::new(what, "ms", rounds.collect(), Budget::AtMost(1.0))
}
