//! Starting and stopping replicas of services.

use std::path::Path;
use std::process::{Child, Command};
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use rustix::process::Signal;

use super::record::{Record, build_of};
use super::run;
use crate::http::status_of;
use crate::instance::{Instance, Name};
use crate::process::{self, Ours};
use crate::replicas::Replica;
use crate::services::TRAEFIK;
use crate::{ports, traefik};

/// How long a service may take to finish what it is doing.
const PATIENCE: Duration = Duration::from_secs(35);

/// Start it as its record says, without waiting.
pub fn spawn(instance: &Instance, replica: Replica, mut record: Record) -> Result<Child> {
    must_find_ports_free(instance, replica)?;
    let mut command = Command::new(&record.binary);
    command
        .args(&record.arguments)
        .env_clear()
        .envs(&record.env)
        .current_dir(&instance.dir);
    let child = process::spawn(command, instance, &replica.name())?;
    record.pid = i32::try_from(child.id())?;
    record.build = build_of(&record.binary)?;
    record.write(instance, replica)?;
    run::update(instance, replica, record.pid)?;
    Ok(child)
}

/// Refuse if somebody else has the ports of a replica that does not run.
pub fn must_find_ports_free(instance: &Instance, replica: Replica) -> Result<()> {
    let name = replica.name();
    if !process::find(instance, &name).is_empty() {
        return Ok(());
    }
    let ports = if replica.service == &TRAEFIK {
        traefik::ports(instance).to_vec()
    } else {
        vec![replica.port(instance)]
    };
    ports
        .into_iter()
        .try_for_each(|port| ports::must_be_free(port, &name))
}

/// Whether it answers, and has all it needs. Traefik has what it needs when a gateway behind it has.
pub fn readiness(instance: &Instance, replica: Replica) -> Option<u16> {
    status_of(replica.port(instance), "/health/ready")
}

/// Whether it is as `up` wants it. In the torture instance it need only live: what it is led through comes later.
pub fn is_up(instance: &Instance, replica: Replica) -> bool {
    match instance.name {
        Name::Torture => status_of(replica.port(instance), "/health/live") == Some(200),
        Name::Dev | Name::Test => readiness(instance, replica) == Some(200),
    }
}

/// Stop replicas in good order, all at once.
pub fn stop(instance: &Instance, replicas: &[Replica]) -> Result<()> {
    let mut stopped: Vec<String> = Vec::new();
    let mut running: Vec<Ours> = Vec::new();
    for replica in replicas {
        forget_pid(instance, *replica)?;
        let processes = process::find(instance, &replica.name());
        if !processes.is_empty() {
            stopped.push(replica.name());
        }
        running.extend(processes);
    }
    process::stop(&running, Signal::TERM, PATIENCE);
    if !stopped.is_empty() {
        println!("stopped {}", stopped.join(", "));
    }
    Ok(())
}

/// Kill replicas without warning.
pub fn kill(instance: &Instance, replicas: &[Replica]) -> Result<()> {
    let mut killed: Vec<String> = Vec::new();
    let mut running: Vec<Ours> = Vec::new();
    for replica in replicas {
        let processes = process::find(instance, &replica.name());
        if !processes.is_empty() {
            forget_pid(instance, *replica)?;
            killed.push(replica.name());
        }
        running.extend(processes);
    }
    if killed.is_empty() {
        let names: Vec<String> = replicas.iter().map(|replica| replica.name()).collect();
        bail!("{} does not run", names.join(", "));
    }
    process::stop(&running, Signal::KILL, Duration::from_secs(5));
    println!("{}: killed", killed.join(", "));
    Ok(())
}

/// Start replicas of a mesh that was up before, and wait until they answer.
pub fn start(instance: &Instance, replicas: &[Replica]) -> Result<()> {
    let mut started = Vec::new();
    for replica in replicas {
        if !process::find(instance, &replica.name()).is_empty() {
            println!("{replica}: runs already");
            continue;
        }
        let record = Record::read(instance, *replica)?.with_context(|| {
            format!(
                "{replica} was never started in the {} instance: run `cargo xtask up`",
                instance.label()
            )
        })?;
        started.push((*replica, spawn(instance, *replica, record)?));
    }
    started
        .into_iter()
        .try_for_each(|(replica, child)| wait_for(instance, replica, child))
}

/// Stop a replica in good order, and start other programs in its place; wait until it answers.
pub fn replace(instance: &Instance, replica: Replica, programs: &Path) -> Result<()> {
    let record = Record::read(instance, replica)?.with_context(|| format!("{replica} was never started"))?;
    stop(instance, &[replica])?;
    let binary = programs.join(replica.service.name);
    let child = spawn(instance, replica, Record { binary, ..record })?;
    wait_for(instance, replica, child)?;
    ensure!(
        readiness(instance, replica) == Some(200),
        "{replica} is not ready after it was replaced"
    );
    Ok(())
}

fn wait_for(instance: &Instance, replica: Replica, mut child: Child) -> Result<()> {
    let mut died = false;
    process::wait_until(Duration::from_secs(30), || {
        died = matches!(child.try_wait(), Ok(Some(_)));
        died || readiness(instance, replica) == Some(200)
    });
    if died {
        bail!("{}", death(instance, replica));
    }
    match readiness(instance, replica) {
        Some(200) => println!("{replica}: ready, pid {}", child.id()),
        Some(_) => println!(
            "{replica}: runs (pid {}), but is not ready: does it miss something?",
            child.id()
        ),
        None => bail!("{replica} does not answer on port {}", replica.port(instance)),
    }
    Ok(())
}

/// What to say when a replica ended by itself.
pub fn death(instance: &Instance, replica: Replica) -> String {
    let log = instance.log(&replica.name());
    format!(
        "{replica} ended; the last lines of {}:\n{}",
        log.display(),
        process::tail(&log, 15)
    )
}

fn forget_pid(instance: &Instance, replica: Replica) -> Result<()> {
    if let Some(mut record) = Record::read(instance, replica)? {
        record.pid = 0;
        record.write(instance, replica)?;
    }
    Ok(())
}
