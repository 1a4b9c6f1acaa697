//! The directory of the embedded backend: a lock, one directory per index, and the name of the active one.
//!
//! Only the process that holds the lock opens or changes anything else in it.

use std::fs::{self, File, TryLockError};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

use uuid::Uuid;

const LOCK: &str = "lock";
const ACTIVE: &str = "active";

/// The directory, locked for this process for as long as this lives.
pub struct LockedDirectory {
    path: PathBuf,
    _lock: File,
}

/// Makes the directory if it is not there.
pub fn prepare(path: &Path) -> io::Result<()> {
    fs::create_dir_all(path)?;
    lock_file(path).map(drop)
}

fn lock_file(path: &Path) -> io::Result<File> {
    File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(path.join(LOCK))
}

impl LockedDirectory {
    /// Takes the lock; `None` while another process has it.
    pub fn try_lock(path: &Path) -> io::Result<Option<Self>> {
        let lock = lock_file(path)?;
        match lock.try_lock() {
            Ok(()) => Ok(Some(Self {
                path: path.to_owned(),
                _lock: lock,
            })),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }

    /// Where an index is kept.
    pub fn of(&self, id: Uuid) -> PathBuf {
        self.path.join(id.to_string())
    }

    /// The index that answers.
    pub fn active(&self) -> Option<Uuid> {
        let text = fs::read_to_string(self.path.join(ACTIVE)).ok()?;
        text.trim().parse().ok()
    }

    /// Notes in one step which index answers.
    pub fn set_active(&self, id: Uuid) -> io::Result<()> {
        let next = self.path.join("active.next");
        let mut file = File::create(&next)?;
        file.write_all(id.to_string().as_bytes())?;
        file.sync_all()?;
        fs::rename(&next, self.path.join(ACTIVE))?;
        File::open(&self.path)?.sync_all()
    }

    /// The indexes that are there.
    pub fn indexes(&self) -> io::Result<Vec<Uuid>> {
        let mut ids = Vec::new();
        for entry in fs::read_dir(&self.path)? {
            let entry = entry?;
            let id: Option<Uuid> = entry.file_name().to_str().and_then(|name| name.parse().ok());
            if entry.file_type()?.is_dir() {
                ids.extend(id);
            }
        }
        Ok(ids)
    }

    /// Removes what belongs to no index, such as directories of older builds.
    pub fn remove_unknown(&self) -> io::Result<()> {
        for entry in fs::read_dir(&self.path)? {
            let entry = entry?;
            let name = entry.file_name();
            let is_index = name.to_str().is_some_and(|name| name.parse::<Uuid>().is_ok());
            if entry.file_type()?.is_dir() && !is_index {
                fs::remove_dir_all(entry.path())?;
            }
        }
        Ok(())
    }

    /// Removes an index.
    pub fn remove(&self, id: Uuid) -> io::Result<()> {
        match fs::remove_dir_all(self.of(id)) {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }
}
