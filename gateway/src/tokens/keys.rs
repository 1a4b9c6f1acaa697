//! The signing keys as they are known at present: the last one whose time has come signs, all verify.

use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};

use super::directory::{self, Directory};
use super::key::Key;

/// All keys, oldest first; never empty.
pub(super) struct Keys(Vec<Key>);

/// The directory and what was in it when we looked last.
pub(super) struct KeyRing {
    directory: Directory,
    keys: RwLock<Arc<Keys>>,
    /// When a token with an unknown key made us look, last.
    looked: Mutex<Option<Instant>>,
}

impl KeyRing {
    /// Without `may_begin` there has to be a key already.
    pub fn open(dir: &Path, may_begin: bool) -> io::Result<Self> {
        let directory = Directory::at(dir);
        if may_begin {
            directory.begin(Utc::now())?;
        }
        let keys = RwLock::new(Arc::new(Keys::read(&directory)?));
        Ok(Self {
            directory,
            keys,
            looked: Mutex::default(),
        })
    }

    pub fn current(&self) -> Arc<Keys> {
        self.keys.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Whether there was something new. A directory that cannot be read leaves the keys as they are.
    pub fn reload(&self) -> bool {
        match Keys::read(&self.directory) {
            Ok(keys) if keys.kids() != self.current().kids() => {
                *self.keys.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(keys);
                tracing::info!("The token signing keys have changed");
                true
            }
            Ok(_) => false,
            Err(error) => {
                tracing::error!(%error, "The token signing keys cannot be read again");
                false
            }
        }
    }

    /// Reloads at most once in `age`: anyone can send a token with an unknown key.
    pub fn reload_if_older_than(&self, age: Duration) -> bool {
        {
            let mut looked = self.looked.lock().unwrap_or_else(PoisonError::into_inner);
            if looked.is_some_and(|looked| looked.elapsed() < age) {
                return false;
            }
            *looked = Some(Instant::now());
        }
        self.reload()
    }
}

impl Keys {
    fn read(directory: &Directory) -> io::Result<Self> {
        let keys = directory.read()?;
        if keys.is_empty() {
            return Err(directory::missing());
        }
        Ok(Self(keys))
    }

    /// The key that signs at a time.
    pub fn signing(&self, now: DateTime<Utc>) -> Option<&Key> {
        directory::signing(&self.0, now)
    }

    /// The key of this name, unless its last token is over.
    pub fn find(&self, kid: &str, now: DateTime<Utc>) -> Option<&Key> {
        self.alive(now).find(|key| key.kid == kid)
    }

    pub fn jwks(&self, now: DateTime<Utc>) -> serde_json::Value {
        serde_json::json!({ "keys": self.alive(now).map(Key::jwk).collect::<Vec<_>>() })
    }

    fn alive(&self, now: DateTime<Utc>) -> impl Iterator<Item = &Key> {
        let keys = self.0.iter().enumerate();
        keys.filter(move |(index, _)| !directory::is_over(&self.0, *index, now))
            .map(|(_, key)| key)
    }

    /// Names and times: what was written over by hand counts too.
    fn kids(&self) -> Vec<(&str, Option<DateTime<Utc>>)> {
        self.0
            .iter()
            .map(|key| (key.kid.as_str(), key.signs_from))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::io::ErrorKind;
    use std::os::unix::fs::PermissionsExt;
    use std::path::PathBuf;

    use chrono::TimeDelta;
    use souk_auth::Rotated;
    use uuid::Uuid;

    use super::*;

    const FIRST: &str = "key-001.pem";

    struct Dir(PathBuf);

    impl Dir {
        fn new() -> Self {
            Self(std::env::temp_dir().join(format!("souk-keys-{}", Uuid::now_v7())))
        }
    }

    impl Drop for Dir {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    #[test]
    fn replicas_that_start_at_once_agree_on_one_key() {
        let dir = Dir::new();
        let start = || {
            let path = dir.0.clone();
            std::thread::spawn(move || {
                KeyRing::open(&path, true)
                    .unwrap()
                    .current()
                    .signing(Utc::now())
                    .unwrap()
                    .kid
                    .clone()
            })
        };

        let kids: Vec<String> = (0..8)
            .map(|_| start())
            .collect::<Vec<_>>()
            .into_iter()
            .map(|t| t.join().unwrap())
            .collect();

        assert!(kids.windows(2).all(|pair| pair[0] == pair[1]), "{kids:?}");
        let names: Vec<_> = fs::read_dir(&dir.0)
            .unwrap()
            .map(|entry| entry.unwrap().file_name())
            .collect();
        assert_eq!(names, [FIRST]);
        assert_eq!(
            fs::metadata(dir.0.join(FIRST)).unwrap().permissions().mode() & 0o777,
            0o600
        );
    }

    #[test]
    fn a_new_file_signs_and_the_old_one_still_verifies() {
        let dir = Dir::new();
        let ring = KeyRing::open(&dir.0, true).unwrap();
        let old = ring.current().signing(Utc::now()).unwrap().kid.clone();
        // As `openssl genpkey -algorithm ed25519` writes it, without the public half.
        let pem = "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC\n-----END PRIVATE KEY-----\n";
        fs::write(dir.0.join("key-002.pem"), pem).unwrap();

        assert!(ring.reload() && !ring.reload());

        let keys = ring.current();
        assert_ne!(keys.signing(Utc::now()).unwrap().kid, old);
        assert!(keys.find(&old, Utc::now()).is_some());
        assert_eq!(keys.jwks(Utc::now())["keys"].as_array().unwrap().len(), 2);
    }

    #[test]
    fn what_is_no_key_is_told_by_name_and_changes_nothing() {
        let dir = Dir::new();
        let ring = KeyRing::open(&dir.0, true).unwrap();
        fs::write(dir.0.join("key-002.pem"), "hello").unwrap();

        assert!(!ring.reload());
        let error = KeyRing::open(&dir.0, true).err().unwrap().to_string();

        assert!(
            error.contains("key-002.pem") && !error.contains("hello"),
            "{error}"
        );
    }

    #[test]
    fn a_key_is_published_before_it_signs_and_until_its_last_token_is_over() {
        let dir = Dir::new();
        let ring = KeyRing::open(&dir.0, true).unwrap();
        let (now, old) = (
            Utc::now(),
            ring.current().signing(Utc::now()).unwrap().kid.clone(),
        );
        let later = |minutes| now + TimeDelta::minutes(minutes);
        let rotated = Directory::at(&dir.0)
            .rotate(now, Duration::from_secs(300))
            .unwrap();
        let Rotated::Made(new, _) = rotated else {
            panic!("{rotated:?}")
        };

        assert!(ring.reload());

        let keys = ring.current();
        assert_eq!(keys.signing(now).unwrap().kid, old);
        assert_eq!(keys.signing(later(5)).unwrap().kid, new);
        assert!(keys.find(&new, now).is_some());
        assert_eq!(keys.jwks(now)["keys"].as_array().unwrap().len(), 2);
        assert!(keys.find(&old, later(5 + 15)).is_some());
        assert!(keys.find(&old, later(5 + 15 + 5)).is_none());
        assert_eq!(keys.jwks(later(60))["keys"][0]["kid"], new.as_str());
    }

    #[test]
    fn in_production_no_first_key_is_made() {
        let dir = Dir::new();

        let missing = KeyRing::open(&dir.0, false).err().unwrap();
        fs::create_dir_all(&dir.0).unwrap();
        let empty = KeyRing::open(&dir.0, false).err().unwrap();

        assert_eq!(
            (missing.kind(), empty.kind()),
            (ErrorKind::NotFound, ErrorKind::NotFound)
        );
        assert_eq!(fs::read_dir(&dir.0).unwrap().count(), 0);
    }
}
