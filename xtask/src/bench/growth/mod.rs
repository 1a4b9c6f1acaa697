//! `bench growth`: how long answers take, and how much memory services hold, with many orders beside few.

mod fill;
mod questions;
mod weight;

use anyhow::{Result, ensure};

use super::budget::{Budget, Row, median};
use super::crowd::Crowd;
use super::people::{self, Person};
use super::stage::{Basket, Stage};
use crate::cli::GrowthArgs;
use crate::http::Api;
use crate::instance::Instance;
use crate::mesh::{self, Run, service};

use fill::Filler;
use questions::Asked;
use weight::Weight;

/// What it may come to among many orders, in times of what it is among few.
const MOST: f64 = 1.3;
/// Orders of the customer who asks: as many at both sizes, so that the answers are alike.
const OWN: u64 = 50;
/// How often a question is asked in a round.
const TIMES: usize = 40;
/// Checkouts of a round, one after the other.
const CHECKOUTS: usize = 60;
/// So many seconds they may take.
const PATIENCE: u32 = 600;
const CHECKOUT: &str = "checkout";

/// Removes the data of an instance, however the measurement ends.
pub struct Emptied<'a>(pub &'a Instance);

impl Drop for Emptied<'_> {
    fn drop(&mut self) {
        if let Err(error) = mesh::wipe(self.0) {
            println!("error: {error:#}");
        }
    }
}

/// What a round found: how long each answer takes, in milliseconds.
type Waits = Vec<(&'static str, f64)>;

/// What was measured among so many orders.
struct Size {
    rounds: Vec<Waits>,
    weight: Weight,
}

/// Measure everything.
pub fn measure(instance: &Instance, args: GrowthArgs) -> Result<Vec<Row>> {
    ensure!(args.few < args.many, "Fewer orders than {} are few", args.many);
    let mut stage = Stage::set(instance)?;
    let mut reader = people::customer(&Api::at(&stage.gateway_url))?;
    let mut filler = Filler::new(&stage)?;
    filler.add_of(&reader.id, OWN)?;
    let mut size = |orders| {
        filler.fill_up_to(orders)?;
        begin_anew(instance)?;
        stage.log_in_again()?;
        reader.log_in_again(&Api::at(&stage.gateway_url))?;
        println!("asking among {orders} orders");
        take(instance, &stage, &reader, args.rounds)
    };
    let (few, many) = (size(args.few)?, size(args.many)?);
    Ok(rows(&few, &many))
}

/// Memory is compared of processes that have done the same.
fn begin_anew(instance: &Instance) -> Result<()> {
    let all = mesh::known(instance);
    service::stop(instance, &all)?;
    service::start(instance, &all)
}

fn take(instance: &Instance, stage: &Stage, reader: &Person, rounds: u32) -> Result<Size> {
    let asked = Asked::prepare(stage, &Run::read(instance)?, reader)?;
    let questions = asked.questions()?;
    let mut crowd = Crowd::gather(stage, CHECKOUTS)?;
    let mut round = |number| {
        println!("round {number} of {rounds}");
        let mut waits = Waits::new();
        for question in &questions {
            waits.push((question.what, question.ask(TIMES)?));
        }
        crowd.fill_carts(Basket::TwoLines)?;
        let orders = crowd.order(1, PATIENCE, None)?;
        waits.push((CHECKOUT, orders.percentile(50)));
        anyhow::Ok(waits)
    };
    let rounds = (1..=rounds).map(&mut round).collect::<Result<Vec<_>>>()?;
    for (what, wait) in medians(&rounds) {
        println!("{what}: {wait:.2} ms");
    }
    Ok(Size {
        rounds,
        weight: Weight::now(instance)?,
    })
}

/// The middle of all rounds.
fn medians(rounds: &[Waits]) -> Waits {
    let names = rounds.first().into_iter().flatten();
    names
        .enumerate()
        .map(|(at, (what, _))| (*what, median(column(rounds, at))))
        .collect()
}

/// The same wait of each round.
fn column(rounds: &[Waits], at: usize) -> impl Iterator<Item = f64> {
    rounds
        .iter()
        .filter_map(move |waits| waits.get(at).map(|(_, wait)| *wait))
}

/// A row for each question, and those of memory.
fn rows(few: &Size, many: &Size) -> Vec<Row> {
    let names = few.rounds.first().into_iter().flatten();
    let mut rows: Vec<Row> = names
        .enumerate()
        .map(|(at, (what, _))| {
            let pairs = column(&many.rounds, at).zip(column(&few.rounds, at));
            Row::new(what, "ms", pairs.collect(), Budget::AtMost(MOST))
        })
        .collect();
    rows.extend(weight::rows(&few.weight, &many.weight));
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rounds(waits: &[[f64; 2]]) -> Vec<Waits> {
        waits
            .iter()
            .map(|[own, all]| vec![("own orders", *own), ("all orders", *all)])
            .collect()
    }

    #[test]
    fn many_are_held_against_few() {
        let few = Size {
            rounds: rounds(&[[2.0, 4.0], [2.0, 5.0], [9.0, 4.0]]),
            weight: Weight::default(),
        };
        let many = Size {
            rounds: rounds(&[[2.2, 8.0], [2.4, 8.0], [2.0, 8.0]]),
            weight: Weight::default(),
        };

        let rows = rows(&few, &many);

        let told: Vec<_> = rows
            .iter()
            .take(2)
            .map(|row| (row.what, row.measured, row.limit, row.holds()))
            .collect();
        assert_eq!(
            told,
            [("own orders", 2.2, 2.0, true), ("all orders", 8.0, 4.0, false)]
        );
    }

    #[test]
    fn each_question_has_a_median_of_its_own() {
        let medians = medians(&rounds(&[[1.0, 7.0], [3.0, 5.0], [2.0, 6.0]]));

        assert_eq!(medians, [("own orders", 2.0), ("all orders", 6.0)]);
    }
}
