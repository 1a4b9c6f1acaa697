//! `run.json`: what runs where, for scripts.

use std::collections::BTreeMap;
use std::path::PathBuf;

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

use super::record::Record;
use crate::infra::Infra;
use crate::instance::Instance;
use crate::replicas::{Counts, Replica};
use crate::services::{SERVICES, TRAEFIK};
use crate::{files, traefik};

/// The content of `run.json`.
#[derive(Debug, Serialize, Deserialize)]
pub struct Run {
    /// Where clients go.
    pub gateway_url: String,
    /// Who may do everything.
    pub admin: Admin,
    services: BTreeMap<String, Running>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    traefik: Option<Front>,
    /// The superuser of all databases.
    pub postgres_url: String,
    /// The broker.
    pub amqp_url: String,
    redis_url: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    elasticsearch_url: Option<String>,
}

/// The first admin.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Admin {
    /// Login name.
    pub email: String,
    /// Password.
    pub password: String,
}

/// A service: its first replica, as it has always been told, and all of them.
#[derive(Debug, Serialize, Deserialize)]
struct Running {
    #[serde(flatten)]
    first: Process,
    #[serde(default)]
    replicas: Vec<Process>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Process {
    url: String,
    pid: i32,
}

/// Traefik: where it is, and whose certificate to trust.
#[derive(Debug, Serialize, Deserialize)]
struct Front {
    #[serde(flatten)]
    addresses: traefik::Addresses,
    pid: i32,
}

/// Write `run.json` from the records of what is wanted.
pub fn write(
    instance: &Instance,
    infra: &Infra,
    admin: &Admin,
    counts: &Counts,
    with_traefik: bool,
) -> Result<()> {
    let pid = |replica| anyhow::Ok(Record::read(instance, replica)?.map_or(0, |record| record.pid));
    let process = |replica: Replica| {
        anyhow::Ok(Process {
            url: replica.url(instance),
            pid: pid(replica)?,
        })
    };
    let mut services = BTreeMap::new();
    for service in SERVICES {
        let replicas = counts.of(service).map(process).collect::<Result<Vec<_>>>()?;
        if let Some(first) = replicas.first().cloned() {
            services.insert(service.name.to_owned(), Running { first, replicas });
        }
    }
    let front = || {
        anyhow::Ok(Front {
            addresses: traefik::Addresses::of(instance),
            pid: pid(Replica::first(&TRAEFIK))?,
        })
    };
    let run = Run {
        gateway_url: services
            .get("gateway")
            .map(|gateway| gateway.first.url.clone())
            .unwrap_or_default(),
        admin: admin.clone(),
        services,
        traefik: with_traefik.then(front).transpose()?,
        postgres_url: infra.postgres_url.clone(),
        amqp_url: infra.amqp_url.clone(),
        redis_url: infra.redis_url.clone(),
        elasticsearch_url: infra.elasticsearch_url.clone(),
    };
    files::write_json(&path(instance), &run)
}

/// Change the pid of one replica in `run.json`, if there is one.
pub fn update(instance: &Instance, replica: Replica, pid: i32) -> Result<()> {
    let Some(mut run) = files::read_json::<Run>(&path(instance))? else {
        return Ok(());
    };
    run.set_pid(instance, replica, pid);
    files::write_json(&path(instance), &run)
}

impl Run {
    /// What runs in this instance.
    pub fn read(instance: &Instance) -> Result<Self> {
        files::read_json(&path(instance))?.with_context(|| {
            format!(
                "No mesh runs in the {} instance: run `cargo xtask up`",
                instance.label()
            )
        })
    }

    fn set_pid(&mut self, instance: &Instance, replica: Replica, pid: i32) {
        let url = replica.url(instance);
        if let Some(front) = self.traefik.as_mut().filter(|_| replica.service == &TRAEFIK) {
            front.pid = pid;
        }
        if let Some(running) = self.services.get_mut(replica.service.name) {
            let all = running.replicas.iter_mut().chain([&mut running.first]);
            all.filter(|process| process.url == url)
                .for_each(|process| process.pid = pid);
        }
    }
}

/// Where `run.json` lies.
pub fn path(instance: &Instance) -> PathBuf {
    instance.dir.join("run.json")
}

#[cfg(test)]
mod tests {
    use std::fs;

    use serde_json::{Value, json};

    use super::*;
    use crate::instance::Name;
    use crate::mesh::record::serve;

    #[test]
    fn scripts_find_the_first_replica_where_it_always_was() {
        let dir = std::env::temp_dir().join(format!("souk-run-{}", std::process::id()));
        let instance = Instance {
            name: Name::Test,
            checkout: dir.clone(),
            dir,
        };
        let counts: Counts = "order-svc=2".parse().unwrap();
        for (name, pid) in [("order-svc", 11), ("order-svc#2", 12)] {
            let replica = Replica::named(name).unwrap();
            let record = Record {
                pid,
                binary: "/bin/true".into(),
                build: String::new(),
                arguments: serve(),
                env: BTreeMap::new(),
                config: String::new(),
            };
            record.write(&instance, replica).unwrap();
        }
        let infra = Infra {
            postgres_url: String::new(),
            amqp_url: String::new(),
            redis_url: String::new(),
            elasticsearch_url: None,
        };
        let admin = Admin {
            email: String::new(),
            password: String::new(),
        };

        write(&instance, &infra, &admin, &counts, false).unwrap();
        update(&instance, Replica::named("order-svc#2").unwrap(), 13).unwrap();

        let run: Value = files::read_json(&path(&instance)).unwrap().unwrap();
        fs::remove_dir_all(&instance.dir).unwrap();
        assert_eq!(
            run["services"]["order-svc"],
            json!({
                "url": "http://127.0.0.1:18105",
                "pid": 11,
                "replicas": [
                    {"url": "http://127.0.0.1:18105", "pid": 11},
                    {"url": "http://127.0.0.1:18125", "pid": 13}
                ]
            })
        );
        assert_eq!(run["gateway_url"], "http://localhost:18080");
        assert!(run.get("traefik").is_none() && run.get("elasticsearch_url").is_none());
    }
}
