//! Tortures the mesh that `cargo xtask torture` has brought up.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result};
use clap::Parser;
use e2e::torture::crowd::Crowd;
use e2e::torture::rig::Rig;
use e2e::torture::schedule::IndexBackend;
use e2e::torture::series::Series;

/// Breaks the torture instance of the mesh by a seeded schedule, and checks that no book is wrong afterwards.
#[derive(Debug, Parser)]
struct Arguments {
    /// The seed of the first run; each further one has the next.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// How many runs.
    #[arg(long, default_value_t = 20)]
    runs: u32,
    /// Go on after a run that fails.
    #[arg(long)]
    keep_going: bool,
    /// Print the schedules, and break nothing.
    #[arg(long)]
    show: bool,
    /// Instead of a schedule: so many customers who want one piece each, while services are killed.
    #[arg(long)]
    buyers: Option<u32>,
    /// How many pieces these buyers find.
    #[arg(long, default_value_t = 100)]
    pieces: u32,
    /// How often they come.
    #[arg(long, default_value_t = 10)]
    times: u32,
    /// Where search-svc keeps its index. With Elasticsearch, that one is killed and frozen as well.
    #[arg(long, value_enum, default_value = "embedded")]
    search: IndexBackend,
}

#[tokio::main]
async fn main() -> Result<ExitCode> {
    let arguments = Arguments::parse();
    let series = Series {
        seed: arguments.seed,
        runs: arguments.runs,
        keep_going: arguments.keep_going,
        backend: arguments.search,
    };
    if arguments.show {
        series.schedules().for_each(|schedule| println!("{schedule}"));
        return Ok(ExitCode::SUCCESS);
    }
    let run_json =
        std::env::var_os("SOUK_RUN_JSON").context("SOUK_RUN_JSON does not say which mesh is meant")?;
    let rig = Rig::take_over(PathBuf::from(run_json), arguments.search).await?;
    let failed = match arguments.buyers {
        Some(buyers) => {
            let crowd = Crowd {
                seed: arguments.seed,
                buyers,
                pieces: arguments.pieces,
                times: arguments.times,
            };
            crowd.rushes(rig).await?
        }
        None => series.play(rig).await?,
    };
    Ok(if failed == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}
