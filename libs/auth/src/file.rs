//! The file of mesh keys, for whoever rotates them.
//!
//! One key a line, `kid:base64secret`, then from when it signs; without a time it has always signed. Every process
//! of the mesh accepts a new key when it is written and signs with it when its time has come, which is a while
//! later: so one write rotates the mesh, and no two processes have to look at the same moment.

use std::fs::{self, File, OpenOptions, Permissions};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, DurationRound, TimeDelta, Utc};
use rand::TryRngCore;

use crate::ring::{self, Entry, KeyError, Ring, is_over, over_at};

const HEAD: &str = "# Keys of the mesh signature: kid:base64secret, then from when it signs.\n";

/// A file of mesh keys.
#[derive(Clone, Debug)]
pub struct KeyFile {
    path: PathBuf,
}

/// What a rotation did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rotated {
    /// There is a new key, which signs from this time.
    Made(String, DateTime<Utc>),
    /// Nothing: a key was made this very second, or before and its time is still to come.
    UnderWay(String, DateTime<Utc>),
}

/// Why the file could not be used.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// It cannot be read or written.
    #[error("{path}: {error}")]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// It holds something that is no key.
    #[error("{path}: {error}")]
    Keys {
        /// The file.
        path: PathBuf,
        /// What is the matter.
        error: KeyError,
    },
}

/// A key, without its secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedKey {
    /// Its name.
    pub kid: String,
    /// From when it signs; nothing for one that always did.
    pub signs_from: Option<DateTime<Utc>>,
    /// What it does at present.
    pub state: KeyState,
}

/// What a key does at present.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyState {
    /// It is accepted, and signs later.
    Waiting,
    /// It signs.
    Signing,
    /// It has been replaced and is accepted until then, if its end is known.
    Accepted(Option<DateTime<Utc>>),
    /// It is not accepted any more.
    Over,
}

impl KeyFile {
    /// The file at a path, which need not exist yet.
    pub fn at(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into() }
    }

    /// Every key in it.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn list(&self, now: DateTime<Utc>) -> Result<Vec<ListedKey>, FileError> {
        let entries = self.entries()?;
        let ring = Ring::new(&entries).map_err(|error| self.unfit(error))?;
        let signing = ring.signing(now.timestamp_millis()).map(|key| key.kid.as_str());
        let listed = entries.iter().map(|entry| ListedKey {
            kid: entry.kid.clone(),
            signs_from: entry.signs_from,
            state: if signing == Some(entry.kid.as_str()) {
                KeyState::Signing
            } else {
                state(entry, &entries, now)
            },
        });
        Ok(listed.collect())
    }

    /// When the newest key began or will begin to sign. Of one that does not say, when the file was written.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn newest(&self) -> Result<DateTime<Utc>, FileError> {
        match self.entries()?.iter().filter_map(|entry| entry.signs_from).max() {
            Some(time) => Ok(time),
            None => {
                let written = fs::metadata(&self.path).and_then(|meta| meta.modified());
                Ok(written.map_err(|error| self.io(error))?.into())
            }
        }
    }

    /// Adds a key that signs after a while, and leaves out those that are over. The first key of all signs at once.
    ///
    /// Whoever else rotates meanwhile waits, and finds that it was done.
    ///
    /// # Errors
    /// When the file cannot be read or written.
    pub fn rotate(&self, now: DateTime<Utc>, after: Duration) -> Result<Rotated, FileError> {
        let _alone = self.lock().map_err(|error| self.io(error))?;
        let mut entries = match self.entries() {
            Err(FileError::Io { error, .. }) if error.kind() == ErrorKind::NotFound => Vec::new(),
            entries => entries?,
        };
        let after = if entries.is_empty() { Duration::ZERO } else { after };
        let entry = fresh(now, after).map_err(|error| self.io(error))?;
        let made_before = entries.iter().find_map(|other| {
            let is_so = |from: &DateTime<Utc>| *from > now || other.kid == entry.kid;
            Some((other.kid.clone(), other.signs_from.filter(is_so)?))
        });
        if let Some((kid, from)) = made_before {
            return Ok(Rotated::UnderWay(kid, from));
        }
        let made = Rotated::Made(entry.kid.clone(), entry.signs_from.unwrap_or(now));
        let all: Vec<i64> = entries.iter().map(Entry::since).collect();
        entries.retain(|entry| !is_over(entry.since(), all.iter().copied(), now.timestamp_millis()));
        entries.push(entry);
        // What would not be read again is not written.
        Ring::new(&entries).map_err(|error| self.unfit(error))?;
        self.write(&entries).map_err(|error| self.io(error))?;
        Ok(made)
    }

    fn entries(&self) -> Result<Vec<Entry>, FileError> {
        let text = fs::read_to_string(&self.path).map_err(|error| self.io(error))?;
        ring::lines(&text).map_err(|error| self.unfit(error))
    }

    /// Held by a file beside it: the file itself is replaced. It opens again when its process dies.
    fn lock(&self) -> io::Result<File> {
        if let Some(dir) = self.path.parent() {
            fs::create_dir_all(dir)?;
        }
        let file = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .open(self.beside("lock"))?;
        file.lock()?;
        Ok(file)
    }

    /// Whole or not at all, and for the same readers as before.
    fn write(&self, entries: &[Entry]) -> io::Result<()> {
        let mode = fs::metadata(&self.path).map_or(0o600, |meta| meta.permissions().mode() & 0o777);
        let fresh = self.beside("new");
        // Left over from a crash; nobody else writes, we hold the lock.
        let _ = fs::remove_file(&fresh);
        let mut file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&fresh)?;
        let lines: String = entries.iter().map(Entry::line).collect();
        file.write_all(HEAD.as_bytes())?;
        file.write_all(lines.as_bytes())?;
        file.set_permissions(Permissions::from_mode(mode))?;
        file.sync_all()?;
        fs::rename(&fresh, &self.path)?;
        let dir = self.path.parent().filter(|dir| !dir.as_os_str().is_empty());
        File::open(dir.unwrap_or(Path::new(".")))?.sync_all()
    }

    fn beside(&self, ending: &str) -> PathBuf {
        let mut name = self.path.as_os_str().to_owned();
        name.push(".");
        name.push(ending);
        name.into()
    }

    fn io(&self, error: io::Error) -> FileError {
        FileError::Io {
            path: self.path.clone(),
            error,
        }
    }

    fn unfit(&self, error: KeyError) -> FileError {
        FileError::Keys {
            path: self.path.clone(),
            error,
        }
    }
}

fn state(entry: &Entry, all: &[Entry], now: DateTime<Utc>) -> KeyState {
    if entry.signs_from.is_some_and(|from| from > now) {
        return KeyState::Waiting;
    }
    match over_at(entry.since(), all.iter().map(Entry::since)) {
        Some(end) if end <= now.timestamp_millis() => KeyState::Over,
        end => KeyState::Accepted(end.and_then(DateTime::from_timestamp_millis)),
    }
}

/// A random key, named after the moment in which it was made.
fn fresh(now: DateTime<Utc>, after: Duration) -> io::Result<Entry> {
    let mut secret = [0_u8; 32];
    rand::rngs::OsRng
        .try_fill_bytes(&mut secret)
        .map_err(io::Error::other)?;
    let after = TimeDelta::from_std(after).ok();
    let from = after
        .and_then(|after| now.checked_add_signed(after))
        .ok_or_else(|| io::Error::other("nobody will see the day on which this key would sign"))?;
    Ok(Entry {
        kid: format!("k-{}", now.format("%Y%m%d-%H%M%S")),
        secret: STANDARD.encode(secret),
        // Times are written in seconds.
        signs_from: Some(from.duration_trunc(TimeDelta::seconds(1)).unwrap_or(from)),
    })
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    const LATER: Duration = Duration::from_secs(300);

    struct Dir(PathBuf);

    impl Dir {
        fn new() -> Self {
            Self(std::env::temp_dir().join(format!("souk-mesh-{}", Uuid::now_v7())))
        }

        fn file(&self) -> KeyFile {
            KeyFile::at(self.0.join("keys"))
        }

        fn text(&self) -> String {
            fs::read_to_string(self.0.join("keys")).unwrap()
        }

        fn write(&self, text: &str) {
            fs::create_dir_all(&self.0).unwrap();
            fs::write(self.0.join("keys"), text).unwrap();
        }
    }

    impl Drop for Dir {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    fn at(minute: i64) -> DateTime<Utc> {
        let noon = DateTime::parse_from_rfc3339("2026-05-01T12:00:00Z").unwrap();
        noon.to_utc() + TimeDelta::minutes(minute)
    }

    fn states(file: &KeyFile, minute: i64) -> Vec<KeyState> {
        let listed = file.list(at(minute)).unwrap();
        listed.into_iter().map(|key| key.state).collect()
    }

    #[test]
    fn the_first_key_signs_at_once_and_is_nobody_elses() {
        let dir = Dir::new();

        let rotated = dir.file().rotate(at(0), LATER).unwrap();

        assert_eq!(rotated, Rotated::Made("k-20260501-120000".to_owned(), at(0)));
        assert_eq!(states(&dir.file(), 0), [KeyState::Signing]);
        let mode = fs::metadata(dir.0.join("keys")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn a_key_waits_signs_is_replaced_and_goes() {
        use KeyState::{Accepted, Over, Signing, Waiting};
        let dir = Dir::new();
        let file = dir.file();
        file.rotate(at(0), LATER).unwrap();

        let second = file.rotate(at(60), LATER).unwrap();

        assert_eq!(second, Rotated::Made("k-20260501-130000".to_owned(), at(65)));
        assert_eq!(states(&file, 60), [Signing, Waiting]);
        assert_eq!(states(&file, 65), [Accepted(Some(at(75))), Signing]);
        assert_eq!(states(&file, 75), [Over, Signing]);
        assert_eq!(file.newest().unwrap(), at(65));
        file.rotate(at(90), LATER).unwrap();
        assert_eq!(states(&file, 90), [Signing, Waiting]);
        assert!(!dir.text().contains("k-20260501-120000"), "{}", dir.text());
    }

    #[test]
    fn what_is_under_way_is_not_begun_again() {
        let dir = Dir::new();
        dir.file().rotate(at(0), LATER).unwrap();
        dir.file().rotate(at(60), LATER).unwrap();

        let again = dir.file().rotate(at(64), LATER).unwrap();

        assert_eq!(again, Rotated::UnderWay("k-20260501-130000".to_owned(), at(65)));
        assert_eq!(states(&dir.file(), 64).len(), 2);
    }

    #[test]
    fn the_first_key_is_made_once() {
        let dir = Dir::new();
        dir.file().rotate(at(0), LATER).unwrap();

        let again = dir.file().rotate(at(0), LATER).unwrap();

        assert_eq!(again, Rotated::UnderWay("k-20260501-120000".to_owned(), at(0)));
    }

    #[test]
    fn of_many_who_rotate_at_once_one_does() {
        let dir = Dir::new();
        dir.file().rotate(at(0), LATER).unwrap();

        let rotating: Vec<_> = (0..8)
            .map(|_| {
                let file = dir.file();
                std::thread::spawn(move || file.rotate(at(60), LATER).unwrap())
            })
            .collect();

        let made = rotating.into_iter().map(|thread| thread.join().unwrap());
        assert_eq!(
            made.filter(|rotated| matches!(rotated, Rotated::Made(..)))
                .count(),
            1
        );
        assert_eq!(states(&dir.file(), 60).len(), 2);
    }

    #[test]
    fn keys_written_by_hand_stay_until_they_are_replaced() {
        let dir = Dir::new();
        let line = format!("mine:{}", STANDARD.encode([9; 32]));
        dir.write(&format!("# by hand\n{line}\n"));
        fs::set_permissions(dir.0.join("keys"), Permissions::from_mode(0o640)).unwrap();
        assert!(dir.file().newest().unwrap() > at(0));

        dir.file().rotate(at(0), LATER).unwrap();

        assert!(dir.text().contains(&format!("{line}\n")), "{}", dir.text());
        let mode = fs::metadata(dir.0.join("keys")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o640);
    }

    #[test]
    fn a_file_that_cannot_be_read_is_left_alone() {
        let dir = Dir::new();
        dir.write("hello");

        let error = dir.file().rotate(at(0), LATER).unwrap_err();

        assert!(
            error.to_string().ends_with("entry 1 is not kid:base64secret"),
            "{error}"
        );
        assert_eq!(dir.text(), "hello");
    }
}
