//! Wishlists: products and shops that a customer keeps an eye on, kept clean by events.

pub mod app;
pub mod config;
pub mod consumers;
pub mod domain;
mod error;
mod events;
pub mod flows;
pub mod ops;
pub mod routes;
mod state;
pub mod store;

use diesel_migrations::{EmbeddedMigrations, embed_migrations};

pub use app::{openapi, serve};
pub use config::Config;
pub use error::{Error, Result};
pub use state::AppState;

/// The service's name on the wire.
pub const NAME: &str = "wishlist-svc";

/// The tables of this service; they refer to those of `souk_mirror`.
pub const MIGRATIONS: EmbeddedMigrations = embed_migrations!("migrations");
