//! What xtask has written down about the instance.

use std::collections::BTreeMap;
use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde::Deserialize;
use serde::de::DeserializeOwned;

/// What `run.json` says.
#[derive(Debug, Clone, Deserialize)]
pub struct Run {
    /// The public API.
    pub gateway_url: String,
    /// The operator.
    pub admin: Login,
    /// Postgres, as its superuser.
    pub postgres_url: String,
    /// The broker.
    pub amqp_url: String,
    services: BTreeMap<String, Running>,
}

/// How somebody logs in.
#[derive(Debug, Clone, Deserialize)]
pub struct Login {
    /// Name.
    pub email: String,
    /// Password.
    pub password: String,
}

#[derive(Debug, Clone, Deserialize)]
struct Running {
    replicas: Vec<Address>,
}

#[derive(Debug, Clone, Deserialize)]
struct Address {
    url: String,
}

/// How a service was started.
#[derive(Debug, Clone, Deserialize)]
pub struct Record {
    /// Its program.
    pub binary: PathBuf,
    /// What it is called with.
    pub arguments: Vec<String>,
    /// Its environment.
    pub env: BTreeMap<String, String>,
}

impl Run {
    /// Reads it.
    ///
    /// # Errors
    /// When no mesh runs.
    pub fn read(path: &Path) -> Result<Self> {
        read(path).context("No mesh runs to be tortured: `cargo xtask torture` starts one")
    }

    /// Where a replica is: `search-svc` is the first one, `search-svc#2` the second.
    ///
    /// # Errors
    /// When it does not run.
    pub fn url(&self, replica: &str) -> Result<String> {
        let (service, number) = match replica.split_once('#') {
            Some((service, number)) => (service, number.parse()?),
            None => (replica, 1_usize),
        };
        let running = self.services.get(service);
        running
            .and_then(|running| running.replicas.get(number.checked_sub(1)?))
            .map(|address| address.url.clone())
            .with_context(|| format!("{replica} does not run"))
    }
}

impl Record {
    /// Reads the one of a service.
    ///
    /// # Errors
    /// When it was never started.
    pub fn read(dir: &Path, service: &str) -> Result<Self> {
        read(&dir.join("services").join(format!("{service}.json")))
    }
}

fn read<T: DeserializeOwned>(path: &Path) -> Result<T> {
    let text = fs::read_to_string(path).with_context(|| format!("Cannot read {}", path.display()))?;
    serde_json::from_str(&text).with_context(|| format!("{} is damaged", path.display()))
}

/// Address and port in a URL.
///
/// # Errors
/// When there are none.
pub fn address(url: &str) -> Result<SocketAddr> {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let authority = rest.split(['/', '?']).next().unwrap_or(rest);
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    host.parse().context("A URL names no address of this machine")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_replica_has_its_url() {
        let run: Run = serde_json::from_value(serde_json::json!({
            "gateway_url": "", "admin": {"email": "", "password": ""}, "postgres_url": "", "amqp_url": "",
            "services": {"search-svc": {"url": "http://a", "pid": 1, "replicas": [{"url": "http://a"}, {"url": "http://b"}]}},
        }))
        .unwrap();

        assert_eq!(run.url("search-svc").unwrap(), "http://a");
        assert_eq!(run.url("search-svc#2").unwrap(), "http://b");
        for missing in ["search-svc#3", "search-svc#0", "order-svc"] {
            assert!(run.url(missing).is_err(), "{missing}");
        }
    }

    #[test]
    fn an_address_is_found_in_a_url() {
        let address = |url| address(url).unwrap().to_string();

        assert_eq!(
            address("postgres://a:b@127.0.0.1:18442/order_svc"),
            "127.0.0.1:18442"
        );
        assert_eq!(address("amqp://127.0.0.1:18682?x=1"), "127.0.0.1:18682");
    }
}
