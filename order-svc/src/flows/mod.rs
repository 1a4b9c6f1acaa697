//! What spans services.

mod checkout;
mod destination;
mod lines;
mod placing;

pub use checkout::{Checkout, CheckoutRequest};
pub use destination::Destination;
