//! Looking after token signing keys and mesh keys: what `gateway keys` does, and what the gateway does by itself.

mod tell;
mod upkeep;

use std::io;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use clap::ValueEnum;
use souk_auth::{FileError, KeyFile};

use crate::config::KeyConfig;
use crate::tokens::Directory;

pub use upkeep::Upkeep;

/// How long a new key waits before it signs: longer than it takes until every process has seen it, wherever the
/// keys lie, and longer than anyone may keep an old `/.well-known/jwks.json`.
pub const AFTER: Duration = Duration::from_secs(300);

/// What keys are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Kind {
    /// Access tokens.
    Signing,
    /// Requests inside the mesh.
    Mesh,
}

/// Why keys could not be shown or rotated.
#[derive(Debug, thiserror::Error)]
pub enum KeysError {
    /// The directory of signing keys cannot be used.
    #[error("SIGNING_KEYS_DIR cannot be used: {0}")]
    Signing(#[from] io::Error),
    /// The file of mesh keys cannot be used.
    #[error("MESH_KEYS_FILE cannot be used: {0}")]
    Mesh(#[from] FileError),
    /// Mesh keys are not in a file.
    #[error(
        "MESH_KEYS_FILE is not set: mesh keys that are listed in MESH_KEYS are changed there, by restarts"
    )]
    NoFile,
}

/// All keys, in lines to be read.
///
/// # Errors
/// When they cannot be read.
pub fn list(config: &KeyConfig) -> Result<String, KeysError> {
    let now = Utc::now();
    let signing = Directory::at(&config.signing_keys_dir).list(now)?;
    let mut text = format!("Token signing keys in {}\n", config.signing_keys_dir.display());
    text.extend(signing.iter().map(|key| tell::key(key, now)));
    match &config.mesh_keys_file {
        Some(path) => {
            text += &format!("Mesh keys in {}\n", path.display());
            let mesh = KeyFile::at(path).list(now)?;
            text.extend(mesh.iter().map(|key| tell::key(key, now)));
        }
        None => text += "Mesh keys are listed in MESH_KEYS\n",
    }
    Ok(text)
}

/// Rotates both kinds of keys, or one; those that are younger than so many days are left alone.
///
/// # Errors
/// When they cannot be read or written.
pub fn rotate(
    config: &KeyConfig,
    only: Option<Kind>,
    after: Duration,
    if_older_than: Option<u16>,
) -> Result<String, KeysError> {
    let now = Utc::now();
    let is_chosen = |kind| only.is_none_or(|only| only == kind);
    let is_old = |newest: DateTime<Utc>| if_older_than.is_none_or(|days| age(days).is_exceeded(newest, now));
    let mut text = String::new();
    if is_chosen(Kind::Signing) {
        let directory = Directory::at(&config.signing_keys_dir);
        text += &match directory.newest() {
            Ok(newest) if !is_old(newest) => tell::young("token signing key", newest, now),
            _ => tell::rotated("token signing key", &directory.rotate(now, after)?, now),
        };
    }
    match &config.mesh_keys_file {
        Some(path) if is_chosen(Kind::Mesh) => {
            let file = KeyFile::at(path);
            text += &match file.newest() {
                Ok(newest) if !is_old(newest) => tell::young("mesh key", newest, now),
                _ => tell::rotated("mesh key", &file.rotate(now, after)?, now),
            };
        }
        None if only == Some(Kind::Mesh) => return Err(KeysError::NoFile),
        _ => {}
    }
    Ok(text)
}

/// How old a key may become; nothing for ever.
#[derive(Clone, Copy)]
struct MaxAge(Option<TimeDelta>);

impl MaxAge {
    fn is_exceeded(self, newest: DateTime<Utc>, now: DateTime<Utc>) -> bool {
        self.0.is_some_and(|age| now.signed_duration_since(newest) >= age)
    }
}

fn age(days: u16) -> MaxAge {
    MaxAge(Some(TimeDelta::days(days.into())))
}

fn age_or_never(days: u16) -> MaxAge {
    if days == 0 { MaxAge(None) } else { age(days) }
}
