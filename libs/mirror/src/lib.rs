//! A service's own copy of shops, products and stock, kept by their events.

pub mod events;
mod listing;
mod owners;
pub mod products;
mod schema;
pub mod shops;
pub mod stock;

use diesel_migrations::{EmbeddedMigrations, embed_migrations};

pub use listing::{Listing, listings};
pub use owners::OwnerRule;

/// The tables of this crate; run them after those of `souk_outbox` and before the service's own.
pub const MIGRATIONS: EmbeddedMigrations = embed_migrations!("migrations");

/// What the functions here answer: the caller's transaction carries on or fails as a whole.
pub type Result<T> = std::result::Result<T, diesel::result::Error>;
