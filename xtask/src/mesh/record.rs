//! What is kept about running services: one private file each, and `run.json` for scripts.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

use crate::files;
use crate::infra::Infra;
use crate::instance::Instance;
use crate::services::{SERVICES, Service};

/// How a service was started, so that it can be started again in the same way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// Its process; 0 when it was stopped on purpose.
    pub pid: i32,
    /// Its program.
    pub binary: PathBuf,
    /// Size and time of the program: a rebuilt one is started anew.
    pub build: String,
    /// Its environment.
    pub env: BTreeMap<String, String>,
}

impl Record {
    /// The record of a service, if it was ever started.
    pub fn read(instance: &Instance, service: &Service) -> Result<Option<Self>> {
        files::read_json(&path(instance, service))
    }

    /// Keep it.
    pub fn write(&self, instance: &Instance, service: &Service) -> Result<()> {
        files::write_json(&path(instance, service), self)
    }
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

/// The content of `run.json`.
#[derive(Debug, Serialize, Deserialize)]
pub struct Run {
    gateway_url: String,
    admin: Admin,
    services: BTreeMap<String, Running>,
    postgres_url: String,
    amqp_url: String,
    redis_url: String,
}

/// The first admin.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Admin {
    /// Login name.
    pub email: String,
    /// Password.
    pub password: String,
}

#[derive(Debug, Serialize, Deserialize)]
struct Running {
    url: String,
    pid: i32,
}

/// Write `run.json` from the records.
pub fn write_run(instance: &Instance, infra: &Infra, admin: &Admin) -> Result<()> {
    let mut services = BTreeMap::new();
    for service in SERVICES {
        if let Some(record) = Record::read(instance, service)? {
            services.insert(
                service.name.to_owned(),
                Running {
                    url: url(instance, service),
                    pid: record.pid,
                },
            );
        }
    }
    let run = Run {
        gateway_url: SERVICES
            .iter()
            .find(|s| s.name == "gateway")
            .map(|s| url(instance, s))
            .unwrap_or_default(),
        admin: admin.clone(),
        services,
        postgres_url: infra.postgres_url.clone(),
        amqp_url: infra.amqp_url.clone(),
        redis_url: infra.redis_url.clone(),
    };
    files::write_json(&run_path(instance), &run)
}

/// Change the pid of one service in `run.json`, if there is one.
pub fn update_run(instance: &Instance, service: &Service, pid: i32) -> Result<()> {
    let Some(mut run) = files::read_json::<Run>(&run_path(instance))? else {
        return Ok(());
    };
    run.services.insert(
        service.name.to_owned(),
        Running {
            url: url(instance, service),
            pid,
        },
    );
    files::write_json(&run_path(instance), &run)
}

/// Where `run.json` lies.
pub fn run_path(instance: &Instance) -> PathBuf {
    instance.dir.join("run.json")
}

/// Where a service listens.
pub fn url(instance: &Instance, service: &Service) -> String {
    let host = if service.name == "gateway" {
        "localhost"
    } else {
        "127.0.0.1"
    };
    format!("http://{host}:{}", instance.port(service.port))
}

fn path(instance: &Instance, service: &Service) -> PathBuf {
    instance
        .dir
        .join("services")
        .join(format!("{}.json", service.name))
}
