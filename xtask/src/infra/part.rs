//! Starting and stopping one part of the infrastructure.

use std::process::Child;
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use rustix::process::Signal;

use super::{addresses, admin_url, data, elasticsearch, install, overridden, postgres, rabbitmq, redis};
use crate::instance::{Instance, Part};
use crate::ports;
use crate::process::{self, Ours};
use crate::secrets::Secrets;
use crate::services::roles;

const BOOT: Duration = Duration::from_secs(300);

/// Start a part unless it is up; `true` if it was started.
pub fn start_if_needed(instance: &Instance, part: Part, secrets: &Secrets) -> Result<bool> {
    let running = process::find(instance, part.name());
    if !running.is_empty() && !data::belongs(instance, part, secrets) {
        println!("{}: runs with secrets that are gone", part.name());
        stop(instance, part);
    } else if !running.is_empty() {
        // It may be booting still, for an xtask that was interrupted.
        if process::wait_until(boot_time(part), || is_ready(instance, part, secrets)) {
            return Ok(false);
        }
        println!("{}: runs but does not answer, starting it again", part.name());
        stop(instance, part);
    }
    for port in ports_of(instance, part) {
        ports::must_be_free(port, part.name())?;
    }
    let begun = Instant::now();
    boot(instance, part, secrets)?;
    println!("{}: up after {:.1} s", part.name(), begun.elapsed().as_secs_f32());
    Ok(true)
}

/// `infra start <part>`.
pub fn start(instance: &Instance, part: Part) -> Result<()> {
    must_be_own(instance, part)?;
    install::ensure(instance, &[part], false)?;
    let secrets = Secrets::open(instance, &roles())?;
    if !start_if_needed(instance, part, &secrets)? {
        println!("{}: was up already", part.name());
    }
    Ok(())
}

/// Stop a part in good order; nothing happens if it does not run.
pub fn stop(instance: &Instance, part: Part) {
    let running = process::find(instance, part.name());
    if running.is_empty() {
        return;
    }
    match part {
        // Interrupt is Postgres's fast shutdown: sessions are ended, nothing is lost.
        Part::Postgres => process::stop(
            &roots(instance, part, &running),
            Signal::INT,
            Duration::from_secs(30),
        ),
        Part::Redis => process::stop(&running, Signal::TERM, Duration::from_secs(15)),
        Part::Rabbitmq => rabbitmq::stop(&running),
        Part::Elasticsearch => process::stop(&running, Signal::TERM, Duration::from_secs(30)),
    }
    println!("{}: stopped", part.name());
}

/// Kill a part without warning, as a power cut would.
pub fn kill(instance: &Instance, part: Part) -> Result<()> {
    must_be_own(instance, part)?;
    let running = process::find(instance, part.name());
    if running.is_empty() {
        bail!(
            "{} of the {} instance does not run",
            part.name(),
            instance.label()
        );
    }
    process::stop(&running, Signal::KILL, Duration::from_secs(5));
    println!("{}: killed", part.name());
    Ok(())
}

/// Whether a part answers.
pub fn is_ready(instance: &Instance, part: Part, secrets: &Secrets) -> bool {
    let port = instance.part_port(part);
    match part {
        Part::Postgres => {
            ports::is_listening(port)
                && admin_url(&addresses(instance, secrets)).is_ok_and(|url| postgres::is_ready(&url))
        }
        Part::Rabbitmq => rabbitmq::is_ready(port),
        Part::Redis => redis::is_ready(port, &secrets.redis),
        Part::Elasticsearch => elasticsearch::is_ready(port),
    }
}

fn boot(instance: &Instance, part: Part, secrets: &Secrets) -> Result<()> {
    // Children of a Postgres that was killed may hold its memory for a moment: try again then.
    let mut attempts = 3;
    loop {
        let mut child = match part {
            Part::Postgres => postgres::start(instance, secrets)?,
            Part::Rabbitmq => rabbitmq::start(instance, secrets)?,
            Part::Redis => redis::start(instance, secrets)?,
            Part::Elasticsearch => elasticsearch::start(instance, secrets)?,
        };
        let mut died = false;
        process::wait_until(BOOT, || {
            died = has_ended(&mut child);
            died || is_ready(instance, part, secrets)
        });
        if !died && is_ready(instance, part, secrets) {
            process::reap(child);
            return Ok(());
        }
        attempts -= 1;
        if !died || attempts == 0 {
            stop(instance, part);
            bail!(
                "{} did not start; the end of {} says:\n{}",
                part.name(),
                instance.log(part.name()).display(),
                process::tail(&instance.log(part.name()), 15)
            );
        }
        sleep(Duration::from_secs(1));
    }
}

/// How long a part that runs already may take to answer.
fn boot_time(part: Part) -> Duration {
    Duration::from_secs(match part {
        Part::Elasticsearch => 60,
        Part::Postgres | Part::Rabbitmq | Part::Redis => 20,
    })
}

fn has_ended(child: &mut Child) -> bool {
    matches!(child.try_wait(), Ok(Some(_)) | Err(_))
}

/// Signals are for the first process of a part; its children are its own affair.
fn roots(instance: &Instance, part: Part, running: &[Ours]) -> Vec<Ours> {
    let all = process::find(instance, part.name());
    running
        .iter()
        .filter(|process| {
            let parent = process::parent(process.pid);
            !all.iter().any(|other| Some(other.pid) == parent)
        })
        .cloned()
        .collect()
}

fn ports_of(instance: &Instance, part: Part) -> Vec<u16> {
    let port = instance.part_port(part);
    match part {
        Part::Rabbitmq => vec![port, port.saturating_add(1), port.saturating_add(2)],
        // HTTP, and the transport between nodes.
        Part::Elasticsearch => vec![port, elasticsearch::transport_port(port)],
        Part::Postgres | Part::Redis => vec![port],
    }
}

fn must_be_own(instance: &Instance, part: Part) -> Result<()> {
    if overridden(instance, part).is_some() {
        bail!("{} is given by the environment; xtask only uses it", part.name());
    }
    Ok(())
}
