//! The only reader of the environment beside what all services share.

use std::path::PathBuf;

use serde::Deserialize;
use souk_env::{Env, EnvError};

/// What a running search-svc needs beside the shared settings.
#[derive(Debug, Clone, Deserialize)]
pub struct Config {
    /// What keeps the index.
    #[serde(default)]
    pub search_backend: Backend,
    /// Where the embedded index is kept.
    pub search_index_dir: PathBuf,
}

/// What keeps the index.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Backend {
    /// This process, on disk.
    #[default]
    Embedded,
}

/// Reads the settings of `serve`.
///
/// # Errors
/// When a variable is missing or wrong.
pub fn load() -> Result<Config, EnvError> {
    Env::load()
}
