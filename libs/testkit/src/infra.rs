//! Where Postgres, RabbitMQ and Redis for tests are.

use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use serde::Deserialize;

/// Addresses of the infrastructure that tests use.
#[derive(Debug, Clone, Deserialize)]
pub struct Infra {
    /// A superuser's URL of the database for tests.
    pub postgres_url: String,
    /// The broker.
    pub amqp_url: String,
    /// Redis.
    pub redis_url: String,
}

/// The infrastructure of `TEST_POSTGRES_URL`, `TEST_AMQP_URL` and `TEST_REDIS_URL`, else the one that
/// `cargo xtask infra up` left in the workspace.
///
/// # Panics
/// When there is neither, with the command to run.
pub fn infra() -> &'static Infra {
    static INFRA: LazyLock<Infra> = LazyLock::new(|| {
        from_env()
            .or_else(from_file)
            .expect("no infrastructure for tests: run `cargo xtask infra up`")
    });
    &INFRA
}

fn from_env() -> Option<Infra> {
    let var = |name| std::env::var(name).ok();
    Some(Infra {
        postgres_url: var("TEST_POSTGRES_URL")?,
        amqp_url: var("TEST_AMQP_URL")?,
        redis_url: var("TEST_REDIS_URL")?,
    })
}

fn from_file() -> Option<Infra> {
    let here = PathBuf::from(std::env::var("CARGO_MANIFEST_DIR").ok()?);
    let places = |dir: &Path| [dir.join(".souk/infra.json"), dir.join(".souk/test/infra.json")];
    let file = here.ancestors().flat_map(places).find(|path| path.exists())?;
    serde_json::from_slice(&std::fs::read(file).ok()?).ok()
}
