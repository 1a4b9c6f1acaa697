//! A cart as its customer sees it.

use souk_contracts::{Currency, Money};
use souk_mirror::Listing;
use uuid::Uuid;

use super::line::{Line, Terms};

/// What a customer should know of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoticeKind {
    /// It cannot be bought just now and is not in the totals.
    Unavailable,
    /// There are fewer pieces than were wanted.
    QuantityLowered,
    /// It has another price than was shown before.
    PriceChanged,
}

/// Something that changed without its customer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Notice {
    /// The line.
    pub line_id: Uuid,
    /// What happened.
    pub kind: NoticeKind,
    /// What was shown before.
    pub old: Terms,
    /// How it is now.
    pub new: Terms,
}

/// A line with what is known of the thing it holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineView {
    /// The line.
    pub line: Line,
    /// The thing.
    pub listing: Listing,
    /// The gravest first.
    pub notices: Vec<Notice>,
}

impl LineView {
    /// Whether it can be bought just now.
    pub fn is_available(&self) -> bool {
        self.listing.sellable && self.listing.available > 0
    }
}

/// What one shop gets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShopTotal {
    /// The shop.
    pub shop_id: Uuid,
    /// Pieces.
    pub quantity: i32,
    /// Price of them all.
    pub total: Money,
}

/// A whole cart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CartView {
    /// The version that this is.
    pub version: i64,
    /// The lines, oldest first.
    pub lines: Vec<LineView>,
    /// Whether product-svc could not be asked.
    pub stale: bool,
}

impl CartView {
    /// What each shop gets, in the order of the lines; what is unavailable does not count.
    pub fn shop_totals(&self) -> Vec<ShopTotal> {
        let mut totals: Vec<ShopTotal> = Vec::new();
        for view in self.lines.iter().filter(|view| view.is_available()) {
            let Terms { quantity, unit_price } = view.line.terms;
            let amount = view.line.terms.total();
            match totals
                .iter_mut()
                .find(|total| total.shop_id == view.listing.shop_id)
            {
                Some(shop) => {
                    shop.quantity += quantity;
                    shop.total.amount = shop.total.amount.saturating_add(amount.amount);
                }
                None => totals.push(ShopTotal {
                    shop_id: view.listing.shop_id,
                    quantity,
                    total: Money::new(amount.amount, unit_price.currency),
                }),
            }
        }
        totals
    }

    /// Pieces and price of all that is available.
    pub fn total(&self, currency: Currency) -> (i32, Money) {
        let shops = self.shop_totals();
        let amount = shops
            .iter()
            .fold(0_i64, |sum, shop| sum.saturating_add(shop.total.amount));
        (
            shops.iter().map(|shop| shop.quantity).sum(),
            Money::new(amount, currency),
        )
    }
}
