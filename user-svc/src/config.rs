//! The only reader of the environment beside `souk_service`.

use serde::Deserialize;
use souk_env::{Env, EnvError, Secret};

/// What `create-admin` needs.
#[derive(Debug, Clone, Deserialize)]
pub struct AdminConfig {
    /// The service's role on its own database.
    pub database_url: Secret,
    /// Login name of the operator.
    pub admin_email: String,
    /// The operator's password.
    pub admin_password: Secret,
}

/// Reads the settings of `create-admin`.
///
/// # Errors
/// When a variable is missing.
pub fn load_admin() -> Result<AdminConfig, EnvError> {
    Env::load()
}
