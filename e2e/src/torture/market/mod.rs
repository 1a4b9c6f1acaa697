//! Customers and shops, who ask until they are answered, and what they were told.

mod cart;
mod client;
mod customer;
mod people;
mod shop;
mod told;

pub use client::{Answer, Ask, Client, Person};
pub use customer::{Customer, Outcome, checkout, key};
pub use people::{Market, Ware, id};
pub use shop::Shop;
pub use told::{Item, Told};
