//! Where search-svc keeps its index, and what a series with Elasticsearch has beside the others.

use std::time::Duration;

use clap::ValueEnum;

use super::{At, Deed, Fault, LENGTH, Moment, SERVICES};
use crate::torture::dice::Dice;

/// The backend of search-svc in a series.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum IndexBackend {
    /// A directory of its own, for its one process.
    #[default]
    Embedded,
    /// Elasticsearch, with two processes of search-svc.
    Elasticsearch,
}

/// The second process of search-svc.
const SECOND_REPLICA: &str = "search-svc#2";
/// Both of them.
const REPLICAS: [&str; 2] = ["search-svc", SECOND_REPLICA];
/// Keeps the stream of these faults apart from the one of the schedule: each seed has the schedule that it is known by.
const STREAM: u64 = 0x656c_6173_7469_6338;
/// How many runs of a hundred kill Elasticsearch: its start takes a quarter of a minute.
const KILLS_PERCENT: u32 = 60;

impl IndexBackend {
    /// The name that search-svc knows it by.
    pub fn name(self) -> &'static str {
        match self {
            Self::Embedded => "embedded",
            Self::Elasticsearch => "elasticsearch",
        }
    }

    /// The processes of a mesh with this backend; the gateway comes last.
    pub fn services(self) -> Vec<&'static str> {
        let second = (self == Self::Elasticsearch).then_some(SECOND_REPLICA);
        second.into_iter().chain(SERVICES).collect()
    }

    /// How long a mesh with this backend may take to be ready, and to come to rest.
    pub fn patience(self) -> Duration {
        Duration::from_secs(match self {
            Self::Embedded => 60,
            // A start of Elasticsearch takes up to 20 s on an idle machine.
            Self::Elasticsearch => 120,
        })
    }

    /// What the run of this seed has beside the faults of every backend.
    pub(super) fn faults(self, seed: u64) -> Vec<At<Fault>> {
        match self {
            Self::Embedded => Vec::new(),
            Self::Elasticsearch => elasticsearch_faults(&mut Dice::of(seed ^ STREAM)),
        }
    }
}

fn elasticsearch_faults(dice: &mut Dice) -> Vec<At<Fault>> {
    let mut faults = Vec::new();
    let is_killed = dice.percent(KILLS_PERCENT);
    if is_killed {
        // Not at once: a rebuild is at work, and some of what changes is indexed already.
        faults.push(At {
            ms: dice.between(1_500, 4_200),
            what: Fault::ElasticsearchKilled,
        });
    }
    for _ in 0..dice.between(1, 3) {
        // Now and then longer than search-svc waits for an answer; a kill would cut that short.
        let is_long = dice.percent(40) && !is_killed;
        let for_ms = if is_long {
            dice.between(10_500, 12_500)
        } else {
            dice.between(500, 5_000)
        };
        faults.push(at(dice, Fault::ElasticsearchFrozen { for_ms }));
    }
    for _ in 0..dice.between(1, 4) {
        let service = replica(dice);
        let back_ms = dice.between(50, 1_500);
        faults.push(at(dice, Fault::Kill { service, back_ms }));
    }
    for _ in 0..dice.between(1, 3) {
        let trap = Fault::Trap {
            service: replica(dice),
            moment: dice.one_of(&Moment::ALL).copied().unwrap_or(Moment::AfterCommit),
            nth: dice.between(1, 7),
            deed: Deed::Kill {
                back_ms: dice.between(0, 1_500),
            },
        };
        faults.push(at(dice, trap));
    }
    if dice.percent(40) {
        let service = replica(dice);
        let for_ms = dice.between(300, 4_500);
        faults.push(at(dice, Fault::Frozen { service, for_ms }));
    }
    faults
}

fn at(dice: &mut Dice, what: Fault) -> At<Fault> {
    At {
        ms: dice.between(0, LENGTH - 800),
        what,
    }
}

fn replica(dice: &mut Dice) -> &'static str {
    dice.one_of(&REPLICAS).copied().unwrap_or(SECOND_REPLICA)
}

#[cfg(test)]
mod tests {
    use super::super::Schedule;
    use super::*;

    const SEEDS: std::ops::Range<u64> = 0..200;

    fn is_kill_of_elasticsearch(step: &At<Fault>) -> bool {
        step.what == Fault::ElasticsearchKilled
    }

    fn is_long_freeze(step: &At<Fault>) -> bool {
        matches!(step.what, Fault::ElasticsearchFrozen { for_ms } if for_ms > 10_000)
    }

    #[test]
    fn a_seed_keeps_its_schedule_and_elasticsearch_only_adds_faults() {
        for seed in SEEDS {
            let plain = Schedule::of(seed);
            let embedded = plain.clone().with_backend(IndexBackend::Embedded);
            let other = plain.clone().with_backend(IndexBackend::Elasticsearch);
            let added = IndexBackend::Elasticsearch.faults(seed);

            assert_eq!(embedded, plain, "seed {seed}");
            let mut all = [embedded.faults.clone(), added].concat();
            all.sort_by_key(|step| step.ms);
            assert_eq!(other.faults, all, "seed {seed}");
            assert_eq!(
                (&embedded.offers, &embedded.customers, &embedded.shops),
                (&other.offers, &other.customers, &other.shops)
            );
            assert!(!embedded.faults.iter().any(|step| {
                matches!(
                    step.what,
                    Fault::ElasticsearchKilled | Fault::ElasticsearchFrozen { .. }
                )
            }));
        }
    }

    #[test]
    fn elasticsearch_is_killed_at_most_once_a_run_and_frozen_in_each() {
        let mut killed = 0;
        for seed in SEEDS {
            let faults = IndexBackend::Elasticsearch.faults(seed);
            let kills = faults
                .iter()
                .filter(|step| is_kill_of_elasticsearch(step))
                .count();
            let is_frozen = |step: &At<Fault>| matches!(step.what, Fault::ElasticsearchFrozen { .. });

            assert!(kills <= 1, "seed {seed}");
            assert!(faults.iter().any(is_frozen), "seed {seed}");
            assert!(faults.iter().all(|step| step.ms < LENGTH), "seed {seed}");
            killed += kills;
        }
        assert!((100..150).contains(&killed), "{killed}");
    }

    #[test]
    fn the_first_five_seeds_kill_it_and_freeze_it_for_long() {
        let runs: Vec<_> = (1..=5)
            .map(|seed| IndexBackend::Elasticsearch.faults(seed))
            .collect();
        let killed = runs
            .iter()
            .flatten()
            .filter(|step| is_kill_of_elasticsearch(step));

        assert!(killed.count() >= 2);
        assert!(runs.iter().flatten().any(is_long_freeze));
    }

    #[test]
    fn a_long_freeze_outlasts_a_search_and_no_kill_cuts_it_short() {
        let mut long = 0;
        for seed in SEEDS {
            let faults = IndexBackend::Elasticsearch.faults(seed);
            let is_killed = faults.iter().any(is_kill_of_elasticsearch);

            assert!(!(is_killed && faults.iter().any(is_long_freeze)), "seed {seed}");
            long += usize::from(faults.iter().any(is_long_freeze));
        }
        assert!(long > 20, "{long}");
    }

    #[test]
    fn both_replicas_are_killed_in_a_series() {
        let faults: Vec<At<Fault>> = (0..5)
            .flat_map(|seed| IndexBackend::Elasticsearch.faults(seed))
            .collect();

        for replica in REPLICAS {
            let is_killed =
                |step: &At<Fault>| matches!(step.what, Fault::Kill { service, .. } if service == replica);
            assert!(faults.iter().any(is_killed), "{replica}");
        }
        assert_eq!(IndexBackend::Embedded.services(), SERVICES);
        assert!(IndexBackend::Elasticsearch.services().contains(&SECOND_REPLICA));
    }
}
