//! Finds the programs of each part, and installs what is missing where that is allowed.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use super::{account, distribution};
use crate::files;
use crate::instance::{Instance, Part};

/// Make sure that the programs of these parts are there.
pub fn ensure(instance: &Instance, parts: &[Part], psql_only: bool) -> Result<()> {
    if parts.contains(&Part::Elasticsearch) {
        distribution::ensure(instance)?;
        account::create_user(Part::Elasticsearch)?;
    }
    let mut missing: Vec<&str> = missing_packages(parts).collect();
    if psql_only && postgres_program("psql").is_err() {
        missing.push("postgresql-client");
    }
    fetch(&missing)?;
    match missing_packages(parts).next() {
        Some(package) => bail!("apt-get installed {package}, but its programs are not to be found"),
        None => Ok(()),
    }
}

fn missing_packages(parts: &[Part]) -> impl Iterator<Item = &'static str> {
    let missing = parts.iter().filter(|part| !is_installed(**part));
    missing.filter_map(|part| package(*part))
}

/// A Python whose pip knows today's packages; the system's own is tried after the one in the PATH.
pub fn python_with_pip() -> Result<PathBuf> {
    if let Some(python) = find_python() {
        return Ok(python);
    }
    fetch(&["python3", "python3-pip"])?;
    find_python().with_context(|| {
        format!("apt-get installed python3-pip, but there is no python3 with pip {OLDEST_PIP} or newer")
    })
}

/// Older ones do not know which packages suit this system.
const OLDEST_PIP: u32 = 20;

fn find_python() -> Option<PathBuf> {
    let system = PathBuf::from("/usr/bin/python3");
    find_in_path("python3")
        .into_iter()
        .chain([system])
        .find(|python| pip_version(python).is_some_and(|version| version >= OLDEST_PIP))
}

/// The first number in `pip 23.0.1 from ...`.
fn pip_version(python: &Path) -> Option<u32> {
    let mut ask = Command::new(python);
    let output = ask
        .args(["-m", "pip", "--version"])
        .stdin(Stdio::null())
        .output()
        .ok()?;
    let said = String::from_utf8(output.stdout).ok()?;
    said.strip_prefix("pip ")?.split('.').next()?.parse().ok()
}

/// Make sure that these programs are there, each from the package of its own name.
pub fn ensure_programs(names: &[&'static str]) -> Result<()> {
    let is_missing = |name: &&&str| find_in_path(name).is_none();
    let missing: Vec<&str> = names.iter().filter(is_missing).copied().collect();
    fetch(&missing)?;
    match missing.iter().find(|name| find_in_path(name).is_none()) {
        Some(name) => bail!("apt-get installed {name}, but its program is not to be found"),
        None => Ok(()),
    }
}

/// Install packages, or say how.
pub fn fetch(missing: &[&str]) -> Result<()> {
    if missing.is_empty() {
        return Ok(());
    }
    let line = format!("apt-get install -y --no-install-recommends {}", missing.join(" "));
    if find_in_path("apt-get").is_none() {
        bail!(
            "Please install {} with this system's package manager",
            missing.join(", ")
        );
    }
    if !files::is_root() {
        bail!("Some programs are missing; please run: sudo apt-get update && sudo {line}");
    }
    println!("installing {}", missing.join(", "));
    install(missing)
}

/// A program of the newest Postgres; Debian keeps the server's out of the PATH.
pub fn postgres_program(name: &str) -> Result<PathBuf> {
    let versions = fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten();
    let mut found: Vec<(u32, PathBuf)> = versions
        .filter_map(|entry| {
            let version = entry.file_name().to_str()?.parse().ok()?;
            let program = entry.path().join("bin").join(name);
            program.is_file().then_some((version, program))
        })
        .collect();
    found.sort();
    found
        .pop()
        .map(|(_, program)| program)
        .or_else(|| find_in_path(name))
        .with_context(|| format!("The program {name} of Postgres is not installed"))
}

/// The server script of RabbitMQ itself: the one in the PATH of Debian insists on the system's instance.
pub fn rabbitmq_program(name: &str) -> Result<PathBuf> {
    let packaged = Path::new("/usr/lib/rabbitmq/bin").join(name);
    if packaged.is_file() {
        return Ok(packaged);
    }
    find_in_path(name).with_context(|| format!("The program {name} of RabbitMQ is not installed"))
}

/// The Redis server.
pub fn redis_program() -> Result<PathBuf> {
    find_in_path("redis-server").context("The program redis-server is not installed")
}

/// Find a program as a shell would.
pub fn find_in_path(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    let system = ["/usr/sbin", "/sbin"].map(PathBuf::from);
    std::env::split_paths(&path)
        .chain(system)
        .map(|dir| dir.join(name))
        .find(|program| {
            fs::metadata(program).is_ok_and(|meta| meta.is_file() && meta.permissions().mode() & 0o111 != 0)
        })
}

fn is_installed(part: Part) -> bool {
    match part {
        Part::Postgres => ["postgres", "initdb", "psql"]
            .iter()
            .all(|name| postgres_program(name).is_ok()),
        Part::Rabbitmq => rabbitmq_program("rabbitmq-server").is_ok() && find_in_path("erl").is_some(),
        Part::Redis => redis_program().is_ok(),
        // `distribution` sees to it.
        Part::Elasticsearch => true,
    }
}

/// The system's package of a part, if it has one.
fn package(part: Part) -> Option<&'static str> {
    match part {
        Part::Postgres => Some("postgresql"),
        Part::Rabbitmq => Some("rabbitmq-server"),
        Part::Redis => Some("redis-server"),
        Part::Elasticsearch => None,
    }
}

fn install(packages: &[&str]) -> Result<()> {
    let _policy = NoServiceStarts::begin()?;
    let mut arguments = vec!["install", "-y", "--no-install-recommends"];
    arguments.extend(packages);
    if apt_get(&arguments).is_err() {
        println!("refreshing the package lists");
        apt_get(&["update"])?;
        apt_get(&arguments)?;
    }
    Ok(())
}

fn apt_get(arguments: &[&str]) -> Result<()> {
    let output = Command::new("apt-get")
        .args(["-q", "-o", "DPkg::Lock::Timeout=120"])
        .args(arguments)
        .env("DEBIAN_FRONTEND", "noninteractive")
        .stdin(Stdio::null())
        .output()
        .context("Cannot run apt-get")?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let why = said
        .lines()
        .rev()
        .find(|line| line.starts_with("E:"))
        .unwrap_or("no reason given");
    bail!("`apt-get {}` failed: {why}", arguments.join(" "))
}

/// While it lives, packages that are installed do not start their services.
struct NoServiceStarts {
    is_ours: bool,
}

impl NoServiceStarts {
    const FILE: &'static str = "/usr/sbin/policy-rc.d";
    const TEXT: &'static str = "#!/bin/sh\n# Written by souk's xtask while it installs packages.\nexit 101\n";

    fn begin() -> Result<Self> {
        let present = fs::read_to_string(Self::FILE).ok();
        // A policy that someone else made stays as it is; one of ours is left over from a crash.
        let is_ours = present.is_none_or(|text| text == Self::TEXT);
        if is_ours {
            fs::write(Self::FILE, Self::TEXT)
                .and_then(|()| fs::set_permissions(Self::FILE, fs::Permissions::from_mode(0o755)))
                .with_context(|| format!("Cannot write {}", Self::FILE))?;
        }
        Ok(Self { is_ours })
    }
}

impl Drop for NoServiceStarts {
    fn drop(&mut self) {
        if self.is_ours {
            let _ = fs::remove_file(Self::FILE);
        }
    }
}
