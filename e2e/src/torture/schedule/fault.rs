//! What goes wrong.

use super::{At, LENGTH, moments};
use crate::torture::dice::Dice;

/// Every service, and who has a database.
pub const SERVICES: [&str; 9] = [
    "user-svc",
    "shop-svc",
    "product-svc",
    "cart-svc",
    "order-svc",
    "wishlist-svc",
    "search-svc",
    "analytics-svc",
    "gateway",
];
/// Those that write and hear of events.
pub const WITH_DATABASE: [&str; 8] = [
    "user-svc",
    "shop-svc",
    "product-svc",
    "cart-svc",
    "order-svc",
    "wishlist-svc",
    "search-svc",
    "analytics-svc",
];
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

/// Something that goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// A service is killed, wherever it stands.
    Kill {
        /// Which one.
        service: &'static str,
        /// After how many milliseconds it is started again.
        back_ms: u32,
    },
    /// Something is done to a service at a certain moment of its talk with Postgres or the broker.
    Trap {
        /// Whose talk.
        service: &'static str,
        /// At which moment.
        moment: Moment,
        /// When it comes for the n-th time from now.
        nth: u32,
        /// What is done.
        deed: Deed,
    },
    /// All connections of a service to one side are cut.
    Cut {
        /// Whose.
        service: &'static str,
        /// To whom.
        side: Side,
    },
    /// Everything that a service says to one side arrives late.
    Slow {
        /// Who speaks.
        service: &'static str,
        /// To whom.
        side: Side,
        /// How late.
        delay_ms: u32,
        /// For how long.
        for_ms: u32,
    },
    /// Nothing that a service says to one side arrives until later: a full pool.
    Stalled {
        /// Who speaks.
        service: &'static str,
        /// To whom.
        side: Side,
        /// For how long.
        for_ms: u32,
    },
    /// One side is away, as one service sees it.
    Refused {
        /// Who is refused.
        service: &'static str,
        /// By whom.
        side: Side,
        /// For how long.
        for_ms: u32,
    },
    /// The broker is away, as all services see it.
    BrokerAway {
        /// For how long.
        for_ms: u32,
    },
    /// The broker itself stops in the midst of everything and goes on later.
    BrokerFrozen {
        /// For how long.
        for_ms: u32,
    },
    /// The broker itself is stopped or killed, and started again.
    BrokerRestart {
        /// Without warning.
        kill: bool,
    },
    /// A process stops in the midst of everything and goes on later.
    Frozen {
        /// Which one.
        service: &'static str,
        /// For how long.
        for_ms: u32,
    },
    /// The clock of a service is put so many seconds off the right time.
    Clock {
        /// Whose.
        service: &'static str,
        /// How far.
        seconds: i32,
    },
    /// All held reservations are due at once.
    Sweep,
    /// Some events of this run come once more, to one queue each, in another order.
    Twice {
        /// How many.
        count: u32,
        /// What they are chosen by.
        seed: u64,
    },
    /// A reader is killed, and what gathers in its queue meanwhile comes in another order.
    Shuffled {
        /// Which queue.
        queue: &'static str,
        /// For how long it gathers.
        gather_ms: u32,
        /// What the order is made from.
        seed: u64,
    },
    /// A message that nobody can read.
    Poison {
        /// To which queue.
        queue: &'static str,
    },
}

/// A moment in the talk of a service with Postgres or the broker.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// A transaction begins.
    Begin,
    /// A transaction that wrote something is about to be committed.
    BeforeCommit,
    /// It was committed, and the service does not know yet.
    AfterCommit,
    /// The broker has confirmed a message, and the service does not know yet.
    Confirm,
    /// A message is about to be delivered to the service.
    Delivery,
    /// The service has handled messages, and the broker does not know yet.
    Acknowledgement,
}

impl Moment {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::Begin,
        Self::BeforeCommit,
        Self::AfterCommit,
        Self::Confirm,
        Self::Delivery,
        Self::Acknowledgement,
    ];

    /// With whom the service talks.
    pub fn side(self) -> Side {
        match self {
            Self::Begin | Self::BeforeCommit | Self::AfterCommit => Side::Postgres,
            Self::Confirm | Self::Delivery | Self::Acknowledgement => Side::Broker,
        }
    }
}

/// With whom a service talks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// Its database.
    Postgres,
    /// RabbitMQ.
    Broker,
}

/// What is done at a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deed {
    /// The service is killed.
    Kill {
        /// After how many milliseconds it is started again.
        back_ms: u32,
    },
    /// The connection is cut.
    Cut,
    /// What was said stays on its way.
    Hold {
        /// For how long.
        for_ms: u32,
    },
}

impl Fault {
    /// How long it lasts by itself, in milliseconds.
    pub fn lasts(&self) -> u32 {
        match *self {
            Self::Kill { back_ms, .. } => back_ms,
            Self::Slow { for_ms, .. }
            | Self::Stalled { for_ms, .. }
            | Self::Refused { for_ms, .. }
            | Self::BrokerAway { for_ms }
            | Self::BrokerFrozen { for_ms }
            | Self::Frozen { for_ms, .. } => for_ms,
            Self::Shuffled { gather_ms, .. } => gather_ms,
            Self::Trap { .. }
            | Self::Cut { .. }
            | Self::BrokerRestart { .. }
            | Self::Clock { .. }
            | Self::Sweep
            | Self::Twice { .. }
            | Self::Poison { .. } => 0,
        }
    }
}

/// The faults of a run, in their order.
pub fn all(dice: &mut Dice) -> Vec<At<Fault>> {
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
            service: pick(dice, &WITH_DATABASE),
            side: side(dice),
        },
        63..=68 => Fault::Slow {
            service: pick(dice, &WITH_DATABASE),
            side: side(dice),
            delay_ms: dice.between(5, 80),
            for_ms: dice.between(500, 3_000),
        },
        69..=72 => Fault::Stalled {
            service: pick(dice, &WITH_DATABASE),
            side: side(dice),
            for_ms: dice.between(300, 4_500),
        },
        73..=75 => Fault::Refused {
            service: pick(dice, &WITH_DATABASE),
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
        service: pick(dice, &WITH_DATABASE),
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
