//! Logins against what Argon2id alone allows, and what a storm of them does to everybody else.

use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use super::budget::{Budget, Row};
use super::people::Person;
use super::rig::Rig;
use super::wrk::{Load, settle};
use crate::cli::Pace;
use crate::instance::Instance;
use crate::mesh::beside_services;

/// Measure both.
pub fn measure(instance: &Instance, rig: &Rig, people: &[Person], pace: Pace) -> Result<Vec<Row>> {
    let bodies: Vec<String> = people.iter().map(|person| person.login.to_string()).collect();
    let logins = Load::posts("login", rig.at_gateway("/api/v1/auth/login"), &bodies);
    let page = Load::paced_gets("page", rig.page());
    let argon2 = beside_services(instance, "argon2-alone")?;
    page.run(instance, 1)?;
    logins.run(instance, 1)?;
    settle();
    let (mut rates, mut waits) = (Vec::new(), Vec::new());
    for number in 1..=pace.rounds {
        let limit = rate_of(&argon2, pace.seconds)?;
        super::go_on()?;
        let alone = logins.run(instance, pace.seconds)?;
        settle();
        let quiet = page.run(instance, pace.seconds)?;
        let storm = logins.start(instance, pace.seconds)?;
        let busy = page.run(instance, pace.seconds)?;
        let stormed = storm.finish()?;
        settle();
        println!(
            "round {number} of {}: Argon2id alone {limit:.0}/s, logins {:.0}/s; p99 of a page {:.2} ms when quiet, \
             {:.2} ms among {:.0} logins a second",
            pace.rounds, alone.per_second, quiet.p99_ms, busy.p99_ms, stormed.per_second
        );
        rates.push((alone.per_second, limit));
        waits.push((busy.p99_ms, quiet.p99_ms));
    }
    Ok(vec![
        Row::new("login, to Argon2id alone", "1/s", rates, Budget::AtLeast(0.9)),
        Row::new("p99 of a page among logins", "ms", waits, Budget::AtMost(3.0)),
    ])
}

fn rate_of(alone: &Path, seconds: u32) -> Result<f64> {
    let output = Command::new(alone)
        .arg(seconds.to_string())
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()
        .with_context(|| format!("Cannot run {}", alone.display()))?;
    match String::from_utf8_lossy(&output.stdout).trim().parse() {
        Ok(rate) if output.status.success() => Ok(rate),
        _ => bail!("{} gave no rate", alone.display()),
    }
}
