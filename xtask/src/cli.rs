//! The command line.

use clap::{Parser, Subcommand};

use crate::instance::{Name, Part};

/// Run, test and look after the Souk mesh.
#[derive(Debug, Parser)]
#[command(
    name = "cargo xtask",
    bin_name = "cargo xtask",
    disable_help_subcommand = true
)]
pub struct Cli {
    /// Which copy of the mesh is meant; both may run side by side.
    #[arg(long, global = true, value_enum, default_value = "dev")]
    pub instance: Name,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What can be done.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Postgres, RabbitMQ and Redis alone.
    #[command(subcommand)]
    Infra(InfraCommand),
}

/// What can be done with the infrastructure.
#[derive(Debug, Subcommand)]
pub enum InfraCommand {
    /// Install what is missing and start private instances; what is up is reused.
    Up,
    /// Stop the private instances; their data stays.
    Down,
    /// Say what is up, where.
    Status,
    /// Start one part.
    Start {
        /// Which one.
        part: Part,
    },
    /// Stop one part in good order.
    Stop {
        /// Which one.
        part: Part,
    },
    /// Kill one part without warning.
    Kill {
        /// Which one.
        part: Part,
    },
}
