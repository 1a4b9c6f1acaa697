//! The only reader of the environment beside `souk_service`.

use serde::Deserialize;
use souk_env::{Env, EnvError};

/// Whom a checkout asks.
#[derive(Debug, Clone, Deserialize)]
pub struct Config {
    /// Where cart-svc is.
    pub cart_svc_url: String,
    /// Where product-svc is.
    pub product_svc_url: String,
    /// Where user-svc is.
    pub user_svc_url: String,
}

/// Reads the settings of `serve`.
///
/// # Errors
/// When a variable is missing.
pub fn load() -> Result<Config, EnvError> {
    Env::load()
}
