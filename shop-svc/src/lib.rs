//! Shops: application, approval and its history, the shop's own list of what was ordered from it.

pub mod app;
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
pub use error::{Error, Result};
pub use state::AppState;

/// The service's name on the wire.
pub const NAME: &str = "shop-svc";

/// The tables of this service.
pub const MIGRATIONS: EmbeddedMigrations = embed_migrations!("migrations");
