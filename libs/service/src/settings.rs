//! What every service reads from the environment.

use std::net::SocketAddr;

use serde::Deserialize;
use souk_env::Secret;

/// The settings that all services share; a service reads its own beside them.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Settings {
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
    /// HTTP worker threads.
    #[serde(default = "two")]
    pub workers: usize,
}

/// What `migrate` needs.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct MigrationSettings {
    /// The owner's role on the database.
    pub migration_database_url: Secret,
}

fn ten() -> usize {
    10
}

fn two() -> usize {
    2
}
