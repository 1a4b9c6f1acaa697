//! Who listens to what, and what a failure means for the message.

mod on_shop;

use souk_bus::Bus;
use souk_contracts::topology;
use souk_db::Db;
use souk_outbox::{Outcome, Runner};

use crate::Error;
pub use on_shop::{OnShopApproved, OnShopDeleted};

/// Keeps who owns an open shop.
pub fn shops(db: Db, bus: Bus) -> Runner<Error> {
    Runner::new(db, bus, &topology::USER_SHOPS, settle)
        .on(OnShopApproved)
        .on(OnShopDeleted)
}

/// What a failure means for its message.
pub fn settle(error: &Error) -> Outcome {
    match error {
        Error::Db(error) => Outcome::of_database(error),
        Error::Unversioned(_) => Outcome::Park,
        Error::Email(_)
        | Error::EmailConflict
        | Error::EmailTaken
        | Error::InvalidCredentials
        | Error::NotFound
        | Error::Address(_)
        | Error::ErasureRefused(_)
        | Error::Picture(_)
        | Error::Password(_)
        | Error::NewPassword(_)
        | Error::WrongPassword(_)
        | Error::MailToken(_)
        | Error::AlreadyVerified
        | Error::Standing(_)
        | Error::OperatorsOnly
        | Error::Refresh(_) => Outcome::Done,
        Error::PictureLost
        | Error::DecoderBusy
        | Error::Decoder(_)
        | Error::Media(_)
        | Error::Client(_)
        | Error::ExportSlow
        | Error::Archive(_) => Outcome::Retry,
        Error::Task(_) | Error::Hash(_) | Error::Broken(_) | Error::Idempotency(_) => Outcome::Retry,
    }
}
