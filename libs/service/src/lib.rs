//! The life of a service process: commands, shared settings, start and stop.

mod command;
mod process;
mod settings;

pub use command::{Command, command, migrate, print};
pub use process::{Process, info, server};
