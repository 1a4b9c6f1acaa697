//! Which faults a run has.

use super::{At, Deed, Fault, LENGTH, Moment, SERVICES, Side, WITH_DATABASE, moments};
use crate::torture::dice::Dice;
use crate::torture::hostile;

/// Those that an order passes: they are met more often than the others.
const BUSY: [&str; 3] = ["order-svc", "product-svc", "cart-svc"];
/// Queues with something to shuffle, repeat or spoil in a run.
const QUEUES: [&str; 8] = [
    "product-svc.orders",
    "shop-svc.orders",
    "cart-svc.orders",
    "cart-svc.catalogue",
    "wishlist-svc.catalogue",
    "search-svc.catalogue",
    "analytics-svc.events",
    "analytics-svc.events",
];

/// The faults of a run, in their order.
pub fn faults(dice: &mut Dice) -> Vec<At<Fault>> {
    let count = dice.between(8, 15);
    let times = moments(dice, count, LENGTH - 800);
    let mut all: Vec<At<Fault>> = times.into_iter().map(|ms| At { ms, what: one(dice) }).collect();
    // They take long, so few runs have one.
    if dice.percent(6) {
        all.push(At {
            ms: dice.between(500, 3_000),
            what: Fault::BrokerRestart {
                kill: dice.percent(50),
            },
        });
    }
    if dice.percent(40) {
        let services = clocks(dice);
        all.extend(services.into_iter().map(|what| At { ms: 0, what }));
    }
    all.sort_by_key(|step| step.ms);
    all
}

/// Clocks of some services, up to half a minute apart.
fn clocks(dice: &mut Dice) -> Vec<Fault> {
    let mut faults = Vec::new();
    for service in SERVICES {
        if dice.percent(60) {
            let seconds = i32::try_from(dice.between(0, 31)).unwrap_or_default() - 15;
            faults.push(Fault::Clock { service, seconds });
        }
    }
    faults
}

fn one(dice: &mut Dice) -> Fault {
    match dice.between(0, 100) {
        0..=15 => Fault::Kill {
            service: pick(dice, &SERVICES),
            back_ms: dice.between(50, 1_500),
        },
        16..=58 => trap(dice),
        59..=62 => Fault::Cut {
            service: pick(dice, WITH_DATABASE),
            side: side(dice),
        },
        63..=68 => Fault::Slow {
            service: pick(dice, WITH_DATABASE),
            side: side(dice),
            delay_ms: dice.between(5, 80),
            for_ms: dice.between(500, 3_000),
        },
        69..=72 => Fault::Stalled {
            service: pick(dice, WITH_DATABASE),
            side: side(dice),
            for_ms: dice.between(300, 4_500),
        },
        73..=75 => Fault::Refused {
            service: pick(dice, WITH_DATABASE),
            side: side(dice),
            for_ms: dice.between(300, 2_000),
        },
        76 | 77 => Fault::BrokerAway {
            for_ms: dice.between(500, 2_500),
        },
        78 => Fault::BrokerFrozen {
            for_ms: dice.between(300, 2_000),
        },
        79..=82 => Fault::Frozen {
            service: pick(dice, &SERVICES),
            for_ms: dice.between(300, 4_500),
        },
        83..=86 => Fault::Sweep,
        87..=92 => Fault::Twice {
            count: dice.between(5, 60),
            seed: dice.roll(),
        },
        93..=97 => Fault::Shuffled {
            queue: dice.one_of(&QUEUES).copied().unwrap_or_default(),
            gather_ms: dice.between(300, 2_000),
            seed: dice.roll(),
        },
        _ => Fault::Poison {
            queue: dice.one_of(&QUEUES).copied().unwrap_or_default(),
            // Without taking a number, so that each seed keeps the schedule that it is known by.
            way: dice.clone().between(0, hostile::WAYS),
        },
    }
}

fn trap(dice: &mut Dice) -> Fault {
    let moment = dice.one_of(&Moment::ALL).copied().unwrap_or(Moment::BeforeCommit);
    let deed = match dice.between(0, 10) {
        0..=5 => Deed::Kill {
            back_ms: dice.between(0, 1_500),
        },
        6 | 7 => Deed::Cut,
        // Now and then longer than stock is held.
        _ => Deed::Hold {
            for_ms: dice.between(100, 4_500),
        },
    };
    Fault::Trap {
        service: pick(dice, WITH_DATABASE),
        moment,
        nth: dice.between(1, 7),
        deed,
    }
}

fn pick(dice: &mut Dice, all: &[&'static str]) -> &'static str {
    let chosen = if dice.percent(45) {
        dice.one_of(&BUSY)
    } else {
        dice.one_of(all)
    };
    chosen.copied().unwrap_or("order-svc")
}

fn side(dice: &mut Dice) -> Side {
    if dice.percent(60) {
        Side::Postgres
    } else {
        Side::Broker
    }
}
