//! What spans services.

mod checkout;
mod lines;

pub use checkout::{Checkout, CheckoutRequest};
