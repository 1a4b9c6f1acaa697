//! Counts tests from what `cargo test` prints.

/// How many tests passed and failed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// Passed.
    pub passed: u64,
    /// Failed.
    pub failed: u64,
}

impl Count {
    /// Add what a line says, if it is the summary of a test binary.
    pub fn add_line(&mut self, line: &str) {
        let Some((_, rest)) = line.split_once("test result: ") else {
            return;
        };
        let number = |label: &str| {
            rest.split([';', '.'])
                .find_map(|part| part.trim().strip_suffix(label)?.trim().parse::<u64>().ok())
        };
        if let (Some(passed), Some(failed)) = (number(" passed"), number(" failed")) {
            self.passed += passed;
            self.failed += failed;
        }
    }

    /// The sum of both.
    pub fn add(&mut self, other: Count) {
        self.passed += other.passed;
        self.failed += other.failed;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn summaries_are_added_up_and_other_lines_ignored() {
        let mut count = Count::default();

        count.add_line("running 3 tests");
        count.add_line(
            "test result: ok. 3 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.1s",
        );
        count.add_line("test a ... FAILED");
        count.add_line("test result: FAILED. 12 passed; 2 failed; 1 ignored; 0 measured; 0 filtered out");

        assert_eq!(
            count,
            Count {
                passed: 15,
                failed: 2
            }
        );
    }
}
