//! The cart on the wire.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use souk_contracts::{Currency, Money};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::domain::{CartView, LineView, Notice, NoticeKind, Terms};

/// A cart.
#[derive(Debug, Serialize, ToSchema)]
pub struct CartBody {
    /// Counts the changes of its lines; also the `ETag`.
    #[schema(example = 7)]
    version: i64,
    /// The lines, oldest first.
    #[schema(max_items = 100)]
    lines: Vec<CartLineBody>,
    /// What it costs; lines that are unavailable do not count.
    totals: CartTotalsBody,
    /// What changed since it was shown last, all of it.
    notices: Vec<NoticeBody>,
    /// Whether live prices and stock could not be asked; then it is shown as it was shown last.
    #[schema(example = false)]
    stale: bool,
}

/// A line of a cart.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct CartLineBody {
    /// Id; the `item_id` of `/cart/items/{item_id}`.
    pub id: Uuid,
    /// What it holds.
    variation_id: Uuid,
    /// The variation's product.
    product_id: Uuid,
    /// The shop that sells it.
    shop_id: Uuid,
    /// Title of the product.
    #[schema(example = "Blue suede shoes")]
    title: String,
    /// Name and value of each option.
    #[schema(example = json!({"size": "42", "color": "blue"}))]
    options: BTreeMap<String, String>,
    /// Price of one piece.
    unit_price: Money,
    /// How many pieces.
    #[schema(minimum = 1, maximum = 999, example = 2)]
    quantity: i32,
    /// Price of all pieces.
    line_total: Money,
    /// How many pieces can be bought now; 0 when it is not for sale just now.
    #[schema(minimum = 0, example = 14)]
    available: i32,
    /// The gravest notice on this line.
    #[schema(required)]
    notice: Option<NoticeKindBody>,
}

/// What a cart costs.
#[derive(Debug, Serialize, ToSchema)]
pub struct CartTotalsBody {
    /// Pieces in all.
    #[schema(example = 3)]
    quantity: i32,
    /// Price of all pieces.
    total: Money,
    /// The same for each shop.
    shops: Vec<ShopTotalBody>,
}

/// What one shop gets.
#[derive(Debug, Serialize, ToSchema)]
pub struct ShopTotalBody {
    /// The shop.
    shop_id: Uuid,
    /// Pieces from it.
    #[schema(example = 3)]
    quantity: i32,
    /// Their price.
    total: Money,
}

/// Something that changed without the customer.
#[derive(Debug, Serialize, ToSchema)]
pub struct NoticeBody {
    /// The line.
    line_id: Uuid,
    /// What happened.
    kind: NoticeKindBody,
    /// What was shown before.
    old: TermsBody,
    /// How it is now.
    new: TermsBody,
}

/// What can change without the customer.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum NoticeKindBody {
    /// Not for sale just now, or sold out; it does not count.
    Unavailable,
    /// Fewer pieces are left than were wanted.
    QuantityLowered,
    /// Another price than before.
    PriceChanged,
}

/// Quantity and price of a line.
#[derive(Debug, Serialize, ToSchema)]
pub struct TermsBody {
    /// How many pieces.
    quantity: i32,
    /// Price of one piece.
    unit_price: Money,
}

impl CartBody {
    /// A cart; an empty one costs nothing in `currency`.
    pub fn of(view: CartView, currency: Currency) -> Self {
        let (quantity, total) = view.total(currency);
        let shops = view.shop_totals().into_iter().map(|shop| ShopTotalBody {
            shop_id: shop.shop_id,
            quantity: shop.quantity,
            total: shop.total,
        });
        Self {
            version: view.version,
            totals: CartTotalsBody {
                quantity,
                total,
                shops: shops.collect(),
            },
            notices: view
                .lines
                .iter()
                .flat_map(|line| &line.notices)
                .map(NoticeBody::from)
                .collect(),
            stale: view.stale,
            lines: view.lines.into_iter().map(CartLineBody::from).collect(),
        }
    }
}

impl From<LineView> for CartLineBody {
    fn from(view: LineView) -> Self {
        Self {
            id: view.line.id,
            variation_id: view.line.variation_id,
            product_id: view.listing.product_id,
            shop_id: view.listing.shop_id,
            title: view.listing.title,
            options: view.listing.options,
            unit_price: view.line.terms.unit_price,
            quantity: view.line.terms.quantity,
            line_total: view.line.terms.total(),
            available: view.listing.available,
            notice: view.notices.first().map(|notice| notice.kind.into()),
        }
    }
}

impl From<&Notice> for NoticeBody {
    fn from(notice: &Notice) -> Self {
        Self {
            line_id: notice.line_id,
            kind: notice.kind.into(),
            old: notice.old.into(),
            new: notice.new.into(),
        }
    }
}

impl From<NoticeKind> for NoticeKindBody {
    fn from(kind: NoticeKind) -> Self {
        match kind {
            NoticeKind::Unavailable => Self::Unavailable,
            NoticeKind::QuantityLowered => Self::QuantityLowered,
            NoticeKind::PriceChanged => Self::PriceChanged,
        }
    }
}

impl From<Terms> for TermsBody {
    fn from(terms: Terms) -> Self {
        Self {
            quantity: terms.quantity,
            unit_price: terms.unit_price,
        }
    }
}
