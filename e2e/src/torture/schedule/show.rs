//! A schedule that people can read.

use std::fmt;

use crate::torture::hostile;

use super::{At, Chore, Deed, Errand, Fault, Moment, Schedule, Side};

impl fmt::Display for Schedule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "seed {}", self.seed)?;
        for (number, offer) in self.offers.iter().enumerate() {
            writeln!(
                f,
                "  ware {}: of shop {}, {} pieces at {}",
                number + 1,
                offer.shop + 1,
                offer.stock,
                offer.price
            )?;
        }
        for (number, errands) in self.customers.iter().enumerate() {
            writeln!(f, "  customer {}", number + 1)?;
            steps(f, errands)?;
        }
        for (number, chores) in self.shops.iter().enumerate() {
            writeln!(f, "  shop {}", number + 1)?;
            steps(f, chores)?;
        }
        writeln!(f, "  faults")?;
        steps(f, &self.faults)
    }
}

fn steps<T: fmt::Display>(f: &mut fmt::Formatter<'_>, all: &[At<T>]) -> fmt::Result {
    all.iter()
        .try_for_each(|step| writeln!(f, "    {:>5} ms  {}", step.ms, step.what))
}

impl fmt::Display for Errand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Take { offer, quantity } => write!(f, "takes {quantity} of ware {}", offer + 1),
            Self::Order { accepts: false } => f.write_str("orders"),
            Self::Order { accepts: true } => f.write_str("orders, also if the cart has changed"),
            Self::OrderByTwoKeys => f.write_str("orders twice at once, by two keys"),
            Self::OrderThrice => f.write_str("orders three times at once, by one key"),
            Self::OrderAgain => f.write_str("sends the last order again"),
            Self::CancelOrder => f.write_str("cancels the last order"),
            Self::CancelItem { pick } => write!(f, "cancels item {pick} of the last order"),
        }
    }
}

impl fmt::Display for Chore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ship { pick } => write!(f, "ships item {pick}"),
            Self::Deliver { pick } => write!(f, "delivers item {pick}"),
            Self::Cancel { pick } => write!(f, "cancels item {pick}"),
            Self::Restock { offer, quantity } => write!(f, "gets {quantity} more of ware {}", offer + 1),
        }
    }
}

impl fmt::Display for Side {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Postgres => "Postgres",
            Self::Broker => "the broker",
        })
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Begin => "at the begin of transaction",
            Self::BeforeCommit => "before commit",
            Self::AfterCommit => "after commit",
            Self::Confirm => "before hearing of confirm",
            Self::Delivery => "before delivery",
            Self::Acknowledgement => "before acknowledgement",
        })
    }
}

impl fmt::Display for Deed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Kill { back_ms } => write!(f, "killed, back after {back_ms} ms"),
            Self::Cut => f.write_str("cut off"),
            Self::Hold { for_ms } => write!(f, "held up for {for_ms} ms"),
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Kill { service, back_ms } => write!(f, "{service} is killed, back after {back_ms} ms"),
            Self::Trap {
                service,
                moment,
                nth,
                deed,
            } => write!(f, "{service}, {moment} {nth} from now, is {deed}"),
            Self::Cut { service, side } => write!(f, "{service} is cut off from {side}"),
            Self::Slow {
                service,
                side,
                delay_ms,
                for_ms,
            } => write!(f, "{service} reaches {side} {delay_ms} ms late, for {for_ms} ms"),
            Self::Stalled {
                service,
                side,
                for_ms,
            } => write!(f, "{service} waits for {side} for {for_ms} ms"),
            Self::Refused {
                service,
                side,
                for_ms,
            } => write!(f, "{service} is refused by {side} for {for_ms} ms"),
            Self::BrokerAway { for_ms } => write!(f, "the broker is away for {for_ms} ms"),
            Self::BrokerFrozen { for_ms } => write!(f, "the broker is frozen for {for_ms} ms"),
            Self::BrokerRestart { kill: true } => f.write_str("the broker is killed and started"),
            Self::BrokerRestart { kill: false } => f.write_str("the broker is stopped and started"),
            Self::ElasticsearchFrozen { for_ms } => write!(f, "Elasticsearch is frozen for {for_ms} ms"),
            Self::ElasticsearchKilled => f.write_str("Elasticsearch is killed and started"),
            Self::Frozen { service, for_ms } => write!(f, "{service} is frozen for {for_ms} ms"),
            Self::Clock { service, seconds } => write!(f, "{service} has a clock {seconds:+} s off"),
            Self::Sweep => f.write_str("the sweeper comes early"),
            Self::Twice { count, .. } => write!(f, "{count} events come again, in another order"),
            Self::Shuffled { queue, gather_ms, .. } => {
                write!(
                    f,
                    "the reader of {queue} is killed for {gather_ms} ms, and what came is shuffled"
                )
            }
            Self::Poison { queue, way } => {
                write!(
                    f,
                    "an unreadable message comes to {queue}: {}",
                    hostile::name(*way)
                )
            }
        }
    }
}
