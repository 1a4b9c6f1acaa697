//! Starting and stopping one service.

use std::process::{Child, Command};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use rustix::process::Signal;

use super::record::{self, Record, build_of};
use crate::http::status_of;
use crate::instance::Instance;
use crate::ports;
use crate::process::{self, Ours};
use crate::services::Service;

/// How long a service may take to finish what it is doing.
const PATIENCE: Duration = Duration::from_secs(35);

/// Start it as its record says, without waiting.
pub fn spawn(instance: &Instance, service: &Service, mut record: Record) -> Result<Child> {
    ports::must_be_free(instance.port(service.port), service.name)?;
    let mut command = Command::new(&record.binary);
    command
        .arg("serve")
        .env_clear()
        .envs(&record.env)
        .current_dir(&instance.dir);
    let child = process::spawn(command, instance, service.name)?;
    record.pid = i32::try_from(child.id())?;
    record.build = build_of(&record.binary)?;
    record.write(instance, service)?;
    record::update_run(instance, service, record.pid)?;
    Ok(child)
}

/// Stop services in good order, all at once.
pub fn stop(instance: &Instance, services: &[&Service]) -> Result<()> {
    let mut running: Vec<Ours> = Vec::new();
    for service in services {
        forget_pid(instance, service)?;
        running.extend(process::find(instance, service.name));
    }
    process::stop(&running, Signal::TERM, PATIENCE);
    if !running.is_empty() {
        println!(
            "stopped {}",
            services
                .iter()
                .map(|service| service.name)
                .collect::<Vec<_>>()
                .join(", ")
        );
    }
    Ok(())
}

/// Kill a service without warning.
pub fn kill(instance: &Instance, service: &Service) -> Result<()> {
    let running = process::find(instance, service.name);
    if running.is_empty() {
        bail!("{} does not run", service.name);
    }
    forget_pid(instance, service)?;
    process::stop(&running, Signal::KILL, Duration::from_secs(5));
    println!("{}: killed", service.name);
    Ok(())
}

/// Start a service of a mesh that was up before, and wait until it answers.
pub fn start(instance: &Instance, service: &Service) -> Result<()> {
    if !process::find(instance, service.name).is_empty() {
        println!("{}: runs already", service.name);
        return Ok(());
    }
    let record = Record::read(instance, service)?.with_context(|| {
        format!(
            "{} was never started in the {} instance: run `cargo xtask up`",
            service.name,
            instance.label()
        )
    })?;
    let mut child = spawn(instance, service, record)?;
    let port = instance.port(service.port);
    let mut died = false;
    process::wait_until(Duration::from_secs(30), || {
        died = matches!(child.try_wait(), Ok(Some(_)));
        died || status_of(port, "/health/ready") == Some(200)
    });
    if died {
        bail!("{}", death(instance, service));
    }
    match status_of(port, "/health/ready") {
        Some(200) => println!("{}: ready, pid {}", service.name, child.id()),
        Some(_) => println!(
            "{}: runs (pid {}), but is not ready: does it miss something?",
            service.name,
            child.id()
        ),
        None => bail!("{} does not answer on port {port}", service.name),
    }
    Ok(())
}

/// What to say when a service ended by itself.
pub fn death(instance: &Instance, service: &Service) -> String {
    let log = instance.log(service.name);
    format!(
        "{} ended; the last lines of {}:\n{}",
        service.name,
        log.display(),
        process::tail(&log, 15)
    )
}

fn forget_pid(instance: &Instance, service: &Service) -> Result<()> {
    if let Some(mut record) = Record::read(instance, service)? {
        record.pid = 0;
        record.write(instance, service)?;
    }
    Ok(())
}
