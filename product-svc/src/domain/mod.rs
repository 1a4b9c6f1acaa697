//! The catalogue and its stock: types and rules, no I/O.

mod actor;
mod category;
mod ids;
mod invalid;
mod options;
mod product;
mod reservation;
mod search;
mod shelf;
mod shop;
mod stock;
mod variation;
mod view;

pub use actor::Actor;
pub use category::{Category, CategoryChange, CategoryError, MAX_CATEGORIES, check_slug};
pub use ids::{CategoryId, ProductId, ReservationId, ShopId, UserId, VariationId};
pub use invalid::Invalid;
pub use options::Options;
pub use product::{
    Listing, MAX_PRODUCT_CATEGORIES, Product, ProductChange, ProductError, Stats, check_attributes, distinct,
    stored,
};
pub use reservation::{
    Change, ChangeKind, HeldLine, Line, MAX_QUANTITY, Outcome, Request, Reservation, ReservationError,
    ReservationStatus,
};
pub use search::{Filter, Key, Sort};
pub use shelf::{Copied, Shelf, Shelved};
pub use shop::{Shop, ShopError, ShopStatus};
pub use stock::{Crossing, Entry, MAX_STOCK, OwnerChange, Reason, Recorded, Returned, Stock, StockError};
pub use variation::{Live, MAX_VARIATIONS, Offer, Prices, Variation, VariationChange, VariationError};
pub use view::{QUIET, View};
