//! The only reader of the environment beside `souk_service`.

use serde::Deserialize;
use souk_contracts::Currency;
use souk_env::{Env, EnvError};

/// What a running cart-svc needs beside what all services need.
#[derive(Debug, Clone, Deserialize)]
pub struct Config {
    /// Where product-svc is.
    pub product_svc_url: String,
    /// Whether owners of approved shops may have a cart.
    #[serde(default)]
    pub owners_may_buy: bool,
    /// The currency of the marketplace.
    #[serde(default = "azn")]
    pub default_currency: Currency,
}

/// Reads the settings of `serve`.
///
/// # Errors
/// When a variable is missing or wrong.
pub fn load() -> Result<Config, EnvError> {
    Env::load()
}

fn azn() -> Currency {
    Currency::AZN
}
