//! The only reader of the environment.

use std::net::SocketAddr;

use serde::Deserialize;
use souk_contracts::Currency;
use souk_env::{Env, EnvError, Secret};

/// What a running product-svc needs.
#[derive(Debug, Clone, Deserialize)]
pub struct Config {
    /// Where to listen; port 0 picks a free one.
    pub listen_addr: SocketAddr,
    /// The service's role on its own database.
    pub database_url: Secret,
    /// Connections to it, at most.
    #[serde(default = "ten")]
    pub db_pool_size: usize,
    /// The broker.
    pub amqp_url: Secret,
    /// The prefix of every name on the broker.
    #[serde(default)]
    pub event_namespace: String,
    /// Keys of the mesh signature.
    pub mesh_keys: Secret,
    /// Where shop-svc is.
    pub shop_svc_url: String,
    /// Where order-svc is.
    pub order_svc_url: String,
    /// The currency of all prices.
    #[serde(default = "azn")]
    pub default_currency: Currency,
    /// For how many seconds stock is held before it is asked what became of it.
    #[serde(default = "ten_minutes")]
    pub reservation_ttl: u32,
    /// HTTP worker threads.
    #[serde(default = "two")]
    pub workers: usize,
}

/// What `migrate` needs.
#[derive(Debug, Clone, Deserialize)]
pub struct MigrationConfig {
    /// The owner's role on the database.
    pub migration_database_url: Secret,
}

/// Reads the settings of `serve`.
///
/// # Errors
/// When a variable is missing or wrong.
pub fn load() -> Result<Config, EnvError> {
    Env::load()
}

/// Reads the settings of `migrate`.
///
/// # Errors
/// When a variable is missing.
pub fn load_migration() -> Result<MigrationConfig, EnvError> {
    Env::load()
}

fn ten() -> usize {
    10
}

fn two() -> usize {
    2
}

fn ten_minutes() -> u32 {
    600
}

fn azn() -> Currency {
    Currency::AZN
}
