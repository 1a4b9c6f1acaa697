//! Who listens to what, and what a failure means for the message.

mod on_any;

use souk_bus::Bus;
use souk_contracts::topology;
use souk_db::Db;
use souk_outbox::{Outcome, Runner};

use crate::Error;
use crate::domain::Pseudonyms;
use on_any::OnAny;

/// Takes in everything that happens.
pub fn events(db: Db, bus: Bus, pseudonyms: Pseudonyms) -> Runner<Error> {
    Runner::new(db, bus, &topology::ANALYTICS_EVENTS, settle).on_any(OnAny { pseudonyms })
}

/// What a failure means for its message.
pub fn settle(error: &Error) -> Outcome {
    match error {
        Error::Db(error) => Outcome::of_database(error),
        Error::Unreadable(_) | Error::Impossible { .. } => Outcome::Park,
        Error::Period(_) | Error::Bound { .. } | Error::NoShop | Error::NotOwner | Error::ShopService(_) => {
            Outcome::Retry
        }
    }
}
