//! `bench events`: the relay against raw confirms, a consumer against bare transactions.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use super::budget::{Budget, Row};
use super::go_on;
use crate::cli::EventsArgs;
use crate::infra::postgres::{psql, with_database};
use crate::instance::Instance;
use crate::mesh::{Run, beside_services};

const DATABASE: &str = "souk_event_rates";
/// Events a second that the relay is promised to send.
const RELAYED: f64 = 10_000.0;

/// Measure everything.
pub fn measure(instance: &Instance, args: EventsArgs) -> Result<Vec<Row>> {
    let run = Run::read(instance)?;
    psql(&run.postgres_url, &format!("drop database if exists {DATABASE};"))?;
    psql(&run.postgres_url, &format!("create database {DATABASE};"))?;
    let rates = Rates {
        program: beside_services(instance, "event-rates")?,
        database_url: with_database(&run.postgres_url, DATABASE)?,
        amqp_url: run.amqp_url,
        events: args.events,
    };
    println!("warming up");
    rates.of("relay")?;
    let (mut relay, mut promised, mut consumer) = (Vec::new(), Vec::new(), Vec::new());
    for number in 1..=args.rounds {
        let (confirms, relayed) = (rates.of("confirms")?, rates.of("relay")?);
        let (batches, consumed) = (rates.of("batches")?, rates.of("consumer")?);
        println!(
            "round {number} of {}: relay {relayed:.0}/s (confirms alone {confirms:.0}/s), consumer {consumed:.0}/s \
             (batches alone {batches:.0}/s)",
            args.rounds
        );
        relay.push((relayed, confirms));
        promised.push((relayed, RELAYED));
        consumer.push((consumed, batches));
    }
    Ok(vec![
        Row::new("relay, to confirms alone", "1/s", relay, Budget::AtLeast(0.5)),
        Row::new(
            "relay, to what is promised",
            "1/s",
            promised,
            Budget::AtLeast(1.0),
        ),
        Row::new(
            "consumer, to batches alone",
            "1/s",
            consumer,
            Budget::AtLeast(0.5),
        ),
    ])
}

struct Rates {
    program: PathBuf,
    database_url: String,
    amqp_url: String,
    events: usize,
}

impl Rates {
    fn of(&self, what: &str) -> Result<f64> {
        go_on()?;
        let output = Command::new(&self.program)
            .args([what, &self.events.to_string()])
            .env("DATABASE_URL", &self.database_url)
            .env("AMQP_URL", &self.amqp_url)
            .stdin(Stdio::null())
            .stderr(Stdio::inherit())
            .output()
            .with_context(|| format!("Cannot run {}", self.program.display()))?;
        match String::from_utf8_lossy(&output.stdout).trim().parse() {
            Ok(rate) if output.status.success() => Ok(rate),
            _ => bail!("{} gave no rate of {what}", self.program.display()),
        }
    }
}
