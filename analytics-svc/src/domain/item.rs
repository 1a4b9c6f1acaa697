//! One item of an order, as far as its events have told.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::domain::{ItemId, OrderId, ProductId, ShopId, UserId};

/// Where an item stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// The shop prepares it.
    Processing,
    /// On its way.
    Shipped,
    /// Arrived.
    Delivered,
    /// Will not come.
    Cancelled,
}

impl Status {
    /// Its name in events and columns.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Processing => "processing",
            Self::Shipped => "shipped",
            Self::Delivered => "delivered",
            Self::Cancelled => "cancelled",
        }
    }
}

/// What every event of an item repeats.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// The item.
    pub id: ItemId,
    /// The shop that sells it.
    pub shop_id: ShopId,
    /// The product.
    pub product_id: ProductId,
    /// The variation.
    pub variation_id: Uuid,
    /// How many.
    pub quantity: i64,
    /// The price of one in minor units.
    pub unit_price: i64,
    /// The currency of the price.
    pub currency: String,
}

/// An item and the moments of its life. Each moment is kept by itself, so that events may come in any order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// What was bought.
    pub line: Line,
    /// The order.
    pub order_id: OrderId,
    /// The customer, until erased.
    pub user_id: Option<UserId>,
    /// When it was ordered; unknown while only a later event has arrived.
    pub ordered_at: Option<DateTime<Utc>>,
    /// When it was shipped.
    pub shipped_at: Option<DateTime<Utc>>,
    /// When it arrived.
    pub delivered_at: Option<DateTime<Utc>>,
    /// When it was cancelled.
    pub cancelled_at: Option<DateTime<Utc>>,
}

impl Item {
    /// An item of which nothing has happened yet.
    pub fn new(order_id: OrderId, user_id: Option<UserId>, line: Line) -> Self {
        Self {
            line,
            order_id,
            user_id,
            ordered_at: None,
            shipped_at: None,
            delivered_at: None,
            cancelled_at: None,
        }
    }

    /// Where it stands by what is known.
    pub fn status(&self) -> Status {
        match (self.cancelled_at, self.delivered_at, self.shipped_at) {
            (Some(_), ..) => Status::Cancelled,
            (None, Some(_), _) => Status::Delivered,
            (None, None, Some(_)) => Status::Shipped,
            (None, None, None) => Status::Processing,
        }
    }

    /// What the customer pays for it, in minor units.
    pub fn total(&self) -> i64 {
        self.line.unit_price.saturating_mul(self.line.quantity)
    }

    /// Takes in the order's own event, which knows the line best.
    pub fn ordered(&mut self, line: Line, at: DateTime<Utc>) {
        self.line = line;
        earliest(&mut self.ordered_at, at);
    }

    /// Takes in a change of status.
    pub fn moved(&mut self, to: Status, at: DateTime<Utc>) {
        match to {
            Status::Processing => {}
            Status::Shipped => earliest(&mut self.shipped_at, at),
            Status::Delivered => earliest(&mut self.delivered_at, at),
            Status::Cancelled => earliest(&mut self.cancelled_at, at),
        }
    }
}

/// The earliest wins, so that repeating or swapping events ends in the same moment.
fn earliest(moment: &mut Option<DateTime<Utc>>, at: DateTime<Utc>) {
    *moment = Some(moment.map_or(at, |known| known.min(at)));
}
