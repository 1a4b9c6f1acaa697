//! What spans services.

mod checkout;
mod destination;
mod lines;

pub use checkout::{Checkout, CheckoutRequest};
pub use destination::Destination;
