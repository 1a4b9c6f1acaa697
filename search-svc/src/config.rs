//! The only reader of the environment beside what all services share.

use std::path::{Path, PathBuf};

use serde::Deserialize;
use souk_env::{Env, EnvError, Secret};

/// What a running search-svc needs beside the shared settings.
#[derive(Debug, Clone, Deserialize)]
pub struct Config {
    /// Where product-svc is.
    pub product_svc_url: String,
    /// Where shop-svc is.
    pub shop_svc_url: String,
    /// What keeps the index.
    #[serde(default)]
    pub search_backend: Backend,
    /// Where the embedded index is kept.
    pub search_index_dir: Option<PathBuf>,
    /// The address of Elasticsearch.
    pub elasticsearch_url: Option<Secret>,
    /// Who asks Elasticsearch.
    pub elasticsearch_user: Option<String>,
    /// The password of that user.
    pub elasticsearch_password: Option<Secret>,
    /// Begins the names of all indexes on Elasticsearch.
    #[serde(default = "default_index")]
    pub elasticsearch_index: String,
    /// Copies of the index on other nodes of Elasticsearch.
    #[serde(default)]
    pub elasticsearch_replicas: u32,
}

fn default_index() -> String {
    "souk".to_owned()
}

/// What keeps the index.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Backend {
    /// This process, on disk.
    #[default]
    Embedded,
    /// A server, for any number of processes.
    Elasticsearch,
}

impl Config {
    /// The directory of the embedded index.
    ///
    /// # Errors
    /// When it is not set.
    pub fn index_dir(&self) -> Result<&Path, EnvError> {
        self.search_index_dir
            .as_deref()
            .ok_or_else(|| missing("SEARCH_INDEX_DIR"))
    }

    /// The address of Elasticsearch.
    ///
    /// # Errors
    /// When it is not set.
    pub fn elasticsearch_url(&self) -> Result<&Secret, EnvError> {
        self.elasticsearch_url
            .as_ref()
            .ok_or_else(|| missing("ELASTICSEARCH_URL"))
    }

    /// User and password, if Elasticsearch asks for them.
    ///
    /// # Errors
    /// When only one of them is set.
    pub fn elasticsearch_credentials(&self) -> Result<Option<(String, Secret)>, EnvError> {
        match (&self.elasticsearch_user, &self.elasticsearch_password) {
            (Some(user), Some(password)) => Ok(Some((user.clone(), password.clone()))),
            (None, None) => Ok(None),
            (Some(_), None) => Err(missing("ELASTICSEARCH_PASSWORD")),
            (None, Some(_)) => Err(missing("ELASTICSEARCH_USER")),
        }
    }
}

fn missing(variable: &str) -> EnvError {
    EnvError::Missing(variable.to_owned())
}

/// Reads the settings of `serve`.
///
/// # Errors
/// When a variable is missing or wrong.
pub fn load() -> Result<Config, EnvError> {
    Env::load()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(variables: &[(&str, &str)]) -> Config {
        let always = [
            ("PRODUCT_SVC_URL", "http://product-svc"),
            ("SHOP_SVC_URL", "http://shop-svc"),
        ];
        Env::load_from(always.into_iter().chain(variables.iter().copied())).unwrap()
    }

    #[test]
    fn each_backend_needs_settings_of_its_own() {
        let embedded = config(&[("SEARCH_INDEX_DIR", "/index")]);
        assert_eq!(embedded.search_backend, Backend::Embedded);
        assert_eq!(embedded.index_dir().unwrap(), Path::new("/index"));
        assert_eq!(
            embedded.elasticsearch_url().unwrap_err(),
            missing("ELASTICSEARCH_URL")
        );

        let url = "http://localhost:9200";
        let served = config(&[("SEARCH_BACKEND", "elasticsearch"), ("ELASTICSEARCH_URL", url)]);
        assert_eq!(served.search_backend, Backend::Elasticsearch);
        assert_eq!(served.elasticsearch_url().unwrap().reveal(), url);
        assert_eq!(served.elasticsearch_index, "souk");
        assert_eq!(served.index_dir().unwrap_err(), missing("SEARCH_INDEX_DIR"));
    }

    #[test]
    fn a_user_of_elasticsearch_has_a_password() {
        let credentials = |variables: &[(&str, &str)]| config(variables).elasticsearch_credentials();
        let (user, password) = (
            ("ELASTICSEARCH_USER", "souk"),
            ("ELASTICSEARCH_PASSWORD", "open sesame"),
        );

        assert_eq!(credentials(&[]).unwrap(), None);
        assert_eq!(
            credentials(&[user]).unwrap_err(),
            missing("ELASTICSEARCH_PASSWORD")
        );
        assert_eq!(
            credentials(&[password]).unwrap_err(),
            missing("ELASTICSEARCH_USER")
        );
        let both = credentials(&[user, password]).unwrap().unwrap();
        assert_eq!((both.0.as_str(), both.1.reveal()), ("souk", "open sesame"));
    }
}
