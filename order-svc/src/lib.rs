//! Orders: the checkout that turns a cart into one, what becomes of each item, and the verdict on every reservation.

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
pub use state::{AppState, TURNS};

/// The service's name on the wire.
pub const NAME: &str = "order-svc";

/// The tables of this service.
pub const MIGRATIONS: EmbeddedMigrations = embed_migrations!("migrations");
