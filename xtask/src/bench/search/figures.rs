//! What `search-load` reports, and how it is called.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::bench::go_on;

/// Searches of a time.
#[derive(Debug, Deserialize)]
pub struct LoadFigures {
    requests: f64,
    seconds: f64,
    /// Answers a second.
    pub per_second: f64,
    /// Of a hundred, ninety-nine came sooner.
    pub p99_ms: f64,
    /// Half of them came sooner.
    pub p50_ms: f64,
    /// Seconds before those that count.
    warm_up: f64,
    /// Parts of a core that the generator took.
    pub generator_cpu: f64,
}

impl LoadFigures {
    /// With those of the warm-up, as processor time counts them too.
    pub fn all_requests(&self) -> f64 {
        self.requests * (self.seconds + self.warm_up) / self.seconds
    }
}

/// A rebuild.
#[derive(Debug, Deserialize)]
pub struct RebuildFigures {
    /// How many.
    pub documents: f64,
    /// Of them a second.
    pub per_second: f64,
}

/// How long changes took until they were found.
#[derive(Debug, Deserialize)]
pub struct Visibility {
    /// The middle one.
    pub p50_ms: f64,
    /// The longest.
    pub max_ms: f64,
}

/// The program `search-load`.
pub struct SearchLoad {
    /// Where it is.
    pub program: PathBuf,
    /// What it needs to find everything.
    pub env: Vec<(&'static str, String)>,
}

impl SearchLoad {
    /// Run one of its commands.
    pub fn run<T: DeserializeOwned>(&self, products: u32, arguments: &[&str]) -> Result<T> {
        go_on()?;
        let output = Command::new(&self.program)
            .arg(format!("--products={products}"))
            .args(arguments)
            .envs(self.env.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null())
            .stderr(Stdio::inherit())
            .output()
            .with_context(|| format!("Cannot run {}", self.program.display()))?;
        go_on()?;
        if !output.status.success() {
            bail!("`search-load {}` failed", arguments.join(" "));
        }
        serde_json::from_slice(&output.stdout)
            .with_context(|| format!("`search-load {}` reported nothing useful", arguments.join(" ")))
    }
}
