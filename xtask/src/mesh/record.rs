//! What is kept about running services: one private file for each replica.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use anyhow::{Context, Result, ensure};
use serde::{Deserialize, Serialize};

use crate::instance::Instance;
use crate::replicas::Replica;
use crate::services::by_name;
use crate::{files, process};

/// How a replica was started, so that it can be started again in the same way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// Its process; 0 when it was stopped on purpose.
    pub pid: i32,
    /// Its program.
    pub binary: PathBuf,
    /// Size and time of the program: a rebuilt one is started anew.
    pub build: String,
    /// What it is called with.
    #[serde(default = "serve")]
    pub arguments: Vec<String>,
    /// Its environment.
    pub env: BTreeMap<String, String>,
    /// What its configuration file says, if it has one: a new text is a new start.
    #[serde(default)]
    pub config: String,
}

/// The arguments of a service.
pub fn serve() -> Vec<String> {
    vec!["serve".to_owned()]
}

impl Record {
    /// The record of a replica, if it was ever started.
    pub fn read(instance: &Instance, replica: Replica) -> Result<Option<Self>> {
        files::read_json(&path(instance, replica))
    }

    /// Keep it.
    pub fn write(&self, instance: &Instance, replica: Replica) -> Result<()> {
        files::write_json(&path(instance, replica), self)
    }

    /// Forget a replica that is no longer wanted.
    pub fn remove(instance: &Instance, replica: Replica) -> Result<()> {
        files::remove(&path(instance, replica))
    }
}

/// Every replica that was started and not given up since.
pub fn recorded(instance: &Instance) -> Vec<Replica> {
    let entries = fs::read_dir(dir(instance)).into_iter().flatten().flatten();
    entries
        .filter_map(|entry| {
            let name = entry.file_name();
            Replica::named(name.to_str()?.strip_suffix(".json")?)
        })
        .collect()
}

/// The same, and what runs without a record.
pub fn known(instance: &Instance) -> Vec<Replica> {
    let running = process::running(instance);
    let running = running.iter().filter_map(|name| Replica::named(name));
    let mut all: Vec<Replica> = recorded(instance).into_iter().chain(running).collect();
    all.sort_by_key(|replica| replica.rank());
    all.dedup();
    all
}

/// A program of ours that is no service: it lies beside those that run, being built with them.
pub fn beside_services(instance: &Instance, program: &str) -> Result<PathBuf> {
    let gateway = Record::read(instance, Replica::first(by_name("gateway")?))?;
    let path = gateway
        .context("The gateway was never started")?
        .binary
        .with_file_name(program);
    ensure!(
        path.is_file(),
        "{} is not built: this mesh was started by an older xtask; run `cargo xtask up` again",
        path.display()
    );
    Ok(path)
}

/// Size and time of a program.
pub fn build_of(binary: &Path) -> Result<String> {
    let meta = fs::metadata(binary).with_context(|| format!("{} is not built", binary.display()))?;
    let nanos = meta
        .modified()?
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default()
        .as_nanos();
    Ok(format!("{}-{nanos}", meta.len()))
}

fn path(instance: &Instance, replica: Replica) -> PathBuf {
    dir(instance).join(format!("{replica}.json"))
}

fn dir(instance: &Instance) -> PathBuf {
    instance.dir.join("services")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::instance::Name;

    fn instance(name: &str) -> Instance {
        let dir = std::env::temp_dir().join(format!("souk-record-{}-{name}", std::process::id()));
        Instance {
            name: Name::Test,
            checkout: dir.clone(),
            dir,
        }
    }

    fn record(pid: i32) -> Record {
        Record {
            pid,
            binary: "/bin/true".into(),
            build: String::new(),
            arguments: serve(),
            env: BTreeMap::new(),
            config: String::new(),
        }
    }

    #[test]
    fn what_was_started_is_known_until_it_is_given_up() {
        let instance = instance("known");
        for name in ["gateway", "order-svc#2", "order-svc"] {
            record(0).write(&instance, Replica::named(name).unwrap()).unwrap();
        }
        let names = || -> Vec<String> { known(&instance).into_iter().map(Replica::name).collect() };

        assert_eq!(names(), ["order-svc", "order-svc#2", "gateway"]);
        Record::remove(&instance, Replica::named("order-svc#2").unwrap()).unwrap();
        assert_eq!(names(), ["order-svc", "gateway"]);
        fs::remove_dir_all(&instance.dir).unwrap();
    }

    #[test]
    fn a_record_without_arguments_is_one_of_a_service() {
        let old = json!({"pid": 0, "binary": "/b", "build": "", "env": {}});

        let record: Record = serde_json::from_value(old).unwrap();

        assert_eq!((record.arguments, record.config), (serve(), String::new()));
    }
}
