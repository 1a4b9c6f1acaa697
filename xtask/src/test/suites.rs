//! Suites that `cargo xtask test` runs only when they are named.

use anyhow::Result;
use clap::ValueEnum;

use super::count::Count;
use super::{elasticsearch, upgrade};
use crate::instance::Instance;

/// A suite; they run in this order, after the steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Suite {
    /// Search against a real Elasticsearch, which is fetched if it is missing.
    Elasticsearch,
    /// The programs of the baseline are replaced by those of this checkout, under load. Builds both.
    Upgrade,
}

impl Suite {
    /// All suites, in order.
    pub const ALL: [Suite; 2] = [Suite::Elasticsearch, Suite::Upgrade];

    /// What it is called on the command line.
    pub fn name(self) -> String {
        let value = self.to_possible_value();
        value.map(|value| value.get_name().to_owned()).unwrap_or_default()
    }

    /// Run it.
    pub fn run(self, instance: &Instance) -> Result<Count> {
        match self {
            Suite::Elasticsearch => elasticsearch::run(instance),
            // It has no tests to count.
            Suite::Upgrade => upgrade::run(instance).map(|()| Count { passed: 1, failed: 0 }),
        }
    }
}
