//! Search: shops and products, found in spite of typing errors, in an index that can always be rebuilt.

pub mod app;
pub mod config;
pub mod consumers;
pub mod domain;
mod error;
pub mod flows;
pub mod index;
pub mod ops;
pub mod routes;
mod state;
pub mod store;

use diesel_migrations::{EmbeddedMigrations, embed_migrations};

pub use app::{openapi, serve};
pub use config::Config;
pub use error::{Error, IndexError, Result};
pub use state::AppState;

/// The service's name on the wire.
pub const NAME: &str = "search-svc";

/// The tables of this service.
pub const MIGRATIONS: EmbeddedMigrations = embed_migrations!("migrations");
