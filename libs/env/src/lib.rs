//! Settings from the environment, with one clear sentence when one is missing or wrong.
//!
//! A service's `config.rs` declares a struct; field `database_url` is read from `DATABASE_URL`.
//! Texts, numbers, booleans, addresses, unit enums, options and comma-separated lists are understood.
//! An empty variable counts as not set. [`Mode`] says what production does not start without.

mod mode;
mod secret;
mod values;

use std::collections::BTreeMap;

use serde::de::DeserializeOwned;

pub use mode::Mode;
pub use secret::Secret;
pub use values::EnvError;

/// The environment of this process.
pub struct Env;

impl Env {
    /// Reads a service's settings; the error names the variable and never shows its value.
    pub fn load<T: DeserializeOwned>() -> Result<T, EnvError> {
        // Variables that are not UTF-8 are none of ours.
        let utf8 = |(name, value): (std::ffi::OsString, std::ffi::OsString)| {
            Some((name.into_string().ok()?, value.into_string().ok()?))
        };
        Self::load_from(std::env::vars_os().filter_map(utf8))
    }

    /// Reads settings from given variables, for tests.
    pub fn load_from<T, N, V>(variables: impl IntoIterator<Item = (N, V)>) -> Result<T, EnvError>
    where
        T: DeserializeOwned,
        N: Into<String>,
        V: Into<String>,
    {
        let set: BTreeMap<String, String> = variables
            .into_iter()
            .map(|(name, value)| (name.into(), value.into()))
            .filter(|(_, value)| !value.is_empty())
            .collect();
        values::read(set)
    }
}

#[cfg(test)]
mod tests {
    use std::net::SocketAddr;

    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize, PartialEq)]
    #[serde(rename_all = "lowercase")]
    enum Backend {
        Embedded,
        Elasticsearch,
    }

    #[derive(Debug, Deserialize)]
    struct Config {
        listen_addr: SocketAddr,
        database_url: Secret,
        #[serde(default = "ten")]
        db_pool_size: usize,
        #[serde(default)]
        owners_may_buy: bool,
        search_backend: Option<Backend>,
        password: Option<String>,
        #[serde(default)]
        origins: Vec<String>,
    }

    fn ten() -> usize {
        10
    }

    fn load(more: &[(&str, &str)]) -> Result<Config, EnvError> {
        let base = [
            ("LISTEN_ADDR", "127.0.0.1:80"),
            ("DATABASE_URL", "postgres://u:p@h/d"),
        ];
        Env::load_from(base.into_iter().chain(more.iter().copied()))
    }

    #[test]
    fn defaults_fill_what_is_not_set() {
        let config = load(&[("SEARCH_BACKEND", ""), ("UNRELATED", "x")]).unwrap();

        assert_eq!((config.db_pool_size, config.owners_may_buy), (10, false));
        assert_eq!(
            (config.search_backend, config.password, config.origins),
            (None, None, vec![])
        );
        assert_eq!(config.listen_addr.port(), 80);
    }

    #[test]
    fn values_take_the_type_of_their_field() {
        let config = load(&[
            ("DB_POOL_SIZE", "5"),
            ("OWNERS_MAY_BUY", "on"),
            ("SEARCH_BACKEND", "elasticsearch"),
            ("PASSWORD", "12345"),
            ("ORIGINS", "a, b"),
        ])
        .unwrap();

        assert_eq!((config.db_pool_size, config.owners_may_buy), (5, true));
        assert_eq!(config.search_backend, Some(Backend::Elasticsearch));
        assert_eq!(config.password.as_deref(), Some("12345"));
        assert_eq!(config.origins, ["a", "b"]);
    }

    #[test]
    fn a_missing_variable_is_named() {
        let error = Env::load_from::<Config, _, _>([("LISTEN_ADDR", "127.0.0.1:80")]).unwrap_err();

        assert_eq!(
            error.to_string(),
            "The environment variable DATABASE_URL is not set."
        );
    }

    #[test]
    fn a_wrong_value_is_named_and_not_shown() {
        let wrong = |name, value| load(&[(name, value)]).unwrap_err().to_string();

        assert_eq!(
            wrong("DB_POOL_SIZE", "hunter2"),
            "The environment variable DB_POOL_SIZE is wrong: it must be a whole number in range."
        );
        assert_eq!(
            wrong("OWNERS_MAY_BUY", "hunter2"),
            "The environment variable OWNERS_MAY_BUY is wrong: it must be true or false."
        );
        assert_eq!(
            wrong("SEARCH_BACKEND", "hunter2"),
            "The environment variable SEARCH_BACKEND is wrong: it must be one of embedded, elasticsearch."
        );
        assert_eq!(
            wrong("LISTEN_ADDR", "hunter2"),
            "The environment variable LISTEN_ADDR is wrong: invalid socket address syntax."
        );
    }

    #[test]
    fn a_secret_does_not_show_itself() {
        let config = load(&[]).unwrap();

        assert!(!format!("{config:?}").contains("postgres://"));
        assert_eq!(config.database_url.reveal(), "postgres://u:p@h/d");
    }
}
