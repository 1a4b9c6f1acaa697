//! What asks product-svc before or between transactions, and what many share.

mod checkout;
mod find_line_offers;
mod find_offer;
mod find_offers;
mod show_cart;

pub use checkout::Checkout;
pub use find_line_offers::find_line_offers;
pub use find_offer::find_offer;
pub use find_offers::find_offers;
pub use show_cart::show_cart;
