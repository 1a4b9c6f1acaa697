//! Who pays for an order, in processor time.

use std::collections::{BTreeMap, BTreeSet};

use crate::bench::budget::{Budget, Row};
use crate::bench::cpu;
use crate::instance::{Instance, Part};
use crate::process;
use crate::services::SERVICES;

/// Processor time of each part of the mesh at one moment, in microseconds.
pub struct Spent(BTreeMap<&'static str, f64>);

/// The load generator, which is ourselves.
const CUSTOMERS: &str = "customers";

impl Spent {
    /// So far.
    pub fn so_far(instance: &Instance) -> Self {
        let parts = Part::CORE.map(Part::name);
        let names = SERVICES.iter().map(|service| service.name).chain(parts);
        let of = |name: &str| {
            let marked = process::find(instance, name);
            // Those of Postgres write over their environment, and with it over our mark.
            let pids: BTreeSet<i32> = marked.iter().flat_map(|one| cpu::family(one.pid)).collect();
            cpu::micros(&pids.into_iter().collect::<Vec<_>>())
        };
        let mut spent: BTreeMap<_, _> = names.map(|name| (name, of(name))).collect();
        let own = i32::try_from(std::process::id()).unwrap_or_default();
        spent.insert(CUSTOMERS, cpu::micros(&[own]));
        Self(spent)
    }

    /// What each has spent since, for each of so many orders.
    pub fn since(&self, before: &Self, orders: f64) -> BTreeMap<&'static str, f64> {
        let each = self.0.iter();
        each.map(|(name, now)| (*name, (now - before.0.get(name).unwrap_or(&0.0)) / orders))
            .collect()
    }
}

/// A row for each part of the mesh, held against all of them together: the ratio is its share.
pub fn rows(rounds: &[BTreeMap<&'static str, f64>]) -> Vec<Row> {
    let names = rounds.first().into_iter().flat_map(BTreeMap::keys);
    let row = |name: &&'static str| {
        let shares = rounds
            .iter()
            .map(|spent| (spent.get(name).copied().unwrap_or(0.0), spent.values().sum()));
        Row::new(name, "us/order", shares.collect(), Budget::Any)
    };
    let mut rows: Vec<Row> = names.map(row).collect();
    rows.sort_by(|one, other| other.ratio.total_cmp(&one.ratio));
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_dearest_comes_first_with_its_share() {
        let before = Spent(BTreeMap::from([("cart-svc", 100.0), ("postgres", 1000.0)]));
        let after = Spent(BTreeMap::from([("cart-svc", 300.0), ("postgres", 1600.0)]));

        let rows = rows(&[after.since(&before, 2.0)]);

        let told: Vec<_> = rows
            .iter()
            .map(|row| (row.what, row.measured, row.ratio))
            .collect();
        assert_eq!(told, [("postgres", 300.0, 0.75), ("cart-svc", 100.0, 0.25)]);
    }
}
