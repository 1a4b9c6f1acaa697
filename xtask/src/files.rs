//! Files that only their owner may read, written whole or not at all.

use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use anyhow::{Context, Result, bail};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// Whether we run as root.
pub fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

/// Write a file with mode 0600; a crash leaves the old one.
pub fn write_private(path: &Path, text: &str) -> Result<()> {
    let parent = path.parent().context("A file needs a directory")?;
    fs::create_dir_all(parent).with_context(|| format!("Cannot create {}", parent.display()))?;
    let mut name = path.file_name().context("A file needs a name")?.to_os_string();
    name.push(".new");
    let fresh = path.with_file_name(name);
    let write = || -> std::io::Result<()> {
        let _ = fs::remove_file(&fresh);
        let mut file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&fresh)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        fs::rename(&fresh, path)
    };
    write().with_context(|| format!("Cannot write {}", path.display()))
}

/// Write a value as JSON, readable by the owner only.
pub fn write_json<T: Serialize>(path: &Path, value: &T) -> Result<()> {
    write_private(path, &(serde_json::to_string_pretty(value)? + "\n"))
}

/// Read a JSON file; `None` if there is none.
pub fn read_json<T: DeserializeOwned>(path: &Path) -> Result<Option<T>> {
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) if error.kind() == ErrorKind::PermissionDenied => {
            bail!(
                "{} belongs to another user (often root): run this command as that user",
                path.display()
            )
        }
        Err(error) => return Err(error).with_context(|| format!("Cannot read {}", path.display())),
    };
    let value = serde_json::from_str(&text).with_context(|| format!("{} is damaged", path.display()))?;
    Ok(Some(value))
}

/// Remove a file, if it is there.
pub fn remove(path: &Path) -> Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => {
            Err(error).with_context(|| format!("Cannot remove {}", path.display()))
        }
        _ => Ok(()),
    }
}

/// Held while an instance is being changed, so that two commands do not get into each other's way.
pub struct Lock(#[expect(dead_code, reason = "the lock lives as long as the file is open")] File);

impl Lock {
    /// Wait for the lock of a directory.
    pub fn take(dir: &Path) -> Result<Self> {
        let path = dir.join("lock");
        let file = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .open(&path);
        let file = match file {
            Err(error) if error.kind() == ErrorKind::PermissionDenied => {
                bail!(
                    "{} belongs to another user (often root): run this command as that user",
                    dir.display()
                )
            }
            other => other.with_context(|| format!("Cannot open {}", path.display()))?,
        };
        if file.try_lock().is_err() {
            eprintln!("waiting for another xtask that works on {}", dir.display());
            file.lock()
                .with_context(|| format!("Cannot lock {}", path.display()))?;
        }
        Ok(Self(file))
    }
}
