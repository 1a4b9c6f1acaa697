//! `cargo xtask audit`: the invariants of the running mesh, recomputed from its databases.
//!
//! A program of `e2e` does it: it lies beside the services, being built with them.

use std::process::{Command, ExitCode, Stdio};

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::cli::AuditArgs;
use crate::files;
use crate::instance::Instance;
use crate::mesh::{Record, run_path};
use crate::replicas::Replica;
use crate::services::by_name;

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
    let run: Value = files::read_json(&run_path(instance))?.with_context(|| {
        format!(
            "No mesh runs in the {} instance: run `cargo xtask up`",
            instance.label()
        )
    })?;
    let postgres = run
        .pointer("/postgres_url")
        .and_then(Value::as_str)
        .context("run.json does not say where Postgres is")?;
    let record = Record::read(instance, Replica::first(by_name("order-svc")?))?
        .context("order-svc was never started")?;
    let program = record.binary.with_file_name("audit");
    if !program.is_file() {
        bail!(
            "{} is not built: this mesh was started by an older xtask; run `cargo xtask up` again",
            program.display()
        );
    }
    let mut audit = Command::new(&program);
    audit
        .arg("--patience")
        .arg(args.patience.to_string())
        .env("POSTGRES_URL", postgres)
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
