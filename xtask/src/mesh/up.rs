//! `cargo xtask up`: from nothing to a mesh that answers.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow, bail};

use super::record::{self, Record, build_of, serve};
use super::run::{self, Admin};
use super::{detour, environment, keys, progress, service};
use crate::files::Lock;
use crate::infra::{self, Infra, Up, databases};
use crate::instance::{Instance, Part};
use crate::replicas::{Counts, Replica};
use crate::search_backend::SearchBackend;
use crate::services::{SERVICES, TRAEFIK};
use crate::{cargo, interrupt, process, traefik};

/// How to bring the mesh up.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Optimized programs.
    pub release: bool,
    /// Rate limits of the gateway.
    pub limits: bool,
    /// How many processes of each service.
    pub replicas: Counts,
    /// Traefik before the gateways.
    pub traefik: bool,
    /// Where search-svc keeps its index.
    pub search: SearchBackend,
    /// Programs that were built elsewhere, instead of those of this checkout.
    pub programs: Option<PathBuf>,
}

/// What was started by this call, and is stopped with it.
#[derive(Default)]
pub struct Started {
    /// Replicas, with their processes.
    pub services: Vec<(Replica, Child)>,
    /// Parts of the infrastructure.
    pub parts: Vec<Part>,
}

/// Bring everything up; what is healthy and current is left alone. What was started is noted also when it fails.
pub fn up(instance: &Instance, options: &Options, started: &mut Started) -> Result<()> {
    let begun = Instant::now();
    options.replicas.must_suit(options.search)?;
    let _lock = Lock::take(&instance.dir)?;
    let front = options.traefik.then(|| traefik::program(instance)).transpose()?;
    let (up, programs) = infra_and_build(instance, options, started)?;
    keys::begin(instance, &up.secrets)?;
    if options.replicas.is_many() {
        databases::must_allow(&up.infra.postgres_url, &options.replicas)?;
    }
    detour::prepare(instance)?;
    let wanted = wanted(instance, options, &up, &programs, front)?;
    let others = others(instance, &wanted);
    let mut plan = Vec::new();
    for (replica, record) in wanted {
        if !is_current(instance, replica, &record)? {
            plan.push((replica, record));
        }
    }
    let stale: Vec<Replica> = plan.iter().map(|(replica, _)| *replica).collect();
    // Before anything is stopped: what runs goes on if the rest cannot be had.
    for replica in &stale {
        service::must_find_ports_free(instance, *replica)?;
    }
    service::stop(instance, &[stale, others.clone()].concat())?;
    others
        .into_iter()
        .try_for_each(|replica| Record::remove(instance, replica))?;
    migrate(&plan, &up)?;

    for (replica, record) in plan {
        started
            .services
            .push((replica, service::spawn(instance, replica, record)?));
    }
    wait_for_all(instance, &mut started.services)?;
    let admin = Admin {
        email: "admin@souk.example".to_owned(),
        password: up.secrets.admin.clone(),
    };
    create_admin(instance, &programs, &up, &admin)?;
    run::write(instance, &up.infra, &admin, &options.replicas, options.traefik)?;
    print_summary(instance, options, &up.infra, &admin, begun);
    Ok(())
}

/// What is to run, and how. Traefik comes last: it waits for a gateway.
fn wanted(
    instance: &Instance,
    options: &Options,
    up: &Up,
    programs: &Path,
    front: Option<PathBuf>,
) -> Result<Vec<(Replica, Record)>> {
    let mut wanted = Vec::new();
    for replica in options.replicas.all() {
        wanted.push((replica, record_of(instance, replica, options, up, programs)?));
    }
    if let Some(program) = front {
        let record = traefik::prepare(instance, &options.replicas, program)?;
        wanted.push((Replica::first(&TRAEFIK), record));
    }
    Ok(wanted)
}

/// How a replica is to run.
pub(super) fn record_of(
    instance: &Instance,
    replica: Replica,
    options: &Options,
    up: &Up,
    programs: &Path,
) -> Result<Record> {
    let binary = programs.join(replica.service.name);
    Ok(Record {
        pid: 0,
        build: build_of(&binary)?,
        binary,
        arguments: serve(),
        env: environment::of(instance, replica, &up.infra, &up.secrets, options)?,
        config: String::new(),
    })
}

/// Replicas of an earlier `up` that wanted more of them.
fn others(instance: &Instance, wanted: &[(Replica, Record)]) -> Vec<Replica> {
    record::known(instance)
        .into_iter()
        .filter(|known| wanted.iter().all(|(replica, _)| replica != known))
        .collect()
}

/// The infrastructure boots while cargo builds.
fn infra_and_build(instance: &Instance, options: &Options, started: &mut Started) -> Result<(Up, PathBuf)> {
    thread::scope(|scope| {
        let infra = scope.spawn(|| infra::up(instance, options.search.parts()));
        let programs = match &options.programs {
            Some(programs) => Ok(programs.clone()),
            None => cargo::build(instance, options.release),
        };
        let infra = infra
            .join()
            .unwrap_or_else(|_| Err(anyhow!("Starting the infrastructure panicked")))?;
        started.parts.clone_from(&infra.started);
        Ok((infra, programs?))
    })
}

/// Whether it runs as the record says and is ready.
fn is_current(instance: &Instance, replica: Replica, wanted: &Record) -> Result<bool> {
    let Some(mut known) = Record::read(instance, replica)? else {
        return Ok(false);
    };
    let running = process::find(instance, &replica.name());
    let runs = running.iter().any(|process| process.pid == known.pid);
    known.pid = wanted.pid;
    Ok(runs && known == *wanted && service::is_up(instance, replica))
}

/// Migrate every database with other programs than those that run: a rolling upgrade begins with it.
pub fn migrate_to(instance: &Instance, programs: &Path) -> Result<()> {
    let _lock = Lock::take(&instance.dir)?;
    let up = infra::up(instance, &Part::CORE)?;
    let mut plan = Vec::new();
    for replica in record::known(instance) {
        let record = Record::read(instance, replica)?;
        plan.extend(record.map(|record| {
            let binary = programs.join(replica.service.name);
            (replica, Record { binary, ..record })
        }));
    }
    migrate(&plan, &up)
}

/// Once for each database, however many replicas there are.
pub(super) fn migrate(plan: &[(Replica, Record)], up: &Up) -> Result<()> {
    let mut seen = BTreeSet::new();
    let with_database: Vec<_> = plan
        .iter()
        .filter(|(replica, _)| replica.service.database().is_some_and(|name| seen.insert(name)))
        .collect();
    thread::scope(|scope| {
        let work: Vec<_> = with_database
            .into_iter()
            .map(|(replica, record)| {
                let service = replica.service;
                scope.spawn(move || {
                    let env = environment::for_migration(service, &record.env, &up.infra, &up.secrets)?;
                    execute(&record.binary, "migrate", &env)
                        .with_context(|| format!("{} migrate", service.name))
                })
            })
            .collect();
        work.into_iter().try_for_each(|handle| {
            handle
                .join()
                .unwrap_or_else(|_| Err(anyhow!("A migration panicked")))
        })
    })
}

fn create_admin(instance: &Instance, programs: &Path, up: &Up, admin: &Admin) -> Result<()> {
    let user_svc = crate::services::by_name("user-svc")?;
    let record = Record::read(instance, Replica::first(user_svc))?.context("user-svc was not started")?;
    let mut env = record.env;
    if let Some(database) = user_svc.database() {
        // Straight, also where the service itself is led around.
        let url = databases::service_url(&up.infra.postgres_url, &up.secrets, &database)?;
        env.insert("DATABASE_URL".to_owned(), url);
    }
    env.insert("ADMIN_EMAIL".to_owned(), admin.email.clone());
    env.insert("ADMIN_PASSWORD".to_owned(), admin.password.clone());
    execute(&programs.join("user-svc"), "create-admin", &env).context("Cannot make the admin")
}

/// Run a command of a service to its end.
fn execute(binary: &Path, subcommand: &str, env: &BTreeMap<String, String>) -> Result<()> {
    let output = Command::new(binary)
        .arg(subcommand)
        .env_clear()
        .envs(env)
        .stdin(Stdio::null())
        .output()
        .with_context(|| format!("Cannot start {}", binary.display()))?;
    if !output.status.success() {
        let said = [output.stdout, output.stderr].concat();
        bail!("it failed:\n{}", String::from_utf8_lossy(&said).trim());
    }
    Ok(())
}

fn wait_for_all(instance: &Instance, services: &mut [(Replica, Child)]) -> Result<()> {
    let names = services.iter().map(|(replica, _)| replica.name());
    let mut progress = progress::Progress::new(names.collect());
    let end = Instant::now() + Duration::from_secs(60);
    while !progress.is_done() {
        for (replica, child) in &mut *services {
            let name = replica.name();
            if progress.is_waiting_for(&name) {
                if matches!(child.try_wait(), Ok(Some(_))) {
                    bail!("{}", service::death(instance, *replica));
                }
                if service::is_up(instance, *replica) {
                    progress.ready(&name);
                }
            }
        }
        if interrupt::came() {
            bail!("Interrupted");
        }
        if Instant::now() > end {
            bail!(
                "{} not ready after a minute: see `cargo xtask logs <service>`",
                progress.waiting().join(", ")
            );
        }
        thread::sleep(Duration::from_millis(50));
    }
    Ok(())
}

fn print_summary(instance: &Instance, options: &Options, infra: &Infra, admin: &Admin, begun: Instant) {
    let gateways: Vec<String> = SERVICES
        .iter()
        .filter(|service| service.name == "gateway")
        .flat_map(|service| options.replicas.of(service))
        .map(|replica| replica.url(instance))
        .collect();
    let traefik = traefik::Addresses::of(instance);
    let url = if options.traefik {
        &traefik.https_url
    } else {
        gateways.first().unwrap_or(&traefik.https_url)
    };
    println!(
        "\nThe mesh is ready after {:.1} s.\n",
        begun.elapsed().as_secs_f32()
    );
    println!("  API        {url}/api/v1");
    println!("  Documents  {url}/docs  {url}/redoc");
    if options.traefik {
        println!("  HTTP       {} leads to HTTPS", traefik.http_url);
        println!("  To trust   {}", traefik.certificate.display());
        println!("  Gateways   {}", gateways.join("  "));
    }
    if let (SearchBackend::Elasticsearch, Some(url)) = (options.search, &infra.elasticsearch_url) {
        println!("  Search     Elasticsearch at {url}");
    }
    println!("  Admin      {} / {}", admin.email, admin.password);
    println!("  For tools  {}\n", run::path(instance).display());
}
