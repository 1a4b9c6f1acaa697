//! The only reader of the environment beside `souk_service`.

use serde::Deserialize;
use souk_env::{Env, EnvError, Mode, Secret};

/// What `create-admin` needs.
#[derive(Debug, Clone, Deserialize)]
pub struct AdminConfig {
    /// Whether passwords that everybody knows are refused.
    #[serde(default)]
    pub souk_env: Mode,
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
/// When a variable is missing, or good enough for development only.
pub fn load_admin() -> Result<AdminConfig, EnvError> {
    let config: AdminConfig = Env::load()?;
    config.check()?;
    Ok(config)
}

impl AdminConfig {
    fn check(&self) -> Result<(), EnvError> {
        let mode = self.souk_env;
        mode.url_with_password("DATABASE_URL", &self.database_url)?;
        mode.password("ADMIN_PASSWORD", &self.admin_password)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_operator_in_production_has_a_password_of_their_own() {
        let refusal = |mode: &str, password: &str| {
            let config: AdminConfig = Env::load_from([
                ("SOUK_ENV", mode),
                ("DATABASE_URL", "postgres://user_svc:pw@db/user_svc"),
                ("ADMIN_EMAIL", "admin@example.org"),
                ("ADMIN_PASSWORD", password),
            ])
            .unwrap();
            config.check().err().map(|error| error.to_string())
        };

        assert_eq!(
            refusal("production", "seven brave otters").as_deref(),
            Some("SOUK_ENV is production, and ADMIN_PASSWORD is a password that the documents show.")
        );
        assert_eq!(refusal("production", "twelve other words"), None);
        assert_eq!(refusal("development", "seven brave otters"), None);
    }
}
