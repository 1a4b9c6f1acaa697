//! Stock: how many pieces there are, and why that changed.

use chrono::{DateTime, Utc};
use souk_contracts::{OpenEnum, StoredWord};
use uuid::Uuid;

use super::{UserId, VariationId};

/// Most pieces of a variation, and the most that one change adds or takes.
pub const MAX_STOCK: i32 = 1_000_000;

/// The stock of a variation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stock {
    /// Of what.
    pub variation_id: VariationId,
    /// Pieces that can be reserved.
    pub available: i32,
    /// Counts up with each change of `available`.
    pub version: i64,
    /// At this many pieces or fewer the owner is told.
    pub low_stock_threshold: Option<i32>,
    /// The owner was told, and has not restocked since.
    pub low_noticed: bool,
}

/// Why stock changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// The variation was added with it.
    Initial,
    /// The owner got more.
    Restock,
    /// The owner counted.
    Adjust,
    /// Held for an order.
    Reserve,
    /// No longer held.
    Release,
    /// Sold.
    Sell,
    /// A cancelled item came back.
    Return,
}

impl Reason {
    /// Every reason with its name in the ledger.
    const NAMES: [(Self, &'static str); 7] = [
        (Self::Initial, "initial"),
        (Self::Restock, "restock"),
        (Self::Adjust, "adjust"),
        (Self::Reserve, "reserve"),
        (Self::Release, "release"),
        (Self::Sell, "sell"),
        (Self::Return, "return"),
    ];

    /// Its name.
    pub fn as_str(self) -> &'static str {
        Self::NAMES
            .iter()
            .find(|(reason, _)| *reason == self)
            .map_or("", |(_, name)| name)
    }
}

impl StoredWord for Reason {
    fn word(self) -> &'static str {
        self.as_str()
    }

    fn from_word(word: &str) -> Option<Self> {
        Self::NAMES
            .iter()
            .find(|(_, known)| *known == word)
            .map(|(reason, _)| *reason)
    }
}

/// An entry of the ledger that is about to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Whose stock.
    pub variation_id: VariationId,
    /// Pieces added, or taken where negative.
    pub delta: i32,
    /// Why.
    pub reason: OpenEnum<Reason>,
    /// Who, when a person did it.
    pub actor_id: Option<UserId>,
    /// The reservation or order item it is about.
    pub reference_id: Option<Uuid>,
    /// The owner's remark.
    pub note: Option<String>,
}

/// An entry of the ledger, as it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recorded {
    /// Counts up; the list's key.
    pub id: i64,
    /// What was entered.
    pub entry: Entry,
    /// When.
    pub at: DateTime<Utc>,
}

/// A cancelled order item that comes back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Returned {
    /// Which order item; it comes back once.
    pub order_item_id: Uuid,
    /// What it was.
    pub variation_id: VariationId,
    /// How many.
    pub quantity: i32,
}

/// What the owner does to stock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnerChange {
    /// Pieces added, or taken where negative.
    pub delta: i32,
    /// [`Reason::Restock`] or [`Reason::Adjust`].
    pub reason: Reason,
    /// A remark.
    pub note: Option<String>,
}

/// Why stock may not be changed so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum StockError {
    /// There are not so many to take.
    #[error("Only {available} pieces are there.")]
    BelowZero {
        /// How many there are.
        available: i32,
    },
    /// There would be too many.
    #[error("A variation has at most {MAX_STOCK} pieces.")]
    AboveLimit,
    /// Restocking adds.
    #[error("Restocking adds at least one piece.")]
    NothingAdded,
    /// Nothing would change.
    #[error("An adjustment adds or takes at least one piece.")]
    NothingChanged,
    /// Only restocking and adjusting are the owner's.
    #[error("Owners restock and adjust; everything else follows from orders.")]
    NotTheOwners,
}

impl Stock {
    /// The stock of a new variation. A threshold above it is no crossing yet.
    pub fn new(variation_id: VariationId, available: i32, low_stock_threshold: Option<i32>) -> Self {
        Self {
            variation_id,
            available,
            version: 1,
            low_stock_threshold,
            low_noticed: false,
        }
    }

    /// Applies what the owner does.
    ///
    /// # Errors
    /// [`StockError`] says why not.
    pub fn change(&mut self, change: &OwnerChange) -> Result<Crossing, StockError> {
        match change.reason {
            Reason::Restock if change.delta <= 0 => return Err(StockError::NothingAdded),
            Reason::Adjust if change.delta == 0 => return Err(StockError::NothingChanged),
            Reason::Restock | Reason::Adjust => {}
            Reason::Initial | Reason::Reserve | Reason::Release | Reason::Sell | Reason::Return => {
                return Err(StockError::NotTheOwners);
            }
        }
        let crossing = self.shift(change.delta)?;
        // Only the owner lifts the notice, or a hesitating customer would give it again and again.
        if !self.is_low() {
            self.low_noticed = false;
        }
        Ok(crossing)
    }

    /// Takes pieces for an order.
    ///
    /// # Errors
    /// [`StockError::BelowZero`] when there are fewer.
    pub fn take(&mut self, quantity: i32) -> Result<Crossing, StockError> {
        self.shift(quantity.saturating_neg())
    }

    /// Puts back pieces that an order does not need. They were here before, so no limit stands against it.
    pub fn put_back(&mut self, quantity: i32) {
        self.available = self.available.saturating_add(quantity);
        self.version += 1;
    }

    /// Changes when the owner is told of low stock.
    pub fn set_threshold(&mut self, threshold: Option<i32>) {
        self.low_stock_threshold = threshold;
        if !self.is_low() {
            self.low_noticed = false;
        }
    }

    fn shift(&mut self, delta: i32) -> Result<Crossing, StockError> {
        let available = self.available.saturating_add(delta);
        if available < 0 {
            return Err(StockError::BelowZero {
                available: self.available,
            });
        }
        if delta > 0 && available > MAX_STOCK {
            return Err(StockError::AboveLimit);
        }
        self.available = available;
        self.version += 1;
        if delta < 0 && self.is_low() && !self.low_noticed {
            self.low_noticed = true;
            return Ok(Crossing::Downward);
        }
        Ok(Crossing::None)
    }

    fn is_low(&self) -> bool {
        self.low_stock_threshold
            .is_some_and(|threshold| self.available <= threshold)
    }
}

/// Whether a change went below the threshold for the first time since restocking.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Crossing {
    /// It did not.
    None,
    /// It did: the owner is to be told.
    Downward,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stock(available: i32, threshold: Option<i32>) -> Stock {
        Stock::new(VariationId(Uuid::nil()), available, threshold)
    }

    fn by_owner(delta: i32, reason: Reason) -> OwnerChange {
        OwnerChange {
            delta,
            reason,
            note: None,
        }
    }

    #[test]
    fn stock_is_never_below_zero() {
        let mut stock = stock(3, None);

        assert_eq!(stock.take(4), Err(StockError::BelowZero { available: 3 }));
        assert_eq!(stock.take(i32::MAX), Err(StockError::BelowZero { available: 3 }));
        assert_eq!(
            stock.change(&by_owner(i32::MIN, Reason::Adjust)),
            Err(StockError::BelowZero { available: 3 })
        );
        assert_eq!((stock.available, stock.version), (3, 1));
    }

    #[test]
    fn owners_only_restock_and_adjust() {
        let mut stock = stock(3, None);

        assert_eq!(
            stock.change(&by_owner(0, Reason::Restock)),
            Err(StockError::NothingAdded)
        );
        assert_eq!(
            stock.change(&by_owner(-1, Reason::Restock)),
            Err(StockError::NothingAdded)
        );
        assert_eq!(
            stock.change(&by_owner(0, Reason::Adjust)),
            Err(StockError::NothingChanged)
        );
        for reason in [
            Reason::Initial,
            Reason::Reserve,
            Reason::Release,
            Reason::Sell,
            Reason::Return,
        ] {
            assert_eq!(stock.change(&by_owner(1, reason)), Err(StockError::NotTheOwners));
        }
        assert_eq!(
            stock.change(&by_owner(MAX_STOCK, Reason::Restock)),
            Err(StockError::AboveLimit)
        );
        assert_eq!(stock.change(&by_owner(-3, Reason::Adjust)), Ok(Crossing::None));
        assert_eq!((stock.available, stock.version), (0, 2));
    }

    #[test]
    fn low_stock_is_told_once_until_restocked_above_the_threshold() {
        let mut stock = stock(10, Some(5));

        assert_eq!(stock.take(4), Ok(Crossing::None));
        assert_eq!(stock.take(1), Ok(Crossing::Downward));
        assert_eq!(stock.take(1), Ok(Crossing::None));
        stock.put_back(6);
        assert_eq!(stock.take(6), Ok(Crossing::None));
        assert_eq!(stock.change(&by_owner(1, Reason::Restock)), Ok(Crossing::None));
        assert_eq!(stock.take(1), Ok(Crossing::None));
        assert_eq!(stock.change(&by_owner(2, Reason::Restock)), Ok(Crossing::None));
        assert_eq!(stock.take(1), Ok(Crossing::Downward));
    }

    #[test]
    fn a_lower_threshold_lifts_the_notice() {
        let mut stock = stock(10, Some(5));
        assert_eq!(stock.take(6), Ok(Crossing::Downward));

        stock.set_threshold(Some(3));

        assert_eq!(stock.take(1), Ok(Crossing::Downward));
    }

    #[test]
    fn a_reason_has_one_name() {
        for (reason, name) in Reason::NAMES {
            assert_eq!((Reason::from_word(name), reason.as_str()), (Some(reason), name));
        }
        assert_eq!(Reason::from_word("theft"), None);
    }
}
