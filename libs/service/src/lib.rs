//! The life of a service process: commands, shared settings, start and stop.

mod chores;
mod command;
mod export;
mod internal;
mod parked;
mod problem;
mod process;
mod report;
mod settings;
mod tasks;
mod trace;
mod views;

pub use chores::every;
pub use command::{Command, command, migrate, migrate_then, print};
pub use export::{export, export_page};
pub use problem::{database_problem, idempotency_problem};
pub use process::{Process, info, server};
pub use report::Reporter;
pub use views::{PageView, VIEW_QUIET, ViewCounter, ViewLog, ViewStore, view_log};
