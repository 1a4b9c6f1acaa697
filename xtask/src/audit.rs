//! `cargo xtask audit`: the invariants of the running mesh, recomputed from its databases.
//!
//! A program of `e2e` does it: it lies beside the services, being built with them.

use std::process::{Command, ExitCode, Stdio};

use anyhow::{Context, Result};

use crate::cli::AuditArgs;
use crate::instance::Instance;
use crate::mesh::{Run, beside_services};

/// It cannot be told; 1 says that an invariant does not hold.
const UNKNOWN: u8 = 2;

/// Looks; the exit code says whether all invariants hold.
pub fn run(instance: &Instance, args: &AuditArgs) -> ExitCode {
    look(instance, args).unwrap_or_else(|error| {
        eprintln!("error: {error:#}");
        ExitCode::from(UNKNOWN)
    })
}

fn look(instance: &Instance, args: &AuditArgs) -> Result<ExitCode> {
    let run = Run::read(instance)?;
    let program = beside_services(instance, "audit")?;
    let mut audit = Command::new(&program);
    audit
        .arg("--patience")
        .arg(args.patience.to_string())
        .env("POSTGRES_URL", &run.postgres_url)
        .stdin(Stdio::null());
    if args.json {
        audit.arg("--json");
    }
    let status = audit
        .status()
        .with_context(|| format!("Cannot run {}", program.display()))?;
    let code = status
        .code()
        .with_context(|| format!("{} was stopped", program.display()))?;
    Ok(ExitCode::from(u8::try_from(code).unwrap_or(UNKNOWN)))
}
