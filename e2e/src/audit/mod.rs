//! The invariants of a mesh, recomputed from the rows of all its databases.
//!
//! A mesh that runs is right in the end, not at each moment: what one look finds may be on its way. So [`settled`]
//! looks again, and only what was wrong all the time counts.

mod collect;
mod copies;
mod databases;
mod error;
mod events;
mod merge;
mod orders;
mod privacy;
mod question;
mod report;
mod sales;
mod stock;

use std::time::Duration;

use serde::Serialize;
use tokio::time::{Instant, sleep};

pub use databases::Databases;
pub use error::Error;
use question::Question;
pub use report::table;

/// Between two looks.
const PAUSE: Duration = Duration::from_secs(1);

/// What an audit ends with.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// One invariant, and how it holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Check {
    /// What it is about.
    pub name: &'static str,
    /// What must hold.
    pub about: &'static str,
    /// How many things were looked at.
    pub counted: u64,
    /// Where it does not hold, in the order of the keys; a thousand of them at most.
    pub violations: Vec<Violation>,
    /// How many violations there are beyond those.
    pub more: u64,
}

/// One place where an invariant does not hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Violation {
    /// The thing.
    pub key: String,
    /// What is wrong with it.
    pub says: String,
    /// What a copy in another database held: one that has changed since is on its way.
    #[serde(skip)]
    pub seen: Option<String>,
}

impl Check {
    /// Whether the invariant holds everywhere.
    pub fn holds(&self) -> bool {
        self.violated() == 0
    }

    /// In how many places it does not hold.
    pub fn violated(&self) -> u64 {
        u64::try_from(self.violations.len())
            .unwrap_or(u64::MAX)
            .saturating_add(self.more)
    }
}

/// Recomputes every invariant as it is at this moment.
///
/// # Errors
/// When a database does not answer, or not as expected.
pub async fn look(databases: &Databases) -> Result<Vec<Check>> {
    let mut checks = Vec::new();
    for question in questions() {
        checks.push(question.ask(databases, None).await?);
    }
    Ok(checks)
}

/// Recomputes one invariant as it is at this moment, if there is one of that name.
///
/// # Errors
/// When a database does not answer, or not as expected.
pub async fn look_at(databases: &Databases, name: &str) -> Result<Option<Check>> {
    match questions().iter().find(|question| question.name == name) {
        Some(question) => question.ask(databases, None).await.map(Some),
        None => Ok(None),
    }
}

/// Recomputes every invariant, and again those that do not hold, until all hold or `patience` is over. What is left
/// was wrong in every look.
///
/// # Errors
/// When a database does not answer, or not as expected.
pub async fn settled(databases: &Databases, patience: Duration) -> Result<Vec<Check>> {
    let questions = questions();
    let mut checks = look(databases).await?;
    let end = Instant::now() + patience;
    loop {
        let left = end.saturating_duration_since(Instant::now());
        if left.is_zero() || checks.iter().all(Check::holds) {
            return Ok(checks);
        }
        sleep(left.min(PAUSE)).await;
        for (check, question) in checks.iter_mut().zip(&questions) {
            if !check.holds() {
                *check = question.ask(databases, Some(check)).await?;
            }
        }
    }
}

/// All questions, in the order of the table.
fn questions() -> Vec<Question> {
    let all = [
        orders::questions(),
        stock::questions(),
        copies::questions(),
        sales::questions(),
        events::questions(),
        privacy::questions(),
    ];
    all.into_iter().flatten().collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn no_two_invariants_share_a_name() {
        let names: BTreeSet<_> = questions().iter().map(|question| question.name).collect();

        assert_eq!(names.len(), questions().len());
    }
}
