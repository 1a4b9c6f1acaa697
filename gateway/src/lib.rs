//! The only door for clients: sessions and tokens, routing to the services, the merged API document.

pub mod app;
pub mod config;
mod documents;
mod edge;
mod error;
mod flows;
pub mod keys;
mod limits;
mod proxy;
mod redis;
mod revocation;
pub mod routes;
mod state;
mod tokens;

pub use app::{App, openapi};
pub use config::Config;
pub use edge::EdgeSettings;
pub use error::{Error, Result};
pub use limits::{LimitSettings, Quota, Switch};
pub use state::{AppState, Worker};

/// The service's name in logs and metrics.
pub const NAME: &str = "gateway";
