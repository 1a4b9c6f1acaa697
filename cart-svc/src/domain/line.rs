//! A line of a cart.

use chrono::{DateTime, Utc};
use souk_contracts::Money;
use uuid::Uuid;

/// How many pieces at what price.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Terms {
    /// How many pieces.
    pub quantity: i32,
    /// The price of one piece.
    pub unit_price: Money,
}

impl Terms {
    /// The price of all pieces.
    pub fn total(self) -> Money {
        let amount = self.unit_price.amount.saturating_mul(i64::from(self.quantity));
        Money::new(amount, self.unit_price.currency)
    }
}

/// What a customer was offered instead of an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Proposal {
    /// The line would go.
    Gone,
    /// The line would have these terms.
    Instead(Terms),
}

impl Proposal {
    /// A proposal of these terms; none or no pieces means gone.
    pub fn of(terms: Option<Terms>) -> Self {
        match terms {
            Some(terms) if terms.quantity > 0 => Self::Instead(terms),
            _ => Self::Gone,
        }
    }
}

/// A variation in a cart, on the terms that its customer was last shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Id.
    pub id: Uuid,
    /// What it holds.
    pub variation_id: Uuid,
    /// What its customer was last shown.
    pub terms: Terms,
    /// What its customer may accept instead.
    pub proposal: Option<Proposal>,
    /// When it came into the cart.
    pub added_at: DateTime<Utc>,
}
