//! The only reader of the environment beside `souk_service`.

use std::path::PathBuf;

use serde::Deserialize;
use souk_env::{Env, EnvError, Mode, Secret};

/// The settings of `serve`.
#[derive(Debug, Clone)]
pub struct Config {
    /// How mails leave.
    pub mail: MailConfig,
    /// Where pictures are kept.
    pub media: MediaConfig,
    /// The other services.
    pub neighbours: NeighbourConfig,
}

/// How mails leave.
#[derive(Debug, Clone, Deserialize)]
pub struct MailConfig {
    /// Whether a start without a mail server is refused.
    #[serde(default)]
    pub souk_env: Mode,
    /// The mail server, `smtp://` or `smtps://`; without one, mails go to `mail_dir`.
    pub mail_url: Option<Secret>,
    /// Who mails are from.
    pub mail_from: Option<String>,
    /// Where mails are written as files when there is no server.
    #[serde(default = "outbox")]
    pub mail_dir: PathBuf,
    /// Where the links in mails lead.
    pub storefront_url: Option<String>,
}

/// Where pictures are kept: a directory, or a bucket that speaks S3.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct MediaConfig {
    /// The directory; one of the two must be named.
    pub media_dir: Option<String>,
    /// `s3://bucket` or `s3://bucket/prefix`; it goes before the directory.
    pub media_url: Option<String>,
    /// Where the bucket is, unless at Amazon.
    pub aws_endpoint_url: Option<String>,
    /// The bucket's region.
    pub aws_region: Option<String>,
    /// Who may use it; without, what the machine it runs on may.
    pub aws_access_key_id: Option<Secret>,
    /// The secret of that key.
    pub aws_secret_access_key: Option<Secret>,
}

/// Who keeps something of users.
#[derive(Debug, Clone, Deserialize)]
pub struct NeighbourConfig {
    /// Where shop-svc is; asked before an account is erased.
    pub shop_svc_url: String,
    /// Where product-svc is.
    pub product_svc_url: String,
    /// Where cart-svc is.
    pub cart_svc_url: String,
    /// Where wishlist-svc is.
    pub wishlist_svc_url: String,
    /// Where order-svc is; asked before an account is erased.
    pub order_svc_url: String,
    /// Where analytics-svc is.
    pub analytics_svc_url: String,
}

impl NeighbourConfig {
    /// All of them by name.
    pub fn all(&self) -> [(&'static str, &str); 6] {
        [
            ("shop-svc", &self.shop_svc_url),
            ("product-svc", &self.product_svc_url),
            ("cart-svc", &self.cart_svc_url),
            ("wishlist-svc", &self.wishlist_svc_url),
            ("order-svc", &self.order_svc_url),
            ("analytics-svc", &self.analytics_svc_url),
        ]
    }
}

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

/// What `republish-erasures` needs.
#[derive(Debug, Clone, Deserialize)]
pub struct DatabaseConfig {
    /// The service's role on its own database.
    pub database_url: Secret,
}

/// Reads the settings of `republish-erasures`.
///
/// # Errors
/// When the variable is missing.
pub fn load_database() -> Result<DatabaseConfig, EnvError> {
    Env::load()
}

/// Reads the settings of `serve`.
///
/// # Errors
/// When a variable is wrong, or what is set is good enough for development only.
pub fn load() -> Result<Config, EnvError> {
    let mail: MailConfig = Env::load()?;
    mail.check()?;
    Ok(Config {
        mail,
        media: Env::load()?,
        neighbours: Env::load()?,
    })
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

impl MailConfig {
    /// Who mails are from.
    pub fn mail_from(&self) -> &str {
        self.mail_from.as_deref().unwrap_or("Souk <no-reply@localhost>")
    }

    /// Where the links in mails lead.
    pub fn storefront_url(&self) -> &str {
        self.storefront_url.as_deref().unwrap_or("http://localhost:3000")
    }

    fn check(&self) -> Result<(), EnvError> {
        let mode = self.souk_env;
        mode.mail_url("MAIL_URL", self.mail_url.as_ref())?;
        mode.required("MAIL_FROM", self.mail_from.as_ref())?;
        mode.required("STOREFRONT_URL", self.storefront_url.as_ref())?;
        Ok(())
    }
}

impl AdminConfig {
    fn check(&self) -> Result<(), EnvError> {
        let mode = self.souk_env;
        mode.url_with_password("DATABASE_URL", &self.database_url)?;
        mode.password("ADMIN_PASSWORD", &self.admin_password)
    }
}

fn outbox() -> PathBuf {
    std::env::temp_dir().join("souk-mails")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mails_go_somewhere_in_production() {
        let refusal = |set: &[(&str, &str)]| {
            let config: MailConfig = Env::load_from(set.iter().copied()).unwrap();
            config.check().err().map(|error| error.to_string())
        };
        let complete = [
            ("SOUK_ENV", "production"),
            ("MAIL_URL", "smtps://user:pw@mail.example.org"),
            ("MAIL_FROM", "Souk <no-reply@souk.example.org>"),
            ("STOREFRONT_URL", "https://souk.example.org"),
        ];

        assert_eq!(refusal(&complete), None);
        assert_eq!(refusal(&[]), None);
        for missing in 1..4 {
            let mut set = complete.to_vec();
            let (name, _) = set.remove(missing);
            assert!(refusal(&set).unwrap().contains(name), "{name}");
        }
    }

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
