//! `cargo xtask bench`: figures of the mesh against limits that are measured in the same run.

mod budget;
mod checkout;
mod cpu;
mod crowd;
mod events;
mod gateway;
mod growth;
mod login;
mod memory;
mod nginx;
mod people;
mod report;
mod rig;
mod search;
mod stage;
mod wrk;

use std::process::ExitCode;

use anyhow::{Result, bail};

use crate::cli::BenchCommand;
use crate::instance::Instance;
use crate::mesh::{self, Options};
use crate::{infra, interrupt};

use budget::Row;

/// Measure on a mesh of its own; the exit code says whether every budget holds.
pub fn run(instance: &Instance, command: &BenchCommand) -> Result<ExitCode> {
    interrupt::listen()?;
    if let BenchCommand::Search(args) = command {
        mesh::wipe(instance)?;
        let _emptied = growth::Emptied(instance);
        return finish(instance, "search", 1, search::measure(instance, *args)?);
    }
    infra::install::ensure_programs(&["nginx", "wrk"])?;
    let _guard = mesh::TakeDown(instance);
    if let BenchCommand::Growth(_) = command {
        mesh::wipe(instance)?;
    }
    let options = Options {
        release: true,
        ..Options::default()
    };
    mesh::up_detached(instance, options)?;
    match command {
        BenchCommand::Gateway(pace) => finish(
            instance,
            "gateway",
            pace.rounds,
            gateway::measure(instance, *pace)?,
        ),
        BenchCommand::Checkout(args) => {
            let rows = checkout::measure(instance, *args)?;
            finish(instance, "checkout", args.pace.rounds, rows)
        }
        BenchCommand::Events(args) => {
            finish(instance, "events", args.rounds, events::measure(instance, *args)?)
        }
        BenchCommand::Growth(args) => {
            let _emptied = growth::Emptied(instance);
            finish(instance, "growth", args.rounds, growth::measure(instance, *args)?)
        }
        BenchCommand::Search(_) => bail!("It needs no mesh"),
    }
}

fn finish(instance: &Instance, name: &str, rounds: u32, rows: Vec<Row>) -> Result<ExitCode> {
    print!("\n{}", report::table(&rows));
    let path = report::write(instance, name, rounds, &rows)?;
    println!("\nas JSON, with every round: {}", path.display());
    Ok(if rows.iter().all(Row::holds) {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn go_on() -> Result<()> {
    if interrupt::came() {
        bail!("Interrupted");
    }
    Ok(())
}
