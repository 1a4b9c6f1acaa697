//! What can be set at the edge.

use std::time::Duration;

use serde::Deserialize;
use souk_http::ConnectionLimits;

/// How the gateway meets its clients.
#[derive(Clone, Debug, Deserialize)]
#[serde(default)]
pub struct EdgeSettings {
    /// Origins whose pages may read answers, exact or `*`.
    pub cors_origins: Vec<String>,
    /// Whether those pages may send cookies and client certificates.
    pub cors_credentials: bool,
    /// Bytes of a request's body.
    pub max_body_bytes: u64,
    /// Bytes of a request's head.
    pub max_head_bytes: usize,
    /// Bytes of a request's path and query.
    pub max_url_bytes: usize,
    /// How long a client may take to send a head, in milliseconds.
    pub head_timeout_ms: u64,
    /// How long a body may stand still, in milliseconds.
    pub body_timeout_ms: u64,
    /// How long a client may not read, in milliseconds.
    pub write_timeout_ms: u64,
    /// How long a connection may be idle between two requests, in milliseconds.
    pub keep_alive_ms: u64,
}

impl Default for EdgeSettings {
    fn default() -> Self {
        Self {
            cors_origins: Vec::new(),
            cors_credentials: false,
            max_body_bytes: 64 * 1024 * 1024,
            max_head_bytes: 32 * 1024,
            max_url_bytes: 8 * 1024,
            head_timeout_ms: 10_000,
            body_timeout_ms: 30_000,
            write_timeout_ms: 60_000,
            keep_alive_ms: 75_000,
        }
    }
}

impl EdgeSettings {
    /// What the server is told.
    pub fn connections(&self) -> ConnectionLimits {
        ConnectionLimits {
            head_bytes: self.max_head_bytes,
            head: Duration::from_millis(self.head_timeout_ms),
            body_bytes: Some(self.max_body_bytes),
            body: Some(Duration::from_millis(self.body_timeout_ms)),
            write: Duration::from_millis(self.write_timeout_ms),
            idle: Duration::from_millis(self.keep_alive_ms),
        }
    }
}
