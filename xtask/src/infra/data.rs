//! The data directory of a part, and whether it belongs to the secrets we have.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result};

use super::account::Account;
use crate::files;
use crate::instance::{Instance, Part};
use crate::secrets::Secrets;

/// The data directory, made if it is missing.
///
/// Data whose secrets were deleted cannot be opened by anyone any more: it is made anew.
pub fn prepare(instance: &Instance, part: Part, account: &Account, secrets: &Secrets) -> Result<PathBuf> {
    let dir = instance.data_dir(part);
    if dir.exists() && !belongs(instance, part, secrets) {
        println!(
            "{}: removing data left by an earlier {} instance",
            part.name(),
            instance.label()
        );
        fs::remove_dir_all(&dir).with_context(|| format!("Cannot remove {}", dir.display()))?;
    }
    if let Some(parent) = dir.parent() {
        fs::create_dir_all(parent).with_context(|| format!("Cannot create {}", parent.display()))?;
    }
    account.make_dir(&dir)?;
    let stamp = dir.join(STAMP);
    if !stamp.exists() {
        files::write_private(&stamp, &format!("{}\n", secrets.id))?;
    }
    Ok(dir)
}

/// Whether the data of a part was made with these secrets.
pub fn belongs(instance: &Instance, part: Part, secrets: &Secrets) -> bool {
    let known = fs::read_to_string(instance.data_dir(part).join(STAMP)).ok();
    known.is_some_and(|id| id.trim() == secrets.id)
}

const STAMP: &str = "souk-id";

/// Remove the data of a part, wherever it lies.
pub fn remove(instance: &Instance, part: Part) -> Result<()> {
    let dir = instance.data_dir(part);
    if dir.exists() {
        fs::remove_dir_all(&dir).with_context(|| format!("Cannot remove {}", dir.display()))?;
    }
    Ok(())
}
