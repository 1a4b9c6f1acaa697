//! A private Elasticsearch of one node.

use std::env::VarError;
use std::fs;
use std::path::Path;
use std::process::Child;

use anyhow::{Context, Result, bail, ensure};

use super::account::Account;
use super::{data, distribution};
use crate::http::status_of;
use crate::instance::{Instance, Part};
use crate::process;
use crate::secrets::Secrets;

/// The heap, as Java writes sizes.
const HEAP_VARIABLE: &str = "SOUK_ELASTICSEARCH_HEAP";
const DEFAULT_HEAP: &str = "512m";

/// Start it.
pub fn start(instance: &Instance, secrets: &Secrets) -> Result<Child> {
    let distribution = distribution::find(instance)?;
    let account = Account::of(Part::Elasticsearch)?;
    let dir = data::prepare(instance, Part::Elasticsearch, &account, secrets)?;
    // It writes a key store beside its configuration.
    for name in ["config", "config/jvm.options.d", "data", "log", "tmp", "home"] {
        account.make_dir(&dir.join(name))?;
    }
    let config = dir.join("config");
    let shared = instance.checkout.join("infra/elasticsearch");
    let settings = read(&shared.join("elasticsearch.yml"))? + &own_settings(instance, &dir);
    account.write(&config.join("elasticsearch.yml"), &settings)?;
    account.write(
        &config.join("log4j2.properties"),
        &read(&shared.join("log4j2.properties"))?,
    )?;
    account.write(
        &config.join("jvm.options"),
        &read(&distribution.home.join("config/jvm.options"))?,
    )?;
    let heap = heap(std::env::var(HEAP_VARIABLE))?;
    let options = read(&shared.join("jvm.options"))? + &format!("-Xms{heap}\n-Xmx{heap}\n");
    account.write(&config.join("jvm.options.d/souk.options"), &options)?;

    let mut command = account.command(&distribution.home.join("bin/elasticsearch"));
    command
        .env("HOME", dir.join("home"))
        .env("ES_PATH_CONF", &config)
        .env("ES_TMPDIR", dir.join("tmp"))
        .current_dir(&dir);
    if let Some(java) = &distribution.java_home {
        command.env("ES_JAVA_HOME", java);
    }
    process::spawn(command, instance, Part::Elasticsearch.name())
}

fn own_settings(instance: &Instance, dir: &Path) -> String {
    let port = instance.part_port(Part::Elasticsearch);
    format!(
        "\ncluster.name: souk-{}\nnetwork.host: 127.0.0.1\nhttp.port: {port}\ntransport.port: {}\n\
         path.data: \"{dir}/data\"\npath.logs: \"{dir}/log\"\n",
        instance.label(),
        transport_port(port),
        dir = dir.display(),
    )
}

/// The port of the transport between nodes, beside the one of HTTP.
pub fn transport_port(http: u16) -> u16 {
    http.saturating_add(1)
}

/// Whether it answers and all primary shards are available. `GET /` is missing in the distribution without modules.
pub fn is_ready(port: u16) -> bool {
    status_of(port, "/_cluster/health?wait_for_status=yellow&timeout=2s") == Some(200)
}

fn heap(variable: Result<String, VarError>) -> Result<String> {
    let heap = match variable {
        Ok(heap) if !heap.is_empty() => heap,
        Ok(_) | Err(VarError::NotPresent) => return Ok(DEFAULT_HEAP.to_owned()),
        Err(VarError::NotUnicode(_)) => bail!("{HEAP_VARIABLE} is not UTF-8"),
    };
    let number = heap.strip_suffix(['m', 'M', 'g', 'G']).unwrap_or_default();
    ensure!(
        number.parse::<u32>().is_ok_and(|number| number > 0),
        "{HEAP_VARIABLE} is a size such as 512m or 4g, not `{heap}`"
    );
    Ok(heap)
}

fn read(path: &Path) -> Result<String> {
    fs::read_to_string(path).with_context(|| format!("Cannot read {}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::instance::Name;

    #[test]
    fn a_node_listens_on_loopback_only_with_ports_and_directories_of_its_own() {
        let instance = Instance {
            name: Name::Test,
            checkout: "/x".into(),
            dir: "/x/.souk/test".into(),
        };

        let settings = own_settings(&instance, Path::new("/data dir"));

        for line in [
            "cluster.name: souk-test",
            "network.host: 127.0.0.1",
            "http.port: 29200",
            "transport.port: 29201",
            "path.data: \"/data dir/data\"",
            "path.logs: \"/data dir/log\"",
        ] {
            assert!(settings.lines().any(|other| other == line), "{line}\n{settings}");
        }
    }

    #[test]
    fn the_heap_is_a_size_or_the_default() {
        assert_eq!(heap(Err(VarError::NotPresent)).unwrap(), "512m");
        assert_eq!(heap(Ok(String::new())).unwrap(), "512m");
        assert_eq!(heap(Ok("2g".to_owned())).unwrap(), "2g");
        for wrong in ["512", "g", "0m", "1g\n-XX:+UseSerialGC", "-1g"] {
            let reason = heap(Ok(wrong.to_owned())).unwrap_err().to_string();
            assert!(reason.contains(HEAP_VARIABLE), "{wrong}: {reason}");
        }
    }
}
