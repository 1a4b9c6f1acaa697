//! The steps of `cargo xtask test`.

use std::io::{BufRead, BufReader};
use std::process::{Command, ExitCode, Stdio};
use std::thread;

use anyhow::{Context, Result, bail};
use clap::ValueEnum;

use super::count::Count;
use crate::cargo::{self, SELECTION};
use crate::infra::Infra;
use crate::instance::{Instance, Name, Part};
use crate::mesh::{self, Options, run_path};
use crate::search_backend::SearchBackend;
use crate::torture::{self, TortureArgs};
use crate::{files, infra, layers};

/// One step; they run in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Step {
    /// Fresh Postgres, RabbitMQ and Redis.
    Setup,
    /// Formatting.
    Fmt,
    /// Arrows between modules and packages.
    Layers,
    /// Clippy, warnings denied.
    Clippy,
    /// Documentation, warnings denied.
    Doc,
    /// Everything that the tests need.
    Build,
    /// Unit and service tests.
    Unit,
    /// Tests over the running mesh.
    E2e,
    /// A short series of torture, on a mesh of its own.
    Torture,
}

impl Step {
    /// All steps, in order.
    pub const ALL: [Step; 9] = [
        Step::Setup,
        Step::Fmt,
        Step::Layers,
        Step::Clippy,
        Step::Doc,
        Step::Build,
        Step::Unit,
        Step::E2e,
        Step::Torture,
    ];

    /// Whether it needs running infrastructure.
    pub fn needs_infra(self) -> bool {
        matches!(self, Step::Unit | Step::E2e)
    }

    /// Run it.
    pub fn run(self, instance: &Instance) -> Result<Count> {
        match self {
            Step::Setup => set_up(instance)?,
            Step::Fmt => plain(instance, "fmt", &["--all", "--check"], &[])?,
            Step::Layers => layers::check(instance)?,
            Step::Clippy => {
                plain(
                    instance,
                    "clippy",
                    &["--workspace", "--all-targets", "--", "-D", "warnings"],
                    &[],
                )?;
            }
            Step::Doc => plain(
                instance,
                "doc",
                &["--workspace", "--no-deps"],
                &[("RUSTDOCFLAGS", "-D warnings")],
            )?,
            Step::Build => {
                plain(
                    instance,
                    "test",
                    &["--no-run", SELECTION[0], SELECTION[1], SELECTION[2]],
                    &[],
                )?;
            }
            Step::Unit => return unit(instance),
            Step::E2e => return e2e(instance),
            Step::Torture => return torture(instance),
        }
        Ok(Count::default())
    }
}

/// Data of an earlier run would make this one different.
fn set_up(instance: &Instance) -> Result<()> {
    mesh::wipe(instance)?;
    infra::up(instance, &Part::CORE).map(|_| ())
}

fn unit(instance: &Instance) -> Result<Count> {
    let infra: Infra = files::read_json(&instance.dir.join("infra.json"))?
        .context("The infrastructure for tests is not up: run the step `setup` first")?;
    let mut all = cargo::command(instance);
    all.arg("test")
        .args(SELECTION)
        .args(["--exclude", "e2e", "--no-fail-fast"]);
    all.envs(addresses(&infra));
    // The library of e2e, without the tests that need a mesh: chosen by name among all libraries, because with its
    // package alone dependencies would be compiled once more.
    let mut outside = cargo::command(instance);
    outside
        .arg("test")
        .args(SELECTION)
        .args(["--lib", "--no-fail-fast", "--", "torture::", "audit::"]);
    let mut own = cargo::command(instance);
    own.args(["test", "--package", "xtask"]);
    let mut count = counted(all)?;
    count.add(counted(outside)?);
    count.add(counted(own)?);
    Ok(count)
}

/// Where tests find the infrastructure.
pub(super) fn addresses(infra: &Infra) -> [(&'static str, &str); 3] {
    [
        ("TEST_POSTGRES_URL", &infra.postgres_url),
        ("TEST_AMQP_URL", &infra.amqp_url),
        ("TEST_REDIS_URL", &infra.redis_url),
    ]
}

fn e2e(instance: &Instance) -> Result<Count> {
    mesh::up_detached(
        instance,
        Options {
            release: false,
            limits: false,
            // All tests run over them, so that no order of events is one that a single process has seen to.
            replicas: "gateway=2,order-svc=2".parse()?,
            traefik: true,
            search: SearchBackend::Embedded,
            programs: None,
        },
    )?;
    // The tests before have dropped tens of thousands of tables, and some of these kill Postgres.
    infra::checkpoint(instance)?;
    let mut tests = cargo::command(instance);
    tests
        .arg("test")
        .args(SELECTION)
        .args(["--test", "mesh", "--no-fail-fast"])
        .env("SOUK_RUN_JSON", run_path(instance))
        .env(
            "SOUK_XTASK",
            std::env::current_exe().context("Cannot find the program of xtask")?,
        );
    counted(tests)
}

/// The test instance is stopped before: two meshes would share the processors, and each wait for the other.
fn torture(instance: &Instance) -> Result<Count> {
    mesh::down(instance)?;
    let args = TortureArgs::short();
    let passed = torture::run(&Instance::open(Name::Torture)?, &args)? == ExitCode::SUCCESS;
    Ok(Count {
        passed: if passed { args.runs().into() } else { 0 },
        failed: (!passed).into(),
    })
}

fn plain(instance: &Instance, subcommand: &str, arguments: &[&str], env: &[(&str, &str)]) -> Result<()> {
    let mut command = cargo::command(instance);
    command.arg(subcommand).args(arguments).envs(env.iter().copied());
    if !cargo::finish(&mut command.spawn().context("Cannot run cargo")?)? {
        bail!("cargo {subcommand} failed");
    }
    Ok(())
}

/// Run tests, show what they print, and count. A failure to build counts as one failed test.
pub(super) fn counted(mut command: Command) -> Result<Count> {
    let mut child = command
        .stdout(Stdio::piped())
        .spawn()
        .context("Cannot run cargo")?;
    let stdout = child.stdout.take().context("cargo has no output")?;
    let reader = thread::spawn(move || {
        let mut count = Count::default();
        for line in BufReader::new(stdout).split(b'\n').map_while(Result::ok) {
            let line = String::from_utf8_lossy(&line);
            println!("{line}");
            count.add_line(&line);
        }
        count
    });
    let finished = cargo::finish(&mut child);
    let mut count = reader.join().unwrap_or_default();
    if !finished? && count.failed == 0 {
        println!("the tests ended without a result");
        count.failed = 1;
    }
    Ok(count)
}
