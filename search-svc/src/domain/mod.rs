//! What can be found, how it is asked for, and how well it fits.

pub mod analysis;
mod card;
mod document;
mod highlight;
mod query;
mod task;

pub use card::{Card, Kind, Rating};
pub use document::{Document, ProductFacts, ShopFacts};
pub use highlight::{excerpt, mark};
pub use query::{Clause, Field, Match, Query, Words};
pub use task::{Task, Wish};
