//! A real Traefik before the gateways: its program, its certificate, its configuration.

mod certificate;
mod program;
mod render;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

use crate::files;
use crate::instance::{Instance, fnv1a};
use crate::mesh::{Record, build_of};
use crate::replicas::Counts;
use crate::services::{SERVICES, TRAEFIK};

pub use program::program;

/// What its access log is called among the logs.
pub const ACCESS_LOG: &str = "traefik-access";

const HTTPS: u16 = 8443;
const HTTP: u16 = 8088;

/// Where it is, for people and scripts.
#[derive(Debug, Serialize, Deserialize)]
pub struct Addresses {
    /// For everything.
    pub https_url: String,
    /// Leads to the other one.
    pub http_url: String,
    /// Its health and metrics, for the inside.
    pub internal_url: String,
    /// Whom to trust.
    pub certificate: PathBuf,
}

impl Addresses {
    /// Those of an instance.
    pub fn of(instance: &Instance) -> Self {
        let [http, https, internal] = ports(instance);
        Self {
            https_url: format!("https://localhost:{https}"),
            http_url: format!("http://localhost:{http}"),
            internal_url: format!("http://127.0.0.1:{internal}"),
            certificate: tls(instance).join(certificate::CERTIFICATE),
        }
    }
}

/// Where it listens: HTTP, HTTPS, and health with metrics.
pub fn ports(instance: &Instance) -> [u16; 3] {
    [HTTP, HTTPS, TRAEFIK.port].map(|port| instance.port(port))
}

/// Write its configuration, and say how it is to be started. A running one takes up a change of gateways by itself.
pub fn prepare(instance: &Instance, counts: &Counts, program: PathBuf) -> Result<Record> {
    certificate::ensure(&tls(instance))?;
    let dynamic = rendered(instance, DYNAMIC, &dynamic_values(instance, counts))?;
    files::write_private(&dir(instance).join(DYNAMIC), &dynamic)?;
    let fixed = rendered(instance, STATIC, &static_values(instance))?;
    let config = dir(instance).join(STATIC);
    files::write_private(&config, &fixed)?;
    Ok(Record {
        pid: 0,
        build: build_of(&program)?,
        binary: program,
        arguments: vec![format!("--configFile={}", config.display())],
        env: BTreeMap::new(),
        config: format!("{:016x}", fnv1a(fixed.as_bytes())),
    })
}

const STATIC: &str = "traefik.yaml";
const DYNAMIC: &str = "gateway.yaml";

fn static_values(instance: &Instance) -> Vec<(&'static str, String)> {
    let [http, https, internal] = ports(instance);
    let local = |port: u16| format!("\"127.0.0.1:{port}\"");
    vec![
        ("http", local(http)),
        ("https", local(https)),
        ("internal", local(internal)),
        ("dynamic", quoted(&dir(instance).join(DYNAMIC))),
        ("access-log", quoted(&instance.log(ACCESS_LOG))),
    ]
}

fn dynamic_values(instance: &Instance, counts: &Counts) -> Vec<(&'static str, String)> {
    let gateways: Vec<String> = SERVICES
        .iter()
        .filter(|service| service.name == "gateway")
        .flat_map(|service| counts.of(service))
        .map(|replica| format!("{{ url: \"http://127.0.0.1:{}\" }}", replica.port(instance)))
        .collect();
    vec![
        (
            "certificate",
            quoted(&tls(instance).join(certificate::CERTIFICATE)),
        ),
        ("key", quoted(&tls(instance).join(certificate::KEY))),
        ("gateways", format!("[{}]", gateways.join(", "))),
    ]
}

fn quoted(path: &Path) -> String {
    format!("\"{}\"", path.display())
}

fn rendered(instance: &Instance, name: &str, values: &[(&str, String)]) -> Result<String> {
    let path = instance.checkout.join("traefik").join(name);
    let template = fs::read_to_string(&path).with_context(|| format!("Cannot read {}", path.display()))?;
    render::render(&template, values).with_context(|| format!("In {}", path.display()))
}

fn dir(instance: &Instance) -> PathBuf {
    instance.dir.join("traefik")
}

fn tls(instance: &Instance) -> PathBuf {
    dir(instance).join("tls")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::instance::Name;

    #[test]
    fn the_files_of_the_checkout_can_be_rendered() {
        let instance = Instance {
            name: Name::Test,
            checkout: Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned(),
            dir: "/x".into(),
        };
        let counts: Counts = "gateway=2".parse().unwrap();

        let fixed = rendered(&instance, STATIC, &static_values(&instance)).unwrap();
        let dynamic = rendered(&instance, DYNAMIC, &dynamic_values(&instance, &counts)).unwrap();

        for line in [
            "    address: \"127.0.0.1:18088\"",
            "    address: \"127.0.0.1:18443\"",
            "    address: \"127.0.0.1:18089\"",
            "    filename: \"/x/traefik/gateway.yaml\"",
            "  filePath: \"/x/logs/traefik-access.log\"",
        ] {
            assert!(fixed.lines().any(|other| other == line), "{line}\n{fixed}");
        }
        let gateways = "servers: [{ url: \"http://127.0.0.1:18080\" }, { url: \"http://127.0.0.1:18100\" }]";
        assert_eq!(dynamic.matches(gateways).count(), 2, "{dynamic}");
        assert!(
            dynamic.contains("certFile: \"/x/traefik/tls/cert.pem\""),
            "{dynamic}"
        );
    }
}
