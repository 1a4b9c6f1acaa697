//! What spans services.

mod checkout;
mod destination;
mod lines;
mod owner;
mod placing;

pub use checkout::{Checkout, CheckoutRequest};
pub use destination::Destination;
pub use owner::owner_is_gone;
