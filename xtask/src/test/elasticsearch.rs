//! The suite `elasticsearch`: tests of search-svc against a real Elasticsearch.

use anyhow::{Result, ensure};

use super::count::Count;
use super::steps::{addresses, counted};
use crate::cargo::{self, SELECTION};
use crate::files::Lock;
use crate::infra;
use crate::instance::{Instance, Part};

/// Part of the name of each of its tests.
const FILTER: &str = "elasticsearch";

/// Runs it on the test instance, whose data may be used.
pub fn run(instance: &Instance) -> Result<Count> {
    let up = {
        let _lock = Lock::take(&instance.dir)?;
        infra::up(instance, &Part::ALL)?
    };
    let mut tests = cargo::command(instance);
    // Of all packages, as in the step `unit`: another selection would compile dependencies once more. Tests that are
    // ignored where there is no Elasticsearch are run here.
    tests
        .arg("test")
        .args(SELECTION)
        .args([
            "--test",
            "api",
            "--no-fail-fast",
            "--",
            "--include-ignored",
            FILTER,
        ])
        .envs(addresses(&up.infra))
        .envs(
            up.infra
                .elasticsearch_url
                .map(|url| ("TEST_ELASTICSEARCH_URL", url)),
        );
    not_empty(counted(tests)?)
}

/// A suite whose tests were renamed would pass without them.
fn not_empty(count: Count) -> Result<Count> {
    ensure!(
        count != Count::default(),
        "No test has `{FILTER}` in its name: nothing was tested against Elasticsearch"
    );
    Ok(count)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_suite_without_tests_fails() {
        let one = Count { passed: 1, failed: 0 };

        assert!(not_empty(Count::default()).is_err());
        assert_eq!(not_empty(one).unwrap(), one);
    }
}
