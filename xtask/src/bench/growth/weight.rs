//! How much memory the services hold.

use anyhow::Result;

use crate::bench::budget::{Budget, Row};
use crate::bench::memory;
use crate::instance::Instance;
use crate::process;
use crate::services::SERVICES;

/// What all of them hold together is told under this name.
const ALL: &str = "memory of all services";

/// Resident memory of each service in megabytes.
#[derive(Default)]
pub struct Weight(Vec<(&'static str, f64)>);

impl Weight {
    /// Now.
    pub fn now(instance: &Instance) -> Result<Self> {
        let of = |name| {
            let processes = process::find(instance, name);
            let each = processes.iter().map(|process| memory::resident_mb(process.pid));
            anyhow::Ok((name, each.sum::<Result<f64>>()?))
        };
        SERVICES
            .iter()
            .map(|service| of(service.name))
            .collect::<Result<_>>()
            .map(Self)
    }

    fn sum(&self) -> f64 {
        self.0.iter().map(|(_, megabytes)| megabytes).sum()
    }
}

/// A row for each service and one for all, with many orders beside few.
pub fn rows(few: &Weight, many: &Weight) -> Vec<Row> {
    let row = |what, many, few| Row::new(what, "MB", vec![(many, few)], Budget::AtMost(super::MOST));
    let pairs = many.0.iter().zip(&few.0);
    let mut rows: Vec<Row> = pairs
        .map(|((name, many), (_, few))| row(*name, *many, *few))
        .collect();
    rows.push(row(ALL, many.sum(), few.sum()));
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_service_is_told_and_all_together() {
        let few = Weight(vec![("order-svc", 20.0), ("cart-svc", 10.0)]);
        let many = Weight(vec![("order-svc", 30.0), ("cart-svc", 10.0)]);

        let rows = rows(&few, &many);

        let told: Vec<_> = rows
            .iter()
            .map(|row| (row.what, row.ratio, row.holds()))
            .collect();
        assert_eq!(
            told,
            [
                ("order-svc", 1.5, false),
                ("cart-svc", 1.0, true),
                (ALL, 40.0 / 30.0, false)
            ]
        );
    }
}
