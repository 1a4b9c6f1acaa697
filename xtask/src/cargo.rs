//! Calling cargo from within cargo.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use rustix::process::Signal;
use serde::Deserialize;

use crate::infra::install::find_in_path;
use crate::instance::Instance;
use crate::{interrupt, process};

/// The packages of every build. Always the same set: another one would unify features differently, and compile
/// dependencies twice.
pub const SELECTION: [&str; 3] = ["--workspace", "--exclude", "xtask"];

/// A cargo command in the checkout, free of what the cargo that runs us has set: build scripts watch those
/// variables, and would run again each time.
pub fn command(instance: &Instance) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(&instance.checkout).stdin(Stdio::null());
    for (name, _) in std::env::vars_os() {
        let is_of_xtask = name.to_str().is_some_and(|name| {
            ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_BIN_", "CARGO_CRATE_"]
                .iter()
                .any(|prefix| name.starts_with(prefix))
        });
        if is_of_xtask {
            command.env_remove(name);
        }
    }
    let is_ci = std::env::var("CI").is_ok_and(|ci| ci == "true");
    if is_ci && std::env::var_os("CARGO_INCREMENTAL").is_none() {
        command.env("CARGO_INCREMENTAL", "0");
    }
    command
}

/// Wait for a cargo that was started, or stop it when we are told to stop.
pub fn finish(child: &mut Child) -> Result<bool> {
    loop {
        if let Some(status) = child.try_wait().context("Cannot wait for cargo")? {
            return Ok(status.success());
        }
        if interrupt::came() {
            let id = i32::try_from(child.id())?;
            process::signal(id, Signal::TERM);
            child.wait()?;
            bail!("Interrupted");
        }
        sleep(Duration::from_millis(50));
    }
}

/// Build all services of another checkout of ours into a target directory of its own; the directory that the programs are
/// in.
pub fn build_elsewhere(instance: &Instance, checkout: &Path, target: &Path) -> Result<PathBuf> {
    must_find_cc()?;
    let mut build = command(instance);
    build
        .current_dir(checkout)
        .arg("build")
        .args(SELECTION)
        .arg("--bins")
        .arg("--target-dir")
        .arg(target);
    if !finish(&mut build.spawn().context("Cannot run cargo")?)? {
        bail!("The build of {} failed", checkout.display());
    }
    Ok(target.join("debug"))
}

fn must_find_cc() -> Result<()> {
    if find_in_path("cc").is_none() {
        bail!("There is no C compiler, which rustls needs; please run: apt-get install -y gcc libc6-dev");
    }
    Ok(())
}

/// Build all services; the directory that the programs are in.
pub fn build(instance: &Instance, release: bool) -> Result<PathBuf> {
    build_programs(instance, release, &["--bins"])
}

/// Build some programs of the same packages; the directory that they are in.
pub fn build_optimized(instance: &Instance, programs: &[&str]) -> Result<PathBuf> {
    let targets: Vec<&str> = programs.iter().flat_map(|program| ["--bin", program]).collect();
    build_programs(instance, true, &targets)
}

fn build_programs(instance: &Instance, release: bool, targets: &[&str]) -> Result<PathBuf> {
    must_find_cc()?;
    let mut build = command(instance);
    build.arg("build").args(SELECTION).args(targets);
    if release {
        build.arg("--release");
    }
    if !finish(&mut build.spawn().context("Cannot run cargo")?)? {
        bail!("The build failed");
    }
    Ok(target_dir(instance)?.join(if release { "release" } else { "debug" }))
}

fn target_dir(instance: &Instance) -> Result<PathBuf> {
    #[derive(Deserialize)]
    struct Metadata {
        target_directory: PathBuf,
    }
    let output = command(instance)
        .args(["metadata", "--no-deps", "--format-version", "1"])
        .stderr(Stdio::inherit())
        .output()
        .context("Cannot run cargo metadata")?;
    let metadata: Metadata =
        serde_json::from_slice(&output.stdout).context("cargo metadata answered nothing useful")?;
    Ok(metadata.target_directory)
}
