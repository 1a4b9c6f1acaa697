//! The only reader of the environment.

use std::net::SocketAddr;
use std::path::PathBuf;

use serde::Deserialize;
use souk_auth::{MeshKeys, SettingError};
use souk_env::{Env, EnvError, Mode, Secret};

use crate::edge::EdgeSettings;
use crate::limits::LimitSettings;

/// What a running gateway needs.
#[derive(Debug, Clone, Deserialize)]
pub struct Config {
    /// Whether missing secrets keep it from starting.
    #[serde(default)]
    pub souk_env: Mode,
    /// Where to listen; port 0 picks a free one.
    pub listen_addr: SocketAddr,
    /// Where revocations are kept.
    pub redis_url: Secret,
    /// What the names of its keys begin with.
    #[serde(default = "souk")]
    pub redis_prefix: String,
    /// The file of the keys of the mesh signature.
    pub mesh_keys_file: Option<PathBuf>,
    /// The keys themselves.
    pub mesh_keys: Option<Secret>,
    /// Days after which the next mesh key is made, if they are in a file; 0 is never.
    #[serde(default = "thirty")]
    pub mesh_key_max_age_days: u16,
    /// Where the token signing keys are, shared by all replicas.
    pub signing_keys_dir: PathBuf,
    /// Days after which the next signing key is made; 0 is never.
    #[serde(default = "thirty")]
    pub signing_key_max_age_days: u16,
    /// user-svc: one address, or several with commas between. The same for the others.
    pub user_svc_url: String,
    /// shop-svc.
    pub shop_svc_url: String,
    /// product-svc.
    pub product_svc_url: String,
    /// cart-svc.
    pub cart_svc_url: String,
    /// order-svc.
    pub order_svc_url: String,
    /// wishlist-svc.
    pub wishlist_svc_url: String,
    /// search-svc.
    pub search_svc_url: String,
    /// analytics-svc.
    pub analytics_svc_url: String,
    /// How long a service may take to begin its answer, in milliseconds.
    #[serde(default = "patience")]
    pub upstream_timeout_ms: u64,
    /// How long it may pause between two pieces of an answer, in milliseconds.
    #[serde(default = "a_minute")]
    pub upstream_idle_timeout_ms: u64,
    /// How long nothing may pass on an event stream or a WebSocket, in milliseconds.
    #[serde(default = "ten_minutes")]
    pub stream_idle_timeout_ms: u64,
    /// Addresses and networks of proxies in front, whose `X-Forwarded-For` is believed.
    #[serde(default)]
    pub trusted_proxies: Vec<String>,
    /// How clients are met.
    #[serde(skip)]
    pub edge: EdgeSettings,
    /// How much they may ask.
    #[serde(skip)]
    pub limits: LimitSettings,
    /// HTTP worker threads.
    #[serde(default = "two")]
    pub workers: usize,
}

/// Reads the settings of `serve`.
///
/// # Errors
/// When a variable is missing, wrong, or good enough for development only.
pub fn load() -> Result<Config, EnvError> {
    let config = Config {
        edge: Env::load()?,
        limits: Env::load()?,
        ..Env::load()?
    };
    config.check()?;
    Ok(config)
}

/// Where keys are: all that `keys` needs.
#[derive(Debug, Clone, Deserialize)]
pub struct KeyConfig {
    /// Where the token signing keys are.
    pub signing_keys_dir: PathBuf,
    /// The file of the keys of the mesh signature.
    pub mesh_keys_file: Option<PathBuf>,
}

/// Reads the settings of `keys`.
///
/// # Errors
/// When a variable is missing or wrong.
pub fn load_keys() -> Result<KeyConfig, EnvError> {
    Env::load()
}

impl Config {
    /// Refuses what is good enough for development only.
    ///
    /// # Errors
    /// Names the variable.
    pub fn check(&self) -> Result<(), EnvError> {
        self.souk_env.url_with_password("REDIS_URL", &self.redis_url)
    }

    /// The keys of the mesh.
    ///
    /// # Errors
    /// When there are none, or they are not good enough.
    pub fn mesh_keys(&self) -> Result<MeshKeys, SettingError> {
        let list = self.mesh_keys.as_ref().map(Secret::reveal);
        MeshKeys::from_settings(
            self.mesh_keys_file.as_deref(),
            list,
            self.souk_env.is_production(),
        )
    }
}

fn souk() -> String {
    "souk".to_owned()
}

fn patience() -> u64 {
    15_000
}

fn a_minute() -> u64 {
    60_000
}

fn ten_minutes() -> u64 {
    600_000
}

fn thirty() -> u16 {
    30
}

fn two() -> usize {
    2
}
