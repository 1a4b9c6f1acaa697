//! What every service reads from the environment.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use serde::Deserialize;
use souk_auth::{MeshKeys, SettingError};
use souk_db::DbTimeouts;
use souk_env::{EnvError, Mode, Secret};
use souk_outbox::EventRetention;

/// No limit of the database is shorter, in milliseconds.
const LEAST_LIMIT_MS: u64 = 100;
/// No limit of the database is longer: a day.
const MOST_LIMIT_MS: u64 = 86_400_000;

/// The settings that all services share; a service reads its own beside them.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Settings {
    /// Whether missing secrets keep it from starting.
    #[serde(default)]
    pub souk_env: Mode,
    /// Where to listen; port 0 picks a free one.
    pub listen_addr: SocketAddr,
    /// The service's role on its own database.
    pub database_url: Secret,
    /// Connections to it, at most, for each HTTP worker and for the work beside them.
    #[serde(default = "six")]
    pub db_pool_size: usize,
    /// Milliseconds that one statement may take.
    pub db_statement_timeout_ms: Option<u64>,
    /// Milliseconds that a statement may wait for a lock.
    pub db_lock_timeout_ms: Option<u64>,
    /// Milliseconds that a statement of a rebuild or of the retention job may take.
    pub db_long_statement_timeout_ms: Option<u64>,
    /// Days that outbox and inbox are kept for.
    pub event_retention_days: Option<u16>,
    /// The broker.
    pub amqp_url: Secret,
    /// The prefix of every name on the broker.
    #[serde(default)]
    pub event_namespace: String,
    /// The file of the keys of the mesh signature.
    pub mesh_keys_file: Option<PathBuf>,
    /// The keys themselves.
    pub mesh_keys: Option<Secret>,
    /// HTTP worker threads.
    #[serde(default = "one")]
    pub workers: usize,
}

/// What `migrate` needs.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct MigrationSettings {
    /// Whether a missing password keeps it from starting.
    #[serde(default)]
    pub souk_env: Mode,
    /// The owner's role on the database.
    pub migration_database_url: Secret,
}

impl Settings {
    /// The keys of the mesh.
    ///
    /// # Errors
    /// When there are none, or they are not good enough.
    pub fn mesh_keys(&self) -> Result<MeshKeys, SettingError> {
        let list = self.mesh_keys.as_ref().map(Secret::reveal);
        MeshKeys::from_settings(
            self.mesh_keys_file.as_deref(),
            list,
            self.souk_env.is_production(),
        )
    }

    /// Refuses what is good enough for development only.
    ///
    /// # Errors
    /// Names the variable.
    pub fn check(&self) -> Result<(), EnvError> {
        self.souk_env
            .url_with_password("DATABASE_URL", &self.database_url)?;
        self.souk_env.url_with_password("AMQP_URL", &self.amqp_url)
    }

    /// How long the database may take.
    ///
    /// # Errors
    /// When a limit is so short that nothing would work.
    pub fn db_timeouts(&self) -> Result<DbTimeouts, EnvError> {
        let usual = DbTimeouts::default();
        Ok(DbTimeouts {
            statement: limit(
                "DB_STATEMENT_TIMEOUT_MS",
                self.db_statement_timeout_ms,
                usual.statement,
            )?,
            lock: limit("DB_LOCK_TIMEOUT_MS", self.db_lock_timeout_ms, usual.lock)?,
            long_statement: limit(
                "DB_LONG_STATEMENT_TIMEOUT_MS",
                self.db_long_statement_timeout_ms,
                usual.long_statement,
            )?,
            ..usual
        })
    }

    /// How long events are kept.
    ///
    /// # Errors
    /// When that is too short.
    pub fn event_retention(&self) -> Result<EventRetention, EnvError> {
        let Some(days) = self.event_retention_days else {
            return Ok(EventRetention::default());
        };
        EventRetention::days(days).map_err(|error| wrong("EVENT_RETENTION_DAYS", error))
    }
}

impl MigrationSettings {
    /// Refuses what is good enough for development only.
    ///
    /// # Errors
    /// Names the variable.
    pub fn check(&self) -> Result<(), EnvError> {
        self.souk_env
            .url_with_password("MIGRATION_DATABASE_URL", &self.migration_database_url)
    }
}

/// In Postgres 0 is no limit at all, and there is always one.
fn limit(name: &str, millis: Option<u64>, usual: Duration) -> Result<Duration, EnvError> {
    match millis {
        None => Ok(usual),
        Some(millis) if (LEAST_LIMIT_MS..=MOST_LIMIT_MS).contains(&millis) => {
            Ok(Duration::from_millis(millis))
        }
        Some(_) => Err(wrong(
            name,
            format!("it is a number from {LEAST_LIMIT_MS} to {MOST_LIMIT_MS}"),
        )),
    }
}

fn wrong(name: &str, reason: impl ToString) -> EnvError {
    EnvError::Wrong {
        name: name.to_owned(),
        reason: reason.to_string(),
    }
}

fn six() -> usize {
    6
}

fn one() -> usize {
    1
}

#[cfg(test)]
mod tests {
    use souk_env::Env;

    use super::*;

    const KEY: &str = "k1:8pYb3lQ0v0m2s1q6vZyB0r7gKf4cV1wN9hJtXeUoDkM=";

    fn refusal(changes: &[(&str, &str)]) -> Option<String> {
        let good = [
            ("SOUK_ENV", "production"),
            ("LISTEN_ADDR", "127.0.0.1:0"),
            ("DATABASE_URL", "postgres://cart_svc:pw@db/cart_svc"),
            ("AMQP_URL", "amqp://souk:pw@rabbit"),
            ("MESH_KEYS", KEY),
        ];
        let kept = good
            .into_iter()
            .filter(|(name, _)| changes.iter().all(|(changed, _)| changed != name));
        let settings: Settings = Env::load_from(kept.chain(changes.iter().copied())).unwrap();
        let keys = settings.mesh_keys().err().map(|error| error.to_string());
        let refused = settings.check().err();
        let refused = refused
            .or(settings.db_timeouts().err())
            .or(settings.event_retention().err());
        refused.map(|error| error.to_string()).or(keys)
    }

    #[test]
    fn production_starts_with_secrets_of_its_own() {
        assert_eq!(refusal(&[]), None);
    }

    #[test]
    fn production_refuses_a_start_without_them() {
        assert_eq!(
            refusal(&[("DATABASE_URL", "postgres://cart_svc@db/cart_svc")]).as_deref(),
            Some("SOUK_ENV is production, and DATABASE_URL holds no password.")
        );
        assert_eq!(
            refusal(&[("AMQP_URL", "amqp://guest:guest@rabbit")]).as_deref(),
            Some("SOUK_ENV is production, and AMQP_URL holds the user's name as its password.")
        );
        assert_eq!(
            refusal(&[("MESH_KEYS", "")]).as_deref(),
            Some("Neither MESH_KEYS_FILE nor MESH_KEYS is set.")
        );
        assert_eq!(
            refusal(&[("MESH_KEYS", "k1:dG9vIHNob3J0")]).as_deref(),
            Some("MESH_KEYS cannot be used: the secret of entry 1 is shorter than 32 bytes.")
        );
        let text = "k1:dGhpcyBrZXkgaXMgZm9yIHRlc3RzIG9ubHksIDMyIGJ5dGVz";
        assert_eq!(
            refusal(&[("MESH_KEYS", text)]).as_deref(),
            Some(
                "MESH_KEYS cannot be used: SOUK_ENV is production, and the secret of entry 1 is a text instead of \
                 random bytes (`openssl rand -base64 32` makes some)."
            )
        );
    }

    #[test]
    fn limits_that_nothing_could_work_under_are_refused() {
        assert_eq!(
            refusal(&[("DB_STATEMENT_TIMEOUT_MS", "0")]).as_deref(),
            Some(
                "The environment variable DB_STATEMENT_TIMEOUT_MS is wrong: it is a number from 100 to 86400000."
            )
        );
        assert_eq!(
            refusal(&[
                ("DB_LOCK_TIMEOUT_MS", "500"),
                ("DB_LONG_STATEMENT_TIMEOUT_MS", "60000")
            ]),
            None
        );
    }

    #[test]
    fn events_are_not_kept_for_less_than_two_weeks() {
        assert_eq!(
            refusal(&[("EVENT_RETENTION_DAYS", "13")]).as_deref(),
            Some(
                "The environment variable EVENT_RETENTION_DAYS is wrong: events are kept for at least 14 days, not 13."
            )
        );
        assert_eq!(refusal(&[("EVENT_RETENTION_DAYS", "30")]), None);
    }

    #[test]
    fn development_takes_what_there_is() {
        let open = [
            ("SOUK_ENV", "development"),
            ("DATABASE_URL", "postgres://db/x"),
            ("AMQP_URL", "amqp://rabbit"),
            ("MESH_KEYS", "k1:dGhpcyBrZXkgaXMgZm9yIHRlc3RzIG9ubHksIDMyIGJ5dGVz"),
        ];
        assert_eq!(refusal(&open), None);
    }

    #[test]
    fn a_migration_needs_a_password_too() {
        let settings: MigrationSettings = Env::load_from([
            ("SOUK_ENV", "production"),
            ("MIGRATION_DATABASE_URL", "postgres://souk_owner@db/x"),
        ])
        .unwrap();

        assert_eq!(
            settings.check().unwrap_err().to_string(),
            "SOUK_ENV is production, and MIGRATION_DATABASE_URL holds no password."
        );
    }
}
