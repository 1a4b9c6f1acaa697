//! Accounts: registration, passwords, sessions and their refresh tokens, profiles, roles, the owner flag, and the mails
//! that go with them.

pub mod app;
pub mod config;
pub mod consumers;
pub mod decoder;
pub mod domain;
mod error;
mod events;
pub mod flows;
pub mod mail;
pub mod media;
pub mod ops;
pub mod routes;
mod state;
pub mod store;

use diesel_migrations::{EmbeddedMigrations, embed_migrations};

pub use app::{create_admin, fill_mailboxes, openapi, republish_erasures, serve};
pub use error::{Error, Result};
pub use state::AppState;

/// The service's name on the wire.
pub const NAME: &str = "user-svc";

/// The tables of this service.
pub const MIGRATIONS: EmbeddedMigrations = embed_migrations!("migrations");
