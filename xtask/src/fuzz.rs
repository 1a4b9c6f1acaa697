//! Made-up requests to a running mesh, and its answers held against its API document.
//!
//! schemathesis makes them. It is a Python program, installed into an environment of its own under `.souk/`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

use anyhow::{Context, Result, bail};
use clap::{Args, ValueEnum};

use crate::files;
use crate::infra::install::find_in_path;
use crate::instance::Instance;
use crate::mesh::{Run, run_path};

/// What is installed, exactly: a newer one may find more, when somebody has time for it.
const PACKAGE: &str = "schemathesis==4.32.5";
/// Failures on our side, and answers that the document does not know.
const CHECKS: &str = "not_a_server_error,status_code_conformance,content_type_conformance,\
                      response_schema_conformance,response_headers_conformance";

/// How to look for trouble.
#[derive(Debug, Args)]
pub struct FuzzArgs {
    /// As whom; as each of them in turn if it is left out.
    #[arg(long = "as", value_enum, value_name = "WHO")]
    who: Vec<Who>,
    /// How many seconds for each of them.
    #[arg(long, default_value_t = 120, value_parser = clap::value_parser!(u32).range(1..=3600))]
    seconds: u32,
    /// What the requests are made from: the same seed makes the same ones.
    #[arg(long, default_value_t = 1)]
    seed: u32,
    /// Options for `schemathesis run`, such as `-- --include-path /api/v1/orders`.
    #[arg(last = true, value_name = "OPTIONS")]
    options: Vec<String>,
}

/// As whom requests are sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Who {
    /// Somebody without a token.
    Nobody,
    /// A new customer.
    Customer,
    /// The owner of a new shop that sells something.
    Owner,
    /// An operator.
    Admin,
}

impl Who {
    const ALL: [Self; 4] = [Self::Nobody, Self::Customer, Self::Owner, Self::Admin];

    fn name(self) -> &'static str {
        match self {
            Self::Nobody => "nobody",
            Self::Customer => "customer",
            Self::Owner => "owner",
            Self::Admin => "admin",
        }
    }
}

/// Sends requests for as long as it may take; fails when one was answered as it must not be.
pub fn run(instance: &Instance, args: &FuzzArgs) -> Result<ExitCode> {
    let run: Run = files::read_json(&run_path(instance))?.with_context(|| {
        format!(
            "No mesh runs: start one with `cargo xtask --instance {} up --detach --no-limits`",
            instance.label()
        )
    })?;
    let program = install(instance)?;
    let everybody = if args.who.is_empty() {
        &Who::ALL[..]
    } else {
        &args.who
    };
    let mut good = true;
    for who in everybody {
        println!("\n== as {}", who.name());
        good &= fuzz(instance, &program, &run.gateway_url, *who, args)?;
    }
    Ok(if good {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn fuzz(instance: &Instance, program: &Path, gateway: &str, who: Who, args: &FuzzArgs) -> Result<bool> {
    let hooks = instance.checkout.join("e2e/fuzz");
    let status = Command::new(program)
        .args(["run", &format!("{gateway}/openapi.json"), "--url", gateway])
        .args(["--checks", CHECKS])
        .args(["--max-time", &args.seconds.to_string()])
        .args(["--seed", &args.seed.to_string()])
        // Its own memory of earlier runs would make this one another.
        .args(["--generation-database", "none"])
        .args(&args.options)
        .env("PYTHONPATH", hooks)
        .env("SCHEMATHESIS_HOOKS", "hooks")
        .env("SOUK_RUN_JSON", run_path(instance))
        .env("SOUK_FUZZ_AS", who.name())
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .current_dir(directory(instance))
        .stdin(Stdio::null())
        .status()
        .context("Cannot run schemathesis")?;
    Ok(status.success())
}

fn directory(instance: &Instance) -> PathBuf {
    instance.checkout.join(".souk/fuzz")
}

/// The program, installed if it is missing.
fn install(instance: &Instance) -> Result<PathBuf> {
    let directory = directory(instance);
    let (environment, mark) = (directory.join("venv"), directory.join("installed"));
    let program = environment.join("bin/schemathesis");
    if program.is_file() && fs::read_to_string(&mark).is_ok_and(|installed| installed == PACKAGE) {
        return Ok(program);
    }
    let Some(python) = find_in_path("python3") else {
        bail!("Fuzzing needs Python 3; please run: apt-get install -y python3 python3-venv");
    };
    println!("installing {PACKAGE} into {}", environment.display());
    fs::create_dir_all(&directory).with_context(|| format!("Cannot create {}", directory.display()))?;
    let mut venv = Command::new(python);
    venv.args(["-m", "venv", "--clear"]).arg(&environment);
    succeed(venv)
        .context("Python cannot make an environment; please run: apt-get install -y python3-venv")?;
    let mut pip = Command::new(environment.join("bin/pip"));
    pip.args(["install", "--quiet", "--disable-pip-version-check", PACKAGE]);
    succeed(pip).with_context(|| format!("Cannot install {PACKAGE}"))?;
    fs::write(&mark, PACKAGE).with_context(|| format!("Cannot write {}", mark.display()))?;
    Ok(program)
}

fn succeed(mut command: Command) -> Result<()> {
    let output = command.stdin(Stdio::null()).output()?;
    if !output.status.success() {
        let said = [output.stdout, output.stderr].concat();
        bail!("{}", String::from_utf8_lossy(&said).trim());
    }
    Ok(())
}
