//! `cargo xtask`: one command to run, test and look after the mesh.

mod cli;
mod files;
mod infra;
mod instance;
mod ports;
mod process;
mod secrets;
mod services;

use std::process::ExitCode;

use anyhow::Result;
use clap::Parser;

use cli::{Cli, Command, InfraCommand};
use files::Lock;
use instance::Instance;

fn main() -> ExitCode {
    let cli = Cli::parse();
    match run(&cli) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(cli: &Cli) -> Result<ExitCode> {
    let instance = Instance::open(cli.instance)?;
    match &cli.command {
        Command::Infra(command) => run_infra(&instance, command)?,
    }
    Ok(ExitCode::SUCCESS)
}

fn run_infra(instance: &Instance, command: &InfraCommand) -> Result<()> {
    let _lock = Lock::take(&instance.dir)?;
    match command {
        InfraCommand::Up => infra::up(instance).map(|_| ()),
        InfraCommand::Down => infra::down(instance),
        InfraCommand::Status => infra::status(instance),
        InfraCommand::Start { part } => infra::start(instance, *part),
        InfraCommand::Stop { part } => {
            infra::stop(instance, *part);
            Ok(())
        }
        InfraCommand::Kill { part } => infra::kill(instance, *part),
    }
}
