//! Reservations: what is asked for, what is held, and how it ends.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use souk_contracts::{Money, OpenEnum, StoredWord, UnknownWord};
use uuid::Uuid;

use super::{Copied, ReservationId, UserId, VariationId};

/// Most pieces of one line.
pub const MAX_QUANTITY: i32 = 999;

/// Someone asks for stock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// Chosen by the caller: the same id is the same reservation.
    pub id: ReservationId,
    /// The customer.
    pub user_id: UserId,
    /// Each with a variation of its own.
    pub lines: Vec<Line>,
}

/// One line, on the terms that its customer was shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Line {
    /// The caller's name for it.
    pub line_id: Uuid,
    /// What.
    pub variation_id: VariationId,
    /// How many.
    pub quantity: i32,
    /// At which price.
    pub unit_price: Money,
}

/// A line that is held.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeldLine {
    /// The caller's name for it.
    pub line_id: Uuid,
    /// What.
    pub variation_id: VariationId,
    /// How many.
    pub quantity: i32,
    /// As it was when it was reserved.
    #[serde(flatten)]
    pub copy: Copied,
}

/// Where a reservation stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReservationStatus {
    /// Its stock waits for the order.
    Held,
    /// Its stock went with the order.
    Sold,
    /// Its stock went back; it never opens again.
    Released,
}

impl ReservationStatus {
    const NAMES: [(Self, &'static str); 3] = [
        (Self::Held, "held"),
        (Self::Sold, "sold"),
        (Self::Released, "released"),
    ];

    /// Its name.
    pub fn as_str(self) -> &'static str {
        Self::NAMES
            .iter()
            .find(|(status, _)| *status == self)
            .map_or("", |(_, name)| name)
    }
}

impl StoredWord for ReservationStatus {
    fn word(self) -> &'static str {
        self.as_str()
    }

    fn from_word(word: &str) -> Option<Self> {
        Self::NAMES
            .iter()
            .find(|(_, known)| *known == word)
            .map(|(status, _)| *status)
    }
}

/// A reservation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reservation {
    /// Id.
    pub id: ReservationId,
    /// The customer; unknown where a release came before the request.
    pub user_id: Option<UserId>,
    /// What is held, in the order of the request.
    pub lines: Vec<HeldLine>,
    /// Where it stands.
    pub status: OpenEnum<ReservationStatus>,
    /// After this it is asked what became of it.
    pub expires_at: DateTime<Utc>,
}

/// Why a line cannot be had on its terms.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChangeKind {
    /// There are fewer.
    Short,
    /// It cannot be bought.
    Gone,
    /// It has another price.
    Repriced,
}

/// A line that stands in the way, with what could be had.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Change {
    /// The line as it was asked for.
    pub line: Line,
    /// What is the matter.
    pub kind: ChangeKind,
    /// How many could be had.
    pub quantity: i32,
    /// At which price.
    pub unit_price: Money,
}

/// How a request ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Everything is held, now or since an earlier time.
    Held(Reservation),
    /// Nothing was taken.
    Refused(Vec<Change>),
    /// It was released before.
    Ended,
}

/// What may not happen to a reservation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ReservationError {
    /// Stock was sold that nobody held.
    #[error("the order names the reservation {0}, which is not known here")]
    Unknown(ReservationId),
    /// Stock was sold that had gone back.
    #[error("the order names the reservation {0}, which was released")]
    SoldAfterRelease(ReservationId),
    /// A later build has written a status that this one does not know, so nothing can be decided here.
    #[error("\"{0}\" was written by a newer version, so this one cannot decide here. Try again later.")]
    UnknownStatus(UnknownWord),
}

impl TryFrom<Reservation> for Outcome {
    type Error = ReservationError;

    /// What a repeated request is told.
    fn try_from(reservation: Reservation) -> Result<Self, ReservationError> {
        let status = reservation
            .status
            .decide()
            .map_err(ReservationError::UnknownStatus)?;
        Ok(match status {
            ReservationStatus::Held | ReservationStatus::Sold => Self::Held(reservation),
            ReservationStatus::Released => Self::Ended,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_has_one_name() {
        for (status, name) in ReservationStatus::NAMES {
            assert_eq!(
                (ReservationStatus::from_word(name), status.as_str()),
                (Some(status), name)
            );
        }
        assert_eq!(ReservationStatus::from_word("open"), None);
    }
}
