//! Suites that `cargo xtask test` runs only when they are named.

use anyhow::Result;
use clap::ValueEnum;

use super::count::Count;
use super::upgrade;
use crate::instance::Instance;

/// A suite; they run in this order, after the steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Suite {
    /// The programs of the baseline are replaced by those of this checkout, under load. Builds both.
    Upgrade,
}

impl Suite {
    /// All suites, in order.
    pub const ALL: [Suite; 1] = [Suite::Upgrade];

    /// What it is called on the command line.
    pub fn name(self) -> String {
        let value = self.to_possible_value();
        value.map(|value| value.get_name().to_owned()).unwrap_or_default()
    }

    /// Run it; it counts as one test.
    pub fn run(self, instance: &Instance) -> Result<Count> {
        match self {
            Suite::Upgrade => upgrade::run(instance)?,
        }
        Ok(Count { passed: 1, failed: 0 })
    }
}
