//! The only reader of the environment beside `souk_service`.

use serde::Deserialize;
use souk_env::{Env, EnvError};

/// What a running wishlist-svc needs beside what all services need.
#[derive(Debug, Clone, Deserialize)]
pub struct Config {
    /// Where product-svc is.
    pub product_svc_url: String,
    /// Where shop-svc is.
    pub shop_svc_url: String,
    /// Where cart-svc is.
    pub cart_svc_url: String,
    /// Whether owners of approved shops may have a wishlist.
    #[serde(default)]
    pub owners_may_buy: bool,
}

/// Reads the settings of `serve`.
///
/// # Errors
/// When a variable is missing or wrong.
pub fn load() -> Result<Config, EnvError> {
    Env::load()
}
