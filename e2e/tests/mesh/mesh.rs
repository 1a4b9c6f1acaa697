//! The running mesh: where it is, who its admin is, and how its parts are stopped and started.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use serde::Deserialize;
use tokio::sync::{RwLock, RwLockReadGuard, RwLockWriteGuard};

use crate::client::Client;

/// Tests share the mesh, but for those that break it or count all of it.
static TURN: RwLock<()> = RwLock::const_new(());

/// What `run.json` says.
#[derive(Deserialize)]
pub struct Run {
    pub gateway_url: String,
    pub admin: Admin,
    pub services: BTreeMap<String, Service>,
    pub traefik: Option<Traefik>,
    pub postgres_url: String,
    pub amqp_url: String,
}

#[derive(Deserialize)]
pub struct Admin {
    pub email: String,
    pub password: String,
}

#[derive(Deserialize)]
pub struct Service {
    pub url: String,
    pub replicas: Vec<Replica>,
}

/// One process of a service.
#[derive(Deserialize)]
pub struct Replica {
    pub url: String,
}

/// What stands before the gateways.
#[derive(Deserialize)]
pub struct Traefik {
    pub https_url: String,
    pub http_url: String,
    pub internal_url: String,
    pub certificate: PathBuf,
}

/// The mesh, for as long as a test may use it.
pub struct Mesh {
    pub run: Run,
    /// Where the files of this instance lie.
    pub dir: PathBuf,
    pub http: reqwest::Client,
    _turn: Turn,
}

#[expect(dead_code, reason = "held, not read")]
enum Turn {
    Shared(RwLockReadGuard<'static, ()>),
    Alone(RwLockWriteGuard<'static, ()>),
}

impl Mesh {
    /// The mesh, beside other tests.
    pub async fn shared() -> Self {
        Self::open(Turn::Shared(TURN.read().await))
    }

    /// The mesh, for one test alone.
    pub async fn alone() -> Self {
        Self::open(Turn::Alone(TURN.write().await))
    }

    fn open(turn: Turn) -> Self {
        let path = run_json();
        let text = fs::read_to_string(&path)
            .unwrap_or_else(|error| panic!("No mesh runs: cannot read {}: {error}", path.display()));
        Self {
            run: serde_json::from_str(&text).unwrap(),
            dir: path.parent().unwrap().to_owned(),
            http: http().build().unwrap(),
            _turn: turn,
        }
    }

    /// Nobody, at the public API.
    pub fn anybody(&self) -> Client {
        Client::new(self.http.clone(), format!("{}/api/v1", self.run.gateway_url))
    }

    /// Nobody, at the root of the gateway.
    pub fn root(&self) -> Client {
        Client::new(self.http.clone(), &self.run.gateway_url)
    }

    /// Past the gateway, at a service itself.
    pub fn service(&self, name: &str) -> Client {
        Client::new(self.http.clone(), &self.run.services[name].url)
    }

    /// The file of the keys that requests inside the mesh are signed with.
    pub fn mesh_keys(&self) -> PathBuf {
        self.dir.join("mesh-keys/keys")
    }

    /// Runs a command of xtask on this instance, such as `["service", "kill", "cart-svc"]`.
    pub async fn xtask(&self, arguments: &[&str]) {
        let mut command = self.xtask_command(arguments);
        let output = tokio::task::spawn_blocking(move || command.output().expect("xtask"))
            .await
            .unwrap();
        assert!(
            output.status.success(),
            "xtask {arguments:?}: {}{}",
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        );
    }

    /// The command itself, for whoever cannot wait.
    pub fn xtask_command(&self, arguments: &[&str]) -> Command {
        assert!(
            self.dir.ends_with("test"),
            "{} is not the test instance: only that one may be broken",
            self.dir.display()
        );
        let mut command = Command::new(xtask());
        command.args(["--instance", "test"]).args(arguments);
        command
    }
}

/// An HTTP client that stays at home and follows nothing.
pub fn http() -> reqwest::ClientBuilder {
    // It wants to know a provider even where no TLS is spoken; a second call changes nothing.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder()
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .timeout(Duration::from_secs(30))
}

/// The program that started the mesh; beside the tests if nobody says.
fn xtask() -> PathBuf {
    if let Some(path) = std::env::var_os("SOUK_XTASK") {
        return path.into();
    }
    let tests = std::env::current_exe().unwrap();
    tests.ancestors().nth(2).unwrap().join("xtask")
}

fn run_json() -> PathBuf {
    if let Some(path) = std::env::var_os("SOUK_RUN_JSON") {
        return path.into();
    }
    let checkout = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let test = checkout.join(".souk/test/run.json");
    if test.exists() {
        test
    } else {
        checkout.join(".souk/run.json")
    }
}
