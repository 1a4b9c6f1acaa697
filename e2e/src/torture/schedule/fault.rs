//! What goes wrong.

/// Every service; the gateway comes last.
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
/// Those that write and hear of events: all but the gateway.
pub const WITH_DATABASE: &[&str] = SERVICES.split_at(SERVICES.len() - 1).0;
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
    /// Elasticsearch stops in the midst of everything and goes on later.
    ElasticsearchFrozen {
        /// For how long.
        for_ms: u32,
    },
    /// Elasticsearch is killed and started again.
    ElasticsearchKilled,
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
        /// In which way: see [`crate::torture::hostile`].
        way: u32,
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
            | Self::ElasticsearchFrozen { for_ms }
            | Self::Frozen { for_ms, .. } => for_ms,
            Self::Shuffled { gather_ms, .. } => gather_ms,
            Self::Trap { .. }
            | Self::Cut { .. }
            | Self::BrokerRestart { .. }
            | Self::ElasticsearchKilled
            | Self::Clock { .. }
            | Self::Sweep
            | Self::Twice { .. }
            | Self::Poison { .. } => 0,
        }
    }
}
