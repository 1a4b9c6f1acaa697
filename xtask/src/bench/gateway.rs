//! `bench gateway`: nginx and the gateway in turn before the same upstream; then logins; then memory.

use std::thread::sleep;
use std::time::Duration;

use anyhow::{Context, Result};

use super::budget::{Budget, Row};
use super::rig::Rig;
use super::wrk::{Figures, Load};
use super::{go_on, login, people};
use crate::cli::Pace;
use crate::http::Api;
use crate::instance::Instance;

const MILLION: f64 = 1e6;
/// What an idle gateway may hold.
const IDLE_MB: f64 = 25.0;

/// Figures of one load, and what each request cost the process that passed it on.
#[derive(Clone, Copy)]
struct Sample {
    figures: Figures,
    cpu_micros: f64,
}

/// One round, all within some seconds of each other.
struct Round {
    nginx: Sample,
    bare: Sample,
    public: Sample,
    authorised: Sample,
}

/// Measure everything.
pub fn measure(instance: &Instance, pace: Pace) -> Result<Vec<Row>> {
    let rig = Rig::start(instance)?;
    sleep(Duration::from_secs(3));
    let idle = rig.gateway_mb()?;
    println!("the gateway holds {idle:.1} MB after its start");
    let people = people::customers(&Api::at(&rig.at_gateway("")), 8)?;
    let token = &people.first().context("Nobody was registered")?.token;
    let bench = Bench {
        instance,
        rig: &rig,
        nginx: Load::gets("nginx", rig.page_through_nginx()),
        bare: Load::gets("bare", rig.page_through_bare_proxy()),
        public: Load::gets("public", rig.page()),
        authorised: Load::gets("authorised", rig.page()).bearer(token),
    };
    let rounds = bench.rounds(pace)?;
    let mut rows = rows(&rounds);
    rows.extend(login::measure(instance, &rig, &people, pace)?);
    let so_far = rounds
        .iter()
        .map(|round| round.public.figures.requests + round.authorised.figures.requests);
    bench.fill_up(so_far.sum(), pace)?;
    let used = rig.gateway_mb()?;
    rows.push(Row::new(
        "memory of an idle gateway",
        "MB",
        vec![(idle, IDLE_MB)],
        Budget::AtMost(1.0),
    ));
    rows.push(Row::new(
        "memory after a million requests",
        "MB",
        vec![(used, idle)],
        Budget::AtMost(1.5),
    ));
    Ok(rows)
}

struct Bench<'a> {
    instance: &'a Instance,
    rig: &'a Rig,
    nginx: Load,
    bare: Load,
    public: Load,
    authorised: Load,
}

impl Bench<'_> {
    fn rounds(&self, pace: Pace) -> Result<Vec<Round>> {
        println!("warming up");
        for load in [&self.nginx, &self.bare, &self.public, &self.authorised] {
            load.run(self.instance, 1)?;
        }
        (1..=pace.rounds)
            .map(|number| {
                let seconds = pace.seconds;
                let round = Round {
                    nginx: self.sample(&self.nginx, seconds, Rig::nginx_micros)?,
                    bare: self.sample(&self.bare, seconds, Rig::bare_micros)?,
                    public: self.sample(&self.public, seconds, Rig::gateway_micros)?,
                    authorised: self.sample(&self.authorised, seconds, Rig::gateway_micros)?,
                };
                self.rig.empty_log()?;
                println!(
                    "round {number} of {}: nginx {}, bare proxy {}, public {}, authorised {}",
                    pace.rounds,
                    told(round.nginx),
                    told(round.bare),
                    told(round.public),
                    told(round.authorised)
                );
                Ok(round)
            })
            .collect()
    }

    fn sample(&self, load: &Load, seconds: u32, micros: fn(&Rig) -> f64) -> Result<Sample> {
        let before = micros(self.rig);
        let figures = load.run(self.instance, seconds)?;
        let used = micros(self.rig) - before;
        Ok(Sample {
            figures,
            cpu_micros: used / figures.requests,
        })
    }

    /// Until the gateway has answered a million requests.
    fn fill_up(&self, mut answered: f64, pace: Pace) -> Result<()> {
        while answered < MILLION {
            go_on()?;
            println!("{answered:.0} requests so far, up to a million");
            answered += self.public.run(self.instance, pace.seconds.max(5))?.requests;
            self.rig.empty_log()?;
        }
        sleep(Duration::from_secs(3));
        Ok(())
    }
}

fn told(sample: Sample) -> String {
    let Figures {
        per_second, p99_ms, ..
    } = sample.figures;
    format!(
        "{per_second:.0}/s (p99 {p99_ms:.1} ms, {:.1} us of CPU each)",
        sample.cpu_micros
    )
}

fn rows(rounds: &[Round]) -> Vec<Row> {
    let row = |what, unit, budget, of: fn(&Round) -> (f64, f64)| {
        Row::new(what, unit, rounds.iter().map(of).collect(), budget)
    };
    vec![
        row("public GET, to nginx", "req/s", Budget::AtLeast(0.85), |round| {
            (round.public.figures.per_second, round.nginx.figures.per_second)
        }),
        row("p99 of it", "ms", Budget::AtMost(2.0), |round| {
            (round.public.figures.p99_ms, round.nginx.figures.p99_ms)
        }),
        row("CPU of it", "us", Budget::Any, |round| {
            (round.public.cpu_micros, round.nginx.cpu_micros)
        }),
        row("its libraries alone, to nginx", "req/s", Budget::Any, |round| {
            (round.bare.figures.per_second, round.nginx.figures.per_second)
        }),
        row("CPU of it", "us", Budget::Any, |round| {
            (round.bare.cpu_micros, round.nginx.cpu_micros)
        }),
        row(
            "authorised GET, to nginx",
            "req/s",
            Budget::AtLeast(0.6),
            |round| {
                (
                    round.authorised.figures.per_second,
                    round.nginx.figures.per_second,
                )
            },
        ),
        row("CPU of it", "us", Budget::Any, |round| {
            (round.authorised.cpu_micros, round.nginx.cpu_micros)
        }),
    ]
}
