//! Violations as they are found, and which of them were there before.

use super::{Check, Violation};

/// So many violations are kept; more are only counted.
pub const MOST: usize = 1000;

/// Collects the violations of one invariant. They must come in the order of their keys.
pub struct Collector<'a> {
    before: Option<&'a Check>,
    kept: Vec<Violation>,
    more: u64,
}

impl<'a> Collector<'a> {
    /// For a first look, or for one after `before`: then only what was wrong already is collected.
    pub fn new(before: Option<&'a Check>) -> Self {
        Self {
            before,
            kept: Vec::new(),
            more: 0,
        }
    }

    /// Takes in a violation.
    pub fn push(&mut self, violation: Violation) {
        if self.before.is_some_and(|before| !before.may_have(&violation)) {
            return;
        }
        if self.kept.len() < MOST {
            self.kept.push(violation);
        } else {
            self.more += 1;
        }
    }

    /// All of them.
    pub fn into_check(self, name: &'static str, about: &'static str, counted: u64) -> Check {
        Check {
            name,
            about,
            counted,
            violations: self.kept,
            more: self.more,
        }
    }
}

impl Check {
    /// Whether the same was wrong before. Of what was only counted it is not known, so it is held for the same: it
    /// lies behind the last one that was kept.
    fn may_have(&self, again: &Violation) -> bool {
        let found = self
            .violations
            .binary_search_by(|known| known.key.as_str().cmp(&again.key));
        match found {
            Ok(at) => self
                .violations
                .get(at)
                .is_some_and(|known| known.seen == again.seen),
            Err(at) => self.more > 0 && at == self.violations.len(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn violation(key: &str, seen: Option<&str>) -> Violation {
        Violation {
            key: key.to_owned(),
            says: format!("{key} is wrong"),
            seen: seen.map(str::to_owned),
        }
    }

    fn collect(before: Option<&Check>, violations: impl IntoIterator<Item = Violation>) -> Check {
        let mut collector = Collector::new(before);
        violations.into_iter().for_each(|found| collector.push(found));
        collector.into_check("name", "about", 7)
    }

    fn keys(check: &Check) -> Vec<&str> {
        check.violations.iter().map(|found| found.key.as_str()).collect()
    }

    #[test]
    fn only_what_was_wrong_in_both_looks_is_left() {
        let first = collect(None, ["a", "c", "d"].map(|key| violation(key, None)));

        let second = collect(Some(&first), ["b", "c", "d", "e"].map(|key| violation(key, None)));

        assert_eq!((keys(&second), second.violated()), (vec!["c", "d"], 2));
    }

    #[test]
    fn a_copy_that_has_changed_since_is_on_its_way() {
        let first = collect(None, [violation("a", Some("1")), violation("b", Some("1"))]);

        let second = collect(
            Some(&first),
            [violation("a", Some("2")), violation("b", Some("1"))],
        );

        assert_eq!(keys(&second), ["b"]);
    }

    #[test]
    fn no_more_are_kept_than_agreed_but_all_are_counted() {
        let many = (0..MOST + 5).map(|number| violation(&format!("{number:06}"), None));

        let check = collect(None, many);

        assert_eq!((check.violations.len(), check.more), (MOST, 5));
        assert!(!check.holds());
    }

    #[test]
    fn what_was_only_counted_before_may_still_be_wrong() {
        let many = || (0..MOST + 5).map(|number| violation(&format!("{number:06}"), None));
        let first = collect(None, many());

        // All that were kept have been mended; one of those behind them has not.
        let last = many().next_back().unwrap();
        let second = collect(Some(&first), [last.clone()]);

        assert_eq!(second.violations, [last]);
    }
}
