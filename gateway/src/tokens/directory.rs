//! The directory of signing keys, which all replicas share: Ed25519 in PKCS#8 PEM files, `key-001.pem` and so on.
//!
//! A key says in the first line of its file from when it signs. It is made a while before that, so that every
//! replica has published it by then. Nobody needs a lock: a key's number can be taken once.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use souk_auth::{KeyState, ListedKey, Rotated};
use uuid::Uuid;

use super::claims::LIFE_SECONDS;
use super::key::{Key, new_pem};

/// A key that was replaced is kept for the life of its tokens, and this much longer.
const MARGIN: TimeDelta = TimeDelta::minutes(5);

/// The directory of signing keys.
#[derive(Clone, Debug)]
pub struct Directory {
    path: PathBuf,
}

impl Directory {
    /// The directory at a path, which need not exist yet.
    pub fn at(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into() }
    }

    /// Every key, oldest first.
    pub(super) fn read(&self) -> io::Result<Vec<Key>> {
        Ok(self.read_files()?.into_iter().map(|(_, key)| key).collect())
    }

    /// Makes the first key unless there is one; it signs at once.
    pub(super) fn begin(&self, now: DateTime<Utc>) -> io::Result<()> {
        self.create()?;
        if self.files()?.is_empty() {
            self.make(1, now)?;
        }
        Ok(())
    }

    /// Makes the next key, which signs after a while; the first key of all signs at once. Of several who rotate at
    /// the same time one does, and the others are told of its key.
    ///
    /// # Errors
    /// When the directory cannot be read or written, or holds something that is no key.
    pub fn rotate(&self, now: DateTime<Utc>, after: Duration) -> io::Result<Rotated> {
        self.create()?;
        let files = self.read_files()?;
        let (next, from) = match files.last() {
            None => (1, now),
            Some((path, newest)) => match newest.signs_from.filter(|from| *from > now) {
                Some(from) => return Ok(Rotated::UnderWay(newest.kid.clone(), from)),
                None => (number(path).unwrap_or(0).saturating_add(1), later(now, after)?),
            },
        };
        match self.make(next, from)? {
            Some(key) => Ok(Rotated::Made(key.kid, key.signs_from.unwrap_or(from))),
            None => {
                let newest = self.read()?.pop().ok_or_else(missing)?;
                Ok(Rotated::UnderWay(newest.kid, newest.signs_from.unwrap_or(now)))
            }
        }
    }

    /// When the newest key began or will begin to sign. Of one that does not say, when its file was written.
    ///
    /// # Errors
    /// When there is none, or the directory cannot be read.
    pub fn newest(&self) -> io::Result<DateTime<Utc>> {
        let files = self.read_files()?;
        let (path, key) = files.last().ok_or_else(missing)?;
        match key.signs_from {
            Some(from) => Ok(from),
            None => Ok(fs::metadata(path)?.modified()?.into()),
        }
    }

    /// Removes keys whose last token is over.
    ///
    /// # Errors
    /// When the directory cannot be read or written.
    pub fn sweep(&self, now: DateTime<Utc>) -> io::Result<()> {
        let (paths, keys): (Vec<_>, Vec<_>) = self.read_files()?.into_iter().unzip();
        for (index, path) in paths.iter().enumerate() {
            if is_over(&keys, index, now) {
                match fs::remove_file(path) {
                    // Another replica was faster.
                    Err(error) if error.kind() == ErrorKind::NotFound => {}
                    removed => removed?,
                }
            }
        }
        Ok(())
    }

    /// Every key with what it does, and never its secret.
    ///
    /// # Errors
    /// When the directory cannot be read.
    pub fn list(&self, now: DateTime<Utc>) -> io::Result<Vec<ListedKey>> {
        let keys = self.read()?;
        let signing = signing(&keys, now).map(|key| key.kid.as_str());
        let state = |index: usize, key: &Key| {
            if signing == Some(key.kid.as_str()) {
                KeyState::Signing
            } else if !key.has_begun(now) {
                KeyState::Waiting
            } else if is_over(&keys, index, now) {
                KeyState::Over
            } else {
                KeyState::Accepted(over_at(&keys, index))
            }
        };
        let listed = keys.iter().enumerate().map(|(index, key)| ListedKey {
            kid: key.kid.clone(),
            signs_from: key.signs_from,
            state: state(index, key),
        });
        Ok(listed.collect())
    }

    fn create(&self) -> io::Result<()> {
        fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(&self.path)
    }

    fn read_files(&self) -> io::Result<Vec<(PathBuf, Key)>> {
        let mut found = Vec::new();
        for path in self.files()? {
            let text = match fs::read_to_string(&path) {
                // Swept by another replica since we looked.
                Err(error) if error.kind() == ErrorKind::NotFound => continue,
                text => text?,
            };
            let key = Key::from_pem(&text).map_err(|error| bad(&path, error))?;
            found.push((path, key));
        }
        Ok(found)
    }

    /// The key files, oldest first: by number, those without one before the others.
    fn files(&self) -> io::Result<Vec<PathBuf>> {
        let mut found = Vec::new();
        for entry in fs::read_dir(&self.path)? {
            let path = entry?.path();
            if path.extension().is_some_and(|extension| extension == "pem") {
                found.push(path);
            }
        }
        found.sort_by_cached_key(|path| (number(path), path.clone()));
        Ok(found)
    }

    /// Makes the key of a number; nothing if somebody else did. It is written under a name of its own and linked to
    /// the right one, so that nobody ever reads half a key and only one can have the number.
    fn make(&self, number: u32, from: DateTime<Utc>) -> io::Result<Option<Key>> {
        let pem = new_pem(from)?;
        let own = self.path.join(format!(".{}.new", Uuid::now_v7()));
        let mut file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&own)?;
        let written = file.write_all(pem.as_bytes()).and_then(|()| file.sync_all());
        let linked =
            written.and_then(|()| fs::hard_link(&own, self.path.join(format!("key-{number:03}.pem"))));
        fs::remove_file(&own)?;
        match linked {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => return Ok(None),
            other => other?,
        }
        File::open(&self.path)?.sync_all()?;
        Key::from_pem(&pem).map(Some).map_err(io::Error::other)
    }
}

/// The key that signs at a time: the last one whose time has come.
pub(super) fn signing(keys: &[Key], now: DateTime<Utc>) -> Option<&Key> {
    keys.iter().rfind(|key| key.has_begun(now)).or(keys.first())
}

/// Whether the last token of a key is over. A key that does not say from when it signs ends none before it: it
/// was put there by hand, and so are the others removed.
pub(super) fn is_over(keys: &[Key], index: usize, now: DateTime<Utc>) -> bool {
    over_at(keys, index).is_some_and(|end| end <= now)
}

fn over_at(keys: &[Key], index: usize) -> Option<DateTime<Utc>> {
    let later = keys.iter().skip(index + 1);
    let replaced = later.filter_map(|key| key.signs_from).min()?;
    replaced.checked_add_signed(TimeDelta::seconds(LIFE_SECONDS) + MARGIN)
}

fn later(now: DateTime<Utc>, after: Duration) -> io::Result<DateTime<Utc>> {
    let after = TimeDelta::from_std(after).ok();
    after
        .and_then(|after| now.checked_add_signed(after))
        .ok_or_else(|| io::Error::other("nobody will see the day on which this key would sign"))
}

fn number(path: &Path) -> Option<u32> {
    path.file_stem()?.to_str()?.strip_prefix("key-")?.parse().ok()
}

pub(super) fn missing() -> io::Error {
    io::Error::new(ErrorKind::NotFound, "there is no signing key")
}

fn bad(path: &Path, error: impl std::fmt::Display) -> io::Error {
    io::Error::new(
        ErrorKind::InvalidData,
        format!("{} is no Ed25519 key in PKCS#8 PEM: {error}", path.display()),
    )
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    const LATER: Duration = Duration::from_secs(300);

    struct Dir(PathBuf);

    impl Dir {
        fn new() -> Self {
            Self(std::env::temp_dir().join(format!("souk-directory-{}", Uuid::now_v7())))
        }

        fn keys(&self) -> Directory {
            Directory::at(&self.0)
        }

        fn names(&self) -> Vec<String> {
            let mut names: Vec<String> = fs::read_dir(&self.0)
                .unwrap()
                .map(|entry| entry.unwrap().file_name().into_string().unwrap())
                .collect();
            names.sort();
            names
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

    fn states(keys: &Directory, minute: i64) -> Vec<KeyState> {
        let listed = keys.list(at(minute)).unwrap();
        listed.into_iter().map(|key| key.state).collect()
    }

    #[test]
    fn a_key_waits_signs_is_replaced_and_goes_when_its_last_token_is_over() {
        use KeyState::{Accepted, Over, Signing, Waiting};
        let dir = Dir::new();
        let keys = dir.keys();
        assert!(matches!(keys.rotate(at(0), LATER).unwrap(), Rotated::Made(_, from) if from == at(0)));

        let second = keys.rotate(at(60), LATER).unwrap();

        assert!(matches!(second, Rotated::Made(_, from) if from == at(65)));
        assert_eq!(states(&keys, 60), [Signing, Waiting]);
        assert_eq!(states(&keys, 65), [Accepted(Some(at(85))), Signing]);
        assert_eq!(keys.newest().unwrap(), at(65));
        keys.sweep(at(84)).unwrap();
        assert_eq!(dir.names(), ["key-001.pem", "key-002.pem"]);
        assert_eq!(states(&keys, 85), [Over, Signing]);
        keys.sweep(at(85)).unwrap();
        assert_eq!(dir.names(), ["key-002.pem"]);
        keys.rotate(at(90), LATER).unwrap();
        assert_eq!(dir.names(), ["key-002.pem", "key-003.pem"]);
    }

    #[test]
    fn of_many_replicas_that_rotate_at_once_one_does() {
        let dir = Dir::new();
        dir.keys().rotate(at(0), LATER).unwrap();

        let rotating: Vec<_> = (0..8)
            .map(|_| {
                let keys = dir.keys();
                std::thread::spawn(move || keys.rotate(at(60), LATER).unwrap())
            })
            .collect();

        let rotated: Vec<Rotated> = rotating
            .into_iter()
            .map(|thread| thread.join().unwrap())
            .collect();
        let made = rotated
            .iter()
            .filter(|rotated| matches!(rotated, Rotated::Made(..)));
        assert_eq!(made.count(), 1);
        let told: HashSet<_> = rotated
            .iter()
            .map(|(Rotated::Made(kid, from) | Rotated::UnderWay(kid, from))| (kid, from))
            .collect();
        assert_eq!(told.len(), 1, "{rotated:?}");
        assert_eq!(dir.names(), ["key-001.pem", "key-002.pem"]);
    }

    #[test]
    fn keys_put_there_by_hand_are_removed_by_hand() {
        let dir = Dir::new();
        let keys = dir.keys();
        keys.rotate(at(0), LATER).unwrap();
        let pem = new_pem(at(0)).unwrap();
        let (_, bare) = pem.split_once('\n').unwrap();
        fs::write(dir.0.join("key-002.pem"), bare).unwrap();

        keys.sweep(at(100_000)).unwrap();

        assert_eq!(states(&keys, 0), [KeyState::Accepted(None), KeyState::Signing]);
        assert!(keys.newest().unwrap() > at(0));
    }

    #[test]
    fn the_thousandth_key_comes_after_the_one_before() {
        let dir = Dir::new();
        let keys = dir.keys();
        keys.create().unwrap();
        keys.make(999, at(0)).unwrap();

        keys.rotate(at(60), LATER).unwrap();

        assert_eq!(dir.names(), ["key-1000.pem", "key-999.pem"]);
        assert_eq!(states(&keys, 60), [KeyState::Signing, KeyState::Waiting]);
    }
}
