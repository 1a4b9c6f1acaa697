//! `cargo xtask`: one command to run, test and look after the mesh.

mod audit;
mod bench;
mod cargo;
mod cli;
mod files;
mod fuzz;
mod http;
mod infra;
mod instance;
mod interrupt;
mod layers;
mod mesh;
mod operator;
mod parked;
mod ports;
mod process;
mod replicas;
mod search;
mod search_backend;
mod secrets;
mod services;
mod test;
mod torture;
mod trace;
mod traefik;

use std::process::ExitCode;

use anyhow::Result;
use clap::Parser;

use cli::{Cli, Command, InfraCommand, ServiceCommand};
use files::Lock;
use instance::{Instance, Name, Part};
use mesh::{Options, service};
use replicas::chosen;

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
        Command::Up {
            release,
            detach,
            no_limits,
            replicas,
            traefik,
            search,
        } => {
            let options = Options {
                release: *release,
                limits: !no_limits,
                replicas: replicas.clone().unwrap_or_default(),
                traefik: *traefik,
                search: *search,
                programs: None,
            };
            if *detach {
                mesh::up_detached(&instance, options)?;
            } else {
                mesh::up_in_foreground(&instance, options)?;
            }
        }
        Command::Down => mesh::down(&instance)?,
        Command::Service(command) => run_service(&instance, command)?,
        Command::Logs {
            service,
            follow,
            lines,
        } => mesh::logs(&instance, service.as_deref(), *lines, *follow)?,
        Command::Bench(command) => return bench::run(&Instance::open(Name::Test)?, command),
        Command::Audit(args) => return Ok(audit::run(&instance, args)),
        Command::Parked(command) => parked::run(&instance, command)?,
        Command::Search(command) => return search::run(&instance, command),
        Command::Trace { order } => return trace::run(&instance, order),
        Command::Keys(command) => mesh::keys::run(&instance, command)?,
        Command::Layers => layers::check(&instance)?,
        Command::Fuzz(args) => return fuzz::run(&instance, args),
        Command::Torture(args) => return torture::run(&Instance::open(Name::Torture)?, args),
        Command::Test { only, with } => return test::run(&Instance::open(Name::Test)?, only, with),
    }
    Ok(ExitCode::SUCCESS)
}

fn run_infra(instance: &Instance, command: &InfraCommand) -> Result<()> {
    let _lock = Lock::take(&instance.dir)?;
    match command {
        InfraCommand::Up => infra::up(instance, &Part::CORE).map(|_| ()),
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

fn run_service(instance: &Instance, command: &ServiceCommand) -> Result<()> {
    let _lock = Lock::take(&instance.dir)?;
    let named = |name: &str| chosen(&mesh::known(instance), name);
    match command {
        ServiceCommand::Start { name } => service::start(instance, &named(name)?),
        ServiceCommand::Stop { name } => service::stop(instance, &named(name)?),
        ServiceCommand::Kill { name } => service::kill(instance, &named(name)?),
        ServiceCommand::Restart { name } => {
            let replicas = named(name)?;
            service::stop(instance, &replicas)?;
            service::start(instance, &replicas)
        }
    }
}
