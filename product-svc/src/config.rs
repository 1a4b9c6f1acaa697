//! The only reader of the environment beside `souk_service`.

use serde::Deserialize;
use souk_contracts::Currency;
use souk_env::{Env, EnvError};

/// What product-svc needs beside what all services share.
#[derive(Debug, Clone, Deserialize)]
pub struct Config {
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
}

/// Reads the settings of `serve`.
///
/// # Errors
/// When a variable is missing or wrong.
pub fn load() -> Result<Config, EnvError> {
    Env::load()
}

fn ten_minutes() -> u32 {
    600
}

fn azn() -> Currency {
    Currency::AZN
}
