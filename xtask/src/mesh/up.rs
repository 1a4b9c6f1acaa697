//! `cargo xtask up`: from nothing to a mesh that answers.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow, bail};

use super::record::{self, Admin, Record, build_of};
use super::{environment, progress, service};
use crate::files::Lock;
use crate::http::status_of;
use crate::infra::{self, Up};
use crate::instance::{Instance, Part};
use crate::services::{SERVICES, Service};
use crate::{cargo, interrupt, process};

/// How to bring the mesh up.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    /// Optimized programs.
    pub release: bool,
    /// Rate limits of the gateway.
    pub limits: bool,
}

/// What was started by this call, and is stopped with it.
#[derive(Default)]
pub struct Started {
    /// Services, with their processes.
    pub services: Vec<(&'static Service, Child)>,
    /// Parts of the infrastructure.
    pub parts: Vec<Part>,
}

/// Bring everything up; what is healthy and current is left alone. What was started is noted also when it fails.
pub fn up(instance: &Instance, options: Options, started: &mut Started) -> Result<()> {
    let begun = Instant::now();
    let _lock = Lock::take(&instance.dir)?;
    let (up, programs) = infra_and_build(instance, options.release, started)?;
    let mut plan = Vec::new();
    for service in SERVICES {
        let env = environment::of(instance, service, &up.infra, &up.secrets, options.limits)?;
        let binary = programs.join(service.name);
        let record = Record {
            pid: 0,
            build: build_of(&binary)?,
            binary,
            env,
        };
        if !is_current(instance, service, &record)? {
            plan.push((service, record));
        }
    }
    let names: Vec<&Service> = plan.iter().map(|(service, _)| *service).collect();
    service::stop(instance, &names)?;
    migrate(&plan, &up)?;

    for (service, record) in plan {
        started
            .services
            .push((service, service::spawn(instance, service, record)?));
    }
    wait_for_all(instance, &mut started.services)?;
    let admin = Admin {
        email: "admin@souk.example".to_owned(),
        password: up.secrets.admin.clone(),
    };
    create_admin(instance, &programs, &admin)?;
    record::write_run(instance, &up.infra, &admin)?;
    print_summary(instance, &admin, begun);
    Ok(())
}

/// The infrastructure boots while cargo builds.
fn infra_and_build(instance: &Instance, release: bool, started: &mut Started) -> Result<(Up, PathBuf)> {
    thread::scope(|scope| {
        let infra = scope.spawn(|| infra::up(instance));
        let programs = cargo::build(instance, release);
        let infra = infra
            .join()
            .unwrap_or_else(|_| Err(anyhow!("Starting the infrastructure panicked")))?;
        started.parts.clone_from(&infra.started);
        Ok((infra, programs?))
    })
}

/// Whether it runs as the record says and is ready.
fn is_current(instance: &Instance, service: &Service, wanted: &Record) -> Result<bool> {
    let Some(mut known) = Record::read(instance, service)? else {
        return Ok(false);
    };
    let running = process::find(instance, service.name);
    let runs = running.iter().any(|process| process.pid == known.pid);
    known.pid = wanted.pid;
    Ok(runs && known == *wanted && status_of(instance.port(service.port), "/health/ready") == Some(200))
}

fn migrate(plan: &[(&'static Service, Record)], up: &Up) -> Result<()> {
    let with_database = plan.iter().filter(|(service, _)| service.database().is_some());
    thread::scope(|scope| {
        let work: Vec<_> = with_database
            .map(|(service, record)| {
                scope.spawn(move || {
                    let env = environment::for_migration(service, &record.env, &up.infra, &up.secrets)?;
                    run(&record.binary, "migrate", &env).with_context(|| format!("{} migrate", service.name))
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

fn create_admin(instance: &Instance, programs: &Path, admin: &Admin) -> Result<()> {
    let user_svc = crate::services::by_name("user-svc")?;
    let record = Record::read(instance, user_svc)?.context("user-svc was not started")?;
    let mut env = record.env;
    env.insert("ADMIN_EMAIL".to_owned(), admin.email.clone());
    env.insert("ADMIN_PASSWORD".to_owned(), admin.password.clone());
    run(&programs.join("user-svc"), "create-admin", &env).context("Cannot make the admin")
}

/// Run a command of a service to its end.
fn run(binary: &Path, subcommand: &str, env: &BTreeMap<String, String>) -> Result<()> {
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

fn wait_for_all(instance: &Instance, services: &mut [(&'static Service, Child)]) -> Result<()> {
    let mut progress = progress::Progress::new(services.iter().map(|(service, _)| service.name).collect());
    let end = Instant::now() + Duration::from_secs(60);
    while !progress.is_done() {
        for (service, child) in &mut *services {
            if progress.is_waiting_for(service.name) {
                if matches!(child.try_wait(), Ok(Some(_))) {
                    bail!("{}", service::death(instance, service));
                }
                if status_of(instance.port(service.port), "/health/ready") == Some(200) {
                    progress.ready(service.name);
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

fn print_summary(instance: &Instance, admin: &Admin, begun: Instant) {
    let gateway = SERVICES.iter().find(|service| service.name == "gateway");
    let port = gateway
        .map(|gateway| instance.port(gateway.port))
        .unwrap_or_default();
    let url = format!("http://localhost:{port}");
    println!(
        "\nThe mesh is ready after {:.1} s.\n",
        begun.elapsed().as_secs_f32()
    );
    println!("  API        {url}/api/v1");
    println!("  Documents  {url}/docs  {url}/redoc");
    println!("  Admin      {} / {}", admin.email, admin.password);
    println!("  For tools  {}\n", record::run_path(instance).display());
}
