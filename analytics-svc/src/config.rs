//! The only reader of the environment beside `souk_service`.

use serde::Deserialize;
use souk_contracts::Currency;
use souk_env::{Env, EnvError, Secret};

/// What a running analytics-svc needs beside the settings that all services share.
#[derive(Debug, Clone, Deserialize)]
pub struct Config {
    /// Where shop-svc is.
    pub shop_svc_url: String,
    /// The currency that figures are led by.
    #[serde(default = "azn")]
    pub default_currency: Currency,
}

/// What `rebuild` needs.
#[derive(Debug, Clone, Deserialize)]
pub struct RebuildConfig {
    /// The service's role on its own database.
    pub database_url: Secret,
}

/// Reads the settings of `serve`.
///
/// # Errors
/// When a variable is missing or wrong.
pub fn load() -> Result<Config, EnvError> {
    Env::load()
}

/// Reads the settings of `rebuild`.
///
/// # Errors
/// When a variable is missing.
pub fn load_rebuild() -> Result<RebuildConfig, EnvError> {
    Env::load()
}

fn azn() -> Currency {
    Currency::AZN
}
