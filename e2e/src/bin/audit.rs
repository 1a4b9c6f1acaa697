//! Recomputes the invariants of a mesh from its databases; `cargo xtask audit` runs it.
//!
//! The address of their superuser is in `POSTGRES_URL`, where no list of processes shows it. The exit code is 0 when
//! all invariants hold, 1 when one does not, and 2 when it cannot be told.

use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use e2e::audit::{self, Check, Databases, Error};
use serde_json::json;

/// Recompute the invariants of a mesh.
#[derive(Debug, Parser)]
struct Arguments {
    /// Seconds for which what is wrong may be on its way.
    #[arg(long, default_value_t = 10)]
    patience: u64,
    /// Answer in JSON.
    #[arg(long)]
    json: bool,
    /// The superuser's address.
    #[arg(long, env = "POSTGRES_URL", hide_env_values = true)]
    postgres_url: String,
}

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match look(&arguments).await {
        Ok(checks) => {
            tell(&checks, arguments.json);
            ExitCode::from(u8::from(!checks.iter().all(Check::holds)))
        }
        Err(error) => {
            eprintln!("error: {}", with_causes(&error));
            ExitCode::from(2)
        }
    }
}

async fn look(arguments: &Arguments) -> audit::Result<Vec<Check>> {
    let databases = Databases::connect(&arguments.postgres_url).await?;
    audit::settled(&databases, Duration::from_secs(arguments.patience)).await
}

fn tell(checks: &[Check], in_json: bool) {
    if in_json {
        println!(
            "{:#}",
            json!({"holds": checks.iter().all(Check::holds), "checks": checks})
        );
    } else {
        print!("{}", audit::table(checks));
    }
}

fn with_causes(error: &Error) -> String {
    let first: &dyn std::error::Error = error;
    std::iter::successors(Some(first), |error| error.source())
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join(": ")
}
