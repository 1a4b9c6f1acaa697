//! Keys are made and removed when it is time, so that nobody has to think of it.

use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, Utc};
use souk_auth::{KeyFile, Rotated};

use super::{AFTER, KeysError, MaxAge, age_or_never};
use crate::config::Config;
use crate::tokens::Directory;

/// What one gateway does for the keys that all replicas and services share. Every replica does it: of several who
/// make a key at the same time one does.
pub struct Upkeep {
    directory: Directory,
    signing: MaxAge,
    file: Option<KeyFile>,
    mesh: MaxAge,
    /// A failure is told once, not at every look.
    told: Mutex<Option<String>>,
}

impl Upkeep {
    /// As the settings say.
    pub fn new(config: &Config) -> Self {
        Self {
            directory: Directory::at(&config.signing_keys_dir),
            signing: age_or_never(config.signing_key_max_age_days),
            file: config.mesh_keys_file.as_ref().map(KeyFile::at),
            mesh: age_or_never(config.mesh_key_max_age_days),
            told: Mutex::default(),
        }
    }

    /// Does what is due at this time.
    pub fn tend(&self, now: DateTime<Utc>) {
        let failures: Vec<String> = [self.tend_signing(now), self.tend_mesh(now)]
            .into_iter()
            .filter_map(|tended| Some(tended.err()?.to_string()))
            .collect();
        let failure = (!failures.is_empty()).then(|| failures.join("; "));
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(error) = &failure
            && told.as_ref() != Some(error)
        {
            tracing::error!(error, "Keys cannot be looked after");
        }
        *told = failure;
    }

    fn tend_signing(&self, now: DateTime<Utc>) -> Result<(), KeysError> {
        self.directory.sweep(now)?;
        if self.signing.is_exceeded(self.directory.newest()?, now) {
            tell("signing", &self.directory.rotate(now, AFTER)?);
        }
        Ok(())
    }

    fn tend_mesh(&self, now: DateTime<Utc>) -> Result<(), KeysError> {
        if let Some(file) = &self.file
            && self.mesh.is_exceeded(file.newest()?, now)
        {
            tell("mesh", &file.rotate(now, AFTER)?);
        }
        Ok(())
    }
}

fn tell(kind: &str, rotated: &Rotated) {
    if let Rotated::Made(kid, from) = rotated {
        tracing::info!(key.kind = kind, key.id = kid, key.signs_from = %from, "The next key was made: its time had come");
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::PathBuf;

    use chrono::TimeDelta;
    use uuid::Uuid;

    use super::*;

    struct Dir(PathBuf);

    impl Dir {
        fn new() -> Self {
            Self(std::env::temp_dir().join(format!("souk-upkeep-{}", Uuid::now_v7())))
        }

        fn upkeep(&self, days: u16) -> Upkeep {
            let upkeep = Upkeep {
                directory: Directory::at(self.0.join("signing")),
                signing: age_or_never(days),
                file: Some(KeyFile::at(self.0.join("mesh"))),
                mesh: age_or_never(days),
                told: Mutex::default(),
            };
            upkeep.directory.rotate(day(0), AFTER).unwrap();
            upkeep.file.as_ref().unwrap().rotate(day(0), AFTER).unwrap();
            upkeep
        }
    }

    impl Drop for Dir {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    fn day(day: i64) -> DateTime<Utc> {
        let first = DateTime::parse_from_rfc3339("2026-05-01T12:00:00Z").unwrap();
        first.to_utc() + TimeDelta::days(day)
    }

    fn counts(upkeep: &Upkeep, now: DateTime<Utc>) -> (usize, usize) {
        let mesh = upkeep.file.as_ref().unwrap().list(now).unwrap();
        (upkeep.directory.list(now).unwrap().len(), mesh.len())
    }

    #[test]
    fn the_next_keys_are_made_when_the_newest_are_old() {
        let dir = Dir::new();
        let upkeep = dir.upkeep(30);

        upkeep.tend(day(29));
        assert_eq!(counts(&upkeep, day(29)), (1, 1));
        upkeep.tend(day(30));
        upkeep.tend(day(30));
        assert_eq!(counts(&upkeep, day(30)), (2, 2));
        upkeep.tend(day(31));
        // The old signing key is gone; the old mesh key is not accepted, and goes at the next rotation.
        assert_eq!(counts(&upkeep, day(31)), (1, 2));
        upkeep.tend(day(61));
        assert_eq!(counts(&upkeep, day(61)), (2, 2));
    }

    #[test]
    fn an_age_of_no_days_is_never_reached() {
        let dir = Dir::new();
        let upkeep = dir.upkeep(0);

        upkeep.tend(day(10_000));

        assert_eq!(counts(&upkeep, day(10_000)), (1, 1));
    }

    #[test]
    fn replicas_make_one_key_between_them() {
        let dir = Dir::new();
        let upkeep = std::sync::Arc::new(dir.upkeep(30));

        let tending: Vec<_> = (0..8)
            .map(|_| {
                let upkeep = upkeep.clone();
                std::thread::spawn(move || upkeep.tend(day(30)))
            })
            .collect();
        for thread in tending {
            thread.join().unwrap();
        }

        assert_eq!(counts(&upkeep, day(30)), (2, 2));
        assert_eq!(*upkeep.told.lock().unwrap(), None);
    }

    #[test]
    fn what_fails_is_kept_in_mind() {
        let dir = Dir::new();
        let upkeep = dir.upkeep(30);
        fs::remove_file(dir.0.join("mesh")).unwrap();

        upkeep.tend(day(1));

        let told = upkeep.told.lock().unwrap().clone().unwrap();
        assert!(told.starts_with("MESH_KEYS_FILE cannot be used: "), "{told}");
    }
}
