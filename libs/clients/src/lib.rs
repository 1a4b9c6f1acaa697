//! souk-clients
#![allow(missing_docs)]
pub mod cart;
pub mod product;
