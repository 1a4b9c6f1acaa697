//! The only reader of the environment beside `souk_service`.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use souk_contracts::Currency;
use souk_env::{Env, EnvError, Mode, Secret};

/// The variable of the keys of pseudonyms.
const PSEUDONYM_KEYS: &str = "PSEUDONYM_KEYS";
/// A shorter key can be found out by trying.
const MIN_KEY: usize = 32;

/// What a running analytics-svc needs beside the settings that all services share.
#[derive(Debug, Clone, Deserialize)]
pub struct Config {
    /// Whether keys that can be guessed keep it from starting.
    #[serde(default)]
    pub souk_env: Mode,
    /// The secrets under which erased accounts get their pseudonyms.
    pub pseudonym_keys: Secret,
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
/// When a variable is missing or wrong, or what is set is good enough for development only.
pub fn load() -> Result<Config, EnvError> {
    let config: Config = Env::load()?;
    config.pseudonym_keys()?;
    Ok(config)
}

impl Config {
    /// The keys of pseudonyms, of `base64[,base64]`; the newest first.
    ///
    /// # Errors
    /// When there is none, one is too short, or one can be guessed in production.
    pub fn pseudonym_keys(&self) -> Result<Vec<Vec<u8>>, EnvError> {
        let entries = self.pseudonym_keys.reveal().split(',').map(str::trim);
        let keys = entries.enumerate().map(|(index, entry)| {
            let key = STANDARD.decode(entry).ok().filter(|key| key.len() >= MIN_KEY);
            key.ok_or_else(|| EnvError::Wrong {
                name: PSEUDONYM_KEYS.to_owned(),
                reason: format!(
                    "entry {} must be base64 of at least {MIN_KEY} random bytes",
                    index + 1
                ),
            })
        });
        let keys = keys.collect::<Result<Vec<_>, _>>()?;
        if self.souk_env.is_production() && keys.iter().any(|key| is_text(key)) {
            let reason = "holds a text instead of random bytes (`openssl rand -base64 32` makes some)";
            return Err(self.souk_env.unfit(PSEUDONYM_KEYS, reason));
        }
        Ok(keys)
    }
}

/// Whether somebody thought it up.
fn is_text(key: &[u8]) -> bool {
    key.iter().all(|byte| byte.is_ascii_graphic() || *byte == b' ')
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

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(mode: &str, keys: &str) -> Option<String> {
        let set = [
            ("SOUK_ENV", mode),
            ("SHOP_SVC_URL", "http://shop-svc"),
            ("PSEUDONYM_KEYS", keys),
        ];
        let config = Env::load_from::<Config, _, _>(set).and_then(|config| config.pseudonym_keys().map(drop));
        config.err().map(|error| error.to_string())
    }

    #[test]
    fn a_start_needs_keys_that_nobody_can_guess() {
        let random = "8pYb3lQ0v0m2s1q6vZyB0r7gKf4cV1wN9hJtXeUoDkM=";
        let text = "dGhpcyBrZXkgaXMgZm9yIHRlc3RzIG9ubHksIDMyIGJ5dGVz";

        assert_eq!(refusal("production", random), None);
        assert_eq!(refusal("production", &format!("{random}, {random}")), None);
        assert_eq!(refusal("development", text), None);
        assert_eq!(
            refusal("development", "").as_deref(),
            Some("The environment variable PSEUDONYM_KEYS is not set.")
        );
        assert_eq!(
            refusal("development", "c2hvcnQ=").as_deref(),
            Some(
                "The environment variable PSEUDONYM_KEYS is wrong: entry 1 must be base64 of at least 32 random bytes."
            )
        );
        assert_eq!(
            refusal("production", text).as_deref(),
            Some(
                "SOUK_ENV is production, and PSEUDONYM_KEYS holds a text instead of random bytes \
                 (`openssl rand -base64 32` makes some)."
            )
        );
    }
}
