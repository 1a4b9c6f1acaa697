//! The load under which `cargo xtask test --with upgrade` replaces programs.
//!
//! It prints `round N` after each round, and goes on until its standard input ends; then it checks everything.

use std::io::Read;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result};
use clap::Parser;
use e2e::upgrade::Load;
use tokio::sync::watch;

/// Buys, sells, ships and cancels until its standard input ends.
#[derive(Debug, Parser)]
struct Arguments {
    /// How many requests may have to be sent again.
    #[arg(long, value_name = "COUNT")]
    may_lose: usize,
}

#[tokio::main]
async fn main() -> Result<ExitCode> {
    let arguments = Arguments::parse();
    let run_json =
        std::env::var_os("SOUK_RUN_JSON").context("SOUK_RUN_JSON does not say which mesh is meant")?;
    let (over, is_over) = watch::channel(false);
    std::thread::spawn(move || {
        let _ = std::io::stdin().read_to_end(&mut Vec::new());
        let _ = over.send(true);
    });
    let mut load = Load::open(&PathBuf::from(run_json)).await?;
    load.play(&is_over, |round| println!("round {round}")).await?;
    let mut report = load.check().await?;
    if report.lost > arguments.may_lose {
        report.violations.push(format!(
            "{} requests were not answered or answered 5xx; restarts explain {}",
            report.lost, arguments.may_lose
        ));
    }
    println!(
        "{} orders, {} requests of which {} were sent again",
        report.orders, report.requests, report.lost
    );
    for violation in &report.violations {
        println!("  - {violation}");
    }
    Ok(if report.violations.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}
