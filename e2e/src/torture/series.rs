//! Runs, one after the other, on one mesh.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};

use super::market::{Client, Market};
use super::rest::Databases;
use super::rig::Rig;
use super::run::{Stage, Verdict};
use super::schedule::{CUSTOMERS, IndexBackend, Schedule};
use crate::audit;

/// How long a run may take, whatever happens in it: everything in it has limits of its own, and most take ten seconds.
const RUN_LIMIT: Duration = Duration::from_secs(900);

/// Which runs.
#[derive(Debug, Clone, Copy)]
pub struct Series {
    /// The seed of the first one; each further one has the next.
    pub seed: u64,
    /// How many.
    pub runs: u32,
    /// Whether it goes on after one that fails.
    pub keep_going: bool,
    /// Where search-svc keeps its index.
    pub backend: IndexBackend,
}

impl Series {
    /// What all runs do.
    pub fn schedules(self) -> impl Iterator<Item = Schedule> {
        self.seeds()
            .map(move |seed| Schedule::of(seed).with_backend(self.backend))
    }

    fn seeds(self) -> impl Iterator<Item = u64> {
        (0..self.runs).map(move |run| self.seed.wrapping_add(run.into()))
    }

    /// Plays them; how many failed.
    ///
    /// # Errors
    /// When the mesh cannot be used at all.
    pub async fn play(self, rig: Rig) -> Result<usize> {
        let begun = Instant::now();
        let stage = Stage::set(rig, CUSTOMERS).await?;
        let (mut failed, mut sum) = (Vec::new(), Verdict::default());
        let mut played = 0;
        for schedule in self.schedules() {
            let seed = schedule.seed;
            let verdict = tokio::time::timeout(RUN_LIMIT, stage.play(&schedule))
                .await
                .with_context(|| format!("The run of seed {seed} has no end"))??;
            played += 1;
            println!("{}", line(seed, &verdict));
            if !verdict.violations.is_empty() {
                println!("\n{}\n{}", self.failure(&verdict, seed), schedule);
                failed.push(seed);
            }
            sum.add(&verdict);
            if !(failed.is_empty() || self.keep_going) {
                break;
            }
        }
        println!(
            "\n{played} runs in {:.0} s: {} orders, {} requests of which {} were not answered, {} processes killed, \
             {} traps met",
            begun.elapsed().as_secs_f32(),
            sum.orders,
            sum.requests.0,
            sum.requests.1,
            sum.kills,
            sum.met
        );
        match failed.as_slice() {
            [] => println!("all books agree after every run"),
            seeds => println!("{} runs failed: seeds {seeds:?}", seeds.len()),
        }
        Ok(failed.len())
    }

    fn failure(self, verdict: &Verdict, seed: u64) -> String {
        let mut text = String::from("what does not hold:\n");
        for violation in &verdict.violations {
            text.push_str(&format!("  - {violation}\n"));
        }
        let option = match self.backend {
            IndexBackend::Embedded => String::new(),
            IndexBackend::Elasticsearch => format!(" --search {}", self.backend.name()),
        };
        text + &format!("to repeat it: cargo xtask torture --seed {seed} --runs 1{option}\n")
    }
}

impl Stage {
    /// Everything that all runs share, with so many buyers.
    ///
    /// # Errors
    /// When the mesh is not ready, or does not want them.
    pub async fn set(rig: Rig, buyers: usize) -> Result<Self> {
        let client = Client::new(&rig.run.gateway_url)?;
        rig.until_ready(client.http(), rig.patience()).await?;
        let market = Market::open(&rig.run, client, buyers).await?;
        Ok(Self {
            databases: Arc::new(Databases::of(&rig.run.postgres_url)),
            audited: audit::Databases::connect(&rig.run.postgres_url).await?,
            found: Mutex::default(),
            rig: Arc::new(rig),
            market,
        })
    }
}

impl Verdict {
    fn add(&mut self, other: &Self) {
        self.orders += other.orders;
        self.requests.0 += other.requests.0;
        self.requests.1 += other.requests.1;
        self.kills += other.kills;
        self.met += other.met;
    }
}

fn line(seed: u64, verdict: &Verdict) -> String {
    let agrees = if verdict.violations.is_empty() {
        "all books agree"
    } else {
        "FAILED"
    };
    format!(
        "seed {seed}: {} orders, {} requests ({} lost), {} killed, {} traps met, {:.1} s and at rest after {:.1} s: {agrees}",
        verdict.orders,
        verdict.requests.0,
        verdict.requests.1,
        verdict.kills,
        verdict.met,
        verdict.took.0.as_secs_f32(),
        verdict.took.1.as_secs_f32(),
    )
}
