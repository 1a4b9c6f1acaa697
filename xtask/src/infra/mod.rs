//! Postgres, RabbitMQ, Redis and Elasticsearch: private instances, or those that the environment names.

mod account;
mod data;
pub mod databases;
mod distribution;
mod elasticsearch;
pub mod install;
mod part;
pub mod postgres;
mod rabbitmq;
mod redis;
mod status;
pub mod url;

use std::thread;
use std::time::Instant;

use anyhow::{Result, anyhow};
use serde::{Deserialize, Serialize};

use crate::instance::{Instance, Name, Part};
use crate::secrets::Secrets;
use crate::services::roles;
use crate::{files, process};

pub use part::{kill, start, stop};
pub use status::status;

/// Where the infrastructure is; the content of `infra.json`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Infra {
    /// The admin of Postgres, in the database for tests.
    pub postgres_url: String,
    /// The broker.
    pub amqp_url: String,
    /// The revocations.
    pub redis_url: String,
    /// Elasticsearch, if it runs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub elasticsearch_url: Option<String>,
}

/// What `up` found or did.
pub struct Up {
    /// Where everything is.
    pub infra: Infra,
    /// Passwords and keys.
    pub secrets: Secrets,
    /// What it started itself, to be stopped by whoever stops it.
    pub started: Vec<Part>,
}

/// Bring up those of these parts that are not up; the caller holds the lock of the instance.
pub fn up(instance: &Instance, parts: &[Part]) -> Result<Up> {
    let begun = Instant::now();
    let own: Vec<Part> = parts
        .iter()
        .copied()
        .filter(|part| overridden(instance, *part).is_none())
        .collect();
    install::ensure(instance, &own, overridden(instance, Part::Postgres).is_some())?;
    let secrets = Secrets::open(instance, &roles())?;
    let mut infra = addresses(instance, &secrets);
    if parts.contains(&Part::Elasticsearch) || !process::find(instance, Part::Elasticsearch.name()).is_empty()
    {
        infra.elasticsearch_url = Some(elasticsearch_url(instance));
    }

    let started = thread::scope(|scope| {
        let (secrets, infra) = (&secrets, &infra);
        let work: Vec<_> = parts
            .iter()
            .copied()
            .map(|part| {
                (
                    part,
                    scope.spawn(move || bring_up(instance, part, secrets, infra)),
                )
            })
            .collect();
        let mut started = Vec::new();
        let mut failure = None;
        for (part, handle) in work {
            match handle
                .join()
                .unwrap_or_else(|_| Err(anyhow!("Starting {} panicked", part.name())))
            {
                Ok(true) => started.push(part),
                Ok(false) => {}
                Err(error) => failure = failure.or(Some(error)),
            }
        }
        let Some(failure) = failure else {
            return Ok(started);
        };
        // Whoever called cannot know what to stop.
        stop_parts(instance, &started)?;
        Err(failure)
    })?;
    files::write_json(&instance.dir.join("infra.json"), &infra)?;
    println!("infra is up after {:.1} s", begun.elapsed().as_secs_f32());
    Ok(Up {
        infra,
        secrets,
        started,
    })
}

/// Stop all parts that are ours.
pub fn down(instance: &Instance) -> Result<()> {
    stop_parts(instance, &Part::ALL)
}

/// Stop some parts; `infra.json` goes first, so that nobody looks for what is not there.
pub fn stop_parts(instance: &Instance, parts: &[Part]) -> Result<()> {
    if !parts.is_empty() {
        files::remove(&instance.dir.join("infra.json"))?;
    }
    thread::scope(|scope| {
        for part in parts {
            scope.spawn(move || part::stop(instance, *part));
        }
    });
    Ok(())
}

/// Stop everything and remove all data, so that the next start is from nothing.
pub fn wipe(instance: &Instance) -> Result<()> {
    down(instance)?;
    Part::ALL
        .into_iter()
        .try_for_each(|part| data::remove(instance, part))
}

/// The address of a part that the environment names. Tests always make their own: they begin by removing data.
pub fn overridden(instance: &Instance, part: Part) -> Option<String> {
    if instance.name != Name::Dev {
        return None;
    }
    let variable = match part {
        Part::Postgres => "DATABASE_URL",
        Part::Rabbitmq => "AMQP_URL",
        Part::Redis => "REDIS_URL",
        Part::Elasticsearch => "ELASTICSEARCH_URL",
    };
    std::env::var(variable).ok().filter(|url| !url.is_empty())
}

fn bring_up(instance: &Instance, part: Part, secrets: &Secrets, infra: &Infra) -> Result<bool> {
    let started = match overridden(instance, part) {
        Some(_) => false,
        None => part::start_if_needed(instance, part, secrets)?,
    };
    if part == Part::Rabbitmq && overridden(instance, part).is_none() {
        rabbitmq::set_policies(instance)?;
    }
    if part == Part::Postgres {
        let admin = overridden(instance, part).map_or_else(|| admin_url(infra), Ok)?;
        databases::ensure(&admin, secrets)?;
    }
    Ok(started)
}

/// Has a Postgres of ours write down all it has, and remove the files of what was dropped: when it is killed, it syncs
/// every file before it answers again.
pub fn checkpoint(instance: &Instance) -> Result<()> {
    if overridden(instance, Part::Postgres).is_some() {
        return Ok(());
    }
    let secrets = Secrets::open(instance, &roles())?;
    postgres::psql(&admin_url(&addresses(instance, &secrets))?, "checkpoint").map(drop)
}

/// The admin's URL in a database that is always there.
fn admin_url(infra: &Infra) -> Result<String> {
    url::with_login(&infra.postgres_url, None, "postgres")
}

fn addresses(instance: &Instance, secrets: &Secrets) -> Infra {
    let port = |part| instance.part_port(part);
    let postgres_url = match overridden(instance, Part::Postgres) {
        Some(admin) => url::with_login(&admin, None, databases::TEST_DATABASE).unwrap_or(admin),
        None => format!(
            "postgres://{}:{}@127.0.0.1:{}/{}",
            postgres::SUPERUSER,
            secrets.postgres,
            port(Part::Postgres),
            databases::TEST_DATABASE
        ),
    };
    let amqp_url = overridden(instance, Part::Rabbitmq).unwrap_or_else(|| {
        let name = rabbitmq::NAME;
        format!(
            "amqp://{name}:{}@127.0.0.1:{}/{name}",
            secrets.rabbitmq,
            port(Part::Rabbitmq)
        )
    });
    let redis_url = overridden(instance, Part::Redis)
        .unwrap_or_else(|| format!("redis://:{}@127.0.0.1:{}/0", secrets.redis, port(Part::Redis)));
    Infra {
        postgres_url,
        amqp_url,
        redis_url,
        elasticsearch_url: None,
    }
}

fn elasticsearch_url(instance: &Instance) -> String {
    let part = Part::Elasticsearch;
    overridden(instance, part).unwrap_or_else(|| format!("http://127.0.0.1:{}", instance.part_port(part)))
}
