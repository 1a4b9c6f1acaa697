//! What was measured, what it is held against, and whether that is good enough.

use serde::Serialize;

/// What a ratio must be.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Budget {
    /// Not less.
    AtLeast(f64),
    /// Not more.
    AtMost(f64),
    /// Told for information only.
    Any,
}

/// One line of the table.
#[derive(Clone, Debug, Serialize)]
pub struct Row {
    /// What it is about.
    pub what: &'static str,
    /// In what both figures are.
    pub unit: &'static str,
    /// Median of the measurements.
    pub measured: f64,
    /// Median of the limits.
    pub limit: f64,
    /// Median of the ratios: each round is held against its own limit, as the machine's speed drifts.
    pub ratio: f64,
    /// What the ratio must be.
    pub budget: Budget,
    /// Measurement and limit of each round.
    pub rounds: Vec<(f64, f64)>,
}

impl Row {
    /// A row of rounds.
    pub fn new(what: &'static str, unit: &'static str, rounds: Vec<(f64, f64)>, budget: Budget) -> Self {
        Self {
            what,
            unit,
            measured: median(rounds.iter().map(|(measured, _)| *measured)),
            limit: median(rounds.iter().map(|(_, limit)| *limit)),
            ratio: median(rounds.iter().map(|(measured, limit)| measured / limit)),
            budget,
            rounds,
        }
    }

    /// Whether the budget is kept. A figure that is none keeps no budget.
    pub fn holds(&self) -> bool {
        match self.budget {
            Budget::AtLeast(least) => self.ratio >= least,
            Budget::AtMost(most) => self.ratio <= most,
            Budget::Any => true,
        }
    }
}

/// The middle one, or the mean of the two in the middle; not a number if there is none.
pub fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut sorted: Vec<f64> = values.collect();
    sorted.sort_by(f64::total_cmp);
    let half = sorted.len() / 2;
    let at = |index: usize| sorted.get(index).copied().unwrap_or(f64::NAN);
    if sorted.len() % 2 == 1 {
        at(half)
    } else {
        (at(half.wrapping_sub(1)) + at(half)) / 2.0
    }
}

/// So many of a hundred are not greater; the values are sorted. Not a number if there is none.
pub fn percentile(sorted: &[f64], percent: usize) -> f64 {
    let at = (sorted.len() * percent / 100).min(sorted.len().saturating_sub(1));
    sorted.get(at).copied().unwrap_or(f64::NAN)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(rounds: &[(f64, f64)], budget: Budget) -> Row {
        Row::new("what", "req/s", rounds.to_vec(), budget)
    }

    #[test]
    fn the_median_is_in_the_middle() {
        assert_eq!(median([3.0, 1.0, 2.0].into_iter()), 2.0);
        assert_eq!(median([4.0, 1.0, 2.0, 3.0].into_iter()), 2.5);
        assert!(median(std::iter::empty()).is_nan());
    }

    #[test]
    fn each_round_is_held_against_its_own_limit() {
        // The machine was twice as fast in the second round, and for both.
        let row = row(
            &[(90.0, 100.0), (180.0, 200.0), (91.0, 130.0)],
            Budget::AtLeast(0.85),
        );

        assert_eq!((row.measured, row.limit, row.ratio), (91.0, 130.0, 0.9));
        assert!(row.holds());
    }

    #[test]
    fn a_budget_is_kept_up_to_its_edge() {
        let ratio = |measured, budget| row(&[(measured, 4.0)], budget).holds();

        assert!(ratio(2.0, Budget::AtLeast(0.5)) && !ratio(1.9, Budget::AtLeast(0.5)));
        assert!(ratio(8.0, Budget::AtMost(2.0)) && !ratio(8.1, Budget::AtMost(2.0)));
        assert!(ratio(8.0, Budget::Any));
        assert!(!row(&[], Budget::AtLeast(0.5)).holds() && !row(&[], Budget::AtMost(0.5)).holds());
    }
}
