//! The event log and the figures made of it: dashboards of shops, the overview of the market.

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

pub use app::{openapi, rebuild, serve};
pub use config::Config;
pub use error::{Error, Result};
pub use state::AppState;

/// The service's name on the wire.
pub const NAME: &str = "analytics-svc";

/// The tables of this service.
pub const MIGRATIONS: EmbeddedMigrations = embed_migrations!("migrations");
