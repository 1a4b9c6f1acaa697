//! All that happens in one run, out of one number.

mod backend;
mod chance;
mod errands;
mod fault;
mod show;

use super::dice::Dice;

pub use backend::IndexBackend;
pub use errands::{Chore, Errand};
pub use fault::{Deed, Fault, Moment, SERVICES, Side, WITH_DATABASE};

/// For how long things begin, in milliseconds; what has begun may take longer.
pub const LENGTH: u32 = 5_000;
/// Customers in a run.
pub const CUSTOMERS: usize = 7;
/// Shops in a run.
pub const SHOPS: usize = 2;

/// Something and when it begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct At<T> {
    /// Milliseconds after the run began.
    pub ms: u32,
    /// What.
    pub what: T,
}

/// Something to buy in a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Offer {
    /// Whose it is.
    pub shop: usize,
    /// Its price.
    pub price: i64,
    /// How many there are at first.
    pub stock: i64,
}

/// One run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Schedule {
    /// What all of it was made from.
    pub seed: u64,
    /// What is sold.
    pub offers: Vec<Offer>,
    /// What each customer does, one thing after the other.
    pub customers: Vec<Vec<At<Errand>>>,
    /// What each shop does, one thing after the other.
    pub shops: Vec<Vec<At<Chore>>>,
    /// What goes wrong, each for itself.
    pub faults: Vec<At<Fault>>,
}

impl Schedule {
    /// The run of this seed.
    pub fn of(seed: u64) -> Self {
        let mut dice = Dice::of(seed);
        let offers: Vec<Offer> = (0..SHOPS * 2).map(|number| offer(&mut dice, number)).collect();
        Self {
            seed,
            customers: (0..CUSTOMERS)
                .map(|_| errands::of_customer(&mut dice, offers.len()))
                .collect(),
            shops: (0..SHOPS)
                .map(|shop| errands::of_shop(&mut dice, shop, &offers))
                .collect(),
            faults: chance::faults(&mut dice),
            offers,
        }
    }

    /// The same run with another backend: nothing is taken away, and its own faults are added.
    #[must_use]
    pub fn with_backend(mut self, backend: IndexBackend) -> Self {
        self.faults.extend(backend.faults(self.seed));
        self.faults.sort_by_key(|step| step.ms);
        self
    }
}

/// Every second ware is scarce: there is not enough of it for all.
fn offer(dice: &mut Dice, number: usize) -> Offer {
    let stock = if number.is_multiple_of(2) {
        dice.between(4, 16)
    } else {
        dice.between(60, 200)
    };
    Offer {
        shop: number / 2,
        price: dice.between(100, 5_000).into(),
        stock: stock.into(),
    }
}

/// So many moments of the run, in order.
fn moments(dice: &mut Dice, count: u32, latest: u32) -> Vec<u32> {
    let mut all: Vec<u32> = (0..count).map(|_| dice.between(0, latest)).collect();
    all.sort_unstable();
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_is_the_same_run_and_another_is_another() {
        assert_eq!(Schedule::of(7), Schedule::of(7));
        assert_ne!(Schedule::of(7).faults, Schedule::of(8).faults);
        assert_ne!(Schedule::of(7).customers, Schedule::of(8).customers);
    }

    #[test]
    fn everything_begins_in_time() {
        for seed in 0..500 {
            let run = Schedule::of(seed);
            let customers = run.customers.iter().flatten().map(|step| step.ms);
            let shops = run.shops.iter().flatten().map(|step| step.ms);
            let faults = run.faults.iter().map(|step| step.ms + step.what.lasts());

            assert!(customers.chain(shops).all(|ms| ms < LENGTH), "seed {seed}");
            assert!(faults.into_iter().all(|ms| ms < LENGTH + 4_000), "seed {seed}");
        }
    }

    #[test]
    fn every_fault_comes_in_a_series() {
        let faults: Vec<Fault> = (0..200)
            .flat_map(|seed| Schedule::of(seed).faults)
            .map(|step| step.what)
            .collect();
        for service in SERVICES {
            let killed =
                |fault: &Fault| matches!(fault, Fault::Kill { service: dead, .. } if *dead == service);
            assert!(faults.iter().any(killed), "{service}");
        }
        for service in WITH_DATABASE.iter().copied() {
            for moment in Moment::ALL {
                let met = |fault: &Fault| {
                    matches!(fault, Fault::Trap { service: at, moment: when, deed: Deed::Kill { .. }, .. }
                        if *at == service && *when == moment)
                };
                assert!(faults.iter().any(met), "{service} {moment:?}");
            }
        }
        for wanted in 0..crate::torture::hostile::WAYS {
            let sent = |fault: &Fault| matches!(fault, Fault::Poison { way, .. } if *way == wanted);
            assert!(faults.iter().any(sent), "way {wanted}");
        }
        let kinds = [
            |fault: &Fault| matches!(fault, Fault::BrokerRestart { .. }),
            |fault: &Fault| matches!(fault, Fault::BrokerFrozen { .. }),
            |fault: &Fault| matches!(fault, Fault::Twice { .. }),
            |fault: &Fault| matches!(fault, Fault::Shuffled { .. }),
            |fault: &Fault| matches!(fault, Fault::Poison { .. }),
            |fault: &Fault| matches!(fault, Fault::Sweep),
            |fault: &Fault| matches!(fault, Fault::Clock { .. }),
            |fault: &Fault| matches!(fault, Fault::Slow { .. }),
            |fault: &Fault| matches!(fault, Fault::Stalled { .. }),
            |fault: &Fault| matches!(fault, Fault::Refused { .. }),
            |fault: &Fault| matches!(fault, Fault::Cut { .. }),
            |fault: &Fault| matches!(fault, Fault::Frozen { .. }),
        ];
        for (number, kind) in kinds.iter().enumerate() {
            assert!(faults.iter().any(kind), "kind {number}");
        }
    }

    #[test]
    fn it_can_be_read() {
        let told = Schedule::of(1).to_string();

        assert!(told.starts_with("seed 1\n"), "{told}");
        assert!(told.contains("customer 1") && told.contains("shop 2"), "{told}");
        assert!(told.lines().all(|line| line.len() < 140), "{told}");
    }
}
