//! Looks at the file of keys, and reads it when it has changed.

use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::ring::{self, KeyError, Ring};

pub(crate) struct Watch {
    path: PathBuf,
    every: u64,
    begun: Instant,
    /// Milliseconds from the beginning to the last look.
    looked: AtomicU64,
    seen: Mutex<Seen>,
}

#[derive(Default)]
struct Seen {
    stamp: Option<Stamp>,
    /// A failure is told once, not at every look.
    told: Option<String>,
}

/// What changes when a file does: it may be written, replaced, or be a link that is turned.
type Stamp = (u64, u64, u64, (i64, i64), (i64, i64));

impl Watch {
    pub const EVERY: Duration = Duration::from_secs(2);

    pub fn begin(path: &Path, every: Duration) -> io::Result<(Self, Result<Ring, KeyError>)> {
        let watch = Self {
            path: path.to_owned(),
            every: u64::try_from(every.as_millis()).unwrap_or(u64::MAX),
            begun: Instant::now(),
            looked: AtomicU64::new(0),
            seen: Mutex::default(),
        };
        let stamp = stamp(path)?;
        let ring = read(path)?;
        *watch.seen.lock().unwrap_or_else(PoisonError::into_inner) = Seen {
            stamp: Some(stamp),
            told: None,
        };
        Ok((watch, ring))
    }

    /// Whether it is time for a look; of several who ask at once one is told so.
    pub fn is_due(&self) -> bool {
        let now = u64::try_from(self.begun.elapsed().as_millis()).unwrap_or(u64::MAX);
        let looked = self.looked.load(Ordering::Relaxed);
        now.saturating_sub(looked) >= self.every
            && self
                .looked
                .compare_exchange(looked, now, Ordering::Relaxed, Ordering::Relaxed)
                .is_ok()
    }

    /// The keys, if they have changed. A file that cannot be used leaves them as they are.
    pub fn look(&self) -> Option<Ring> {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        // Taken before reading: what changes in between is seen at the next look.
        let stamp = stamp(&self.path);
        if let (Ok(now), Some(before)) = (&stamp, &seen.stamp)
            && now == before
        {
            return None;
        }
        let read = stamp.and_then(|stamp| Ok((stamp, read(&self.path)?)));
        let failure = match read {
            Ok((stamp, Ok(ring))) => {
                *seen = Seen {
                    stamp: Some(stamp),
                    told: None,
                };
                tracing::info!("The mesh keys have changed");
                return Some(ring);
            }
            Ok((_, Err(error))) => error.to_string(),
            Err(error) => error.to_string(),
        };
        seen.stamp = None;
        if seen.told.as_ref() != Some(&failure) {
            tracing::error!(error = failure, "The mesh keys cannot be read again");
            seen.told = Some(failure);
        }
        None
    }
}

fn read(path: &Path) -> io::Result<Result<Ring, KeyError>> {
    let text = fs::read_to_string(path)?;
    Ok(ring::lines(&text).and_then(|entries| Ring::new(&entries)))
}

fn stamp(path: &Path) -> io::Result<Stamp> {
    let meta = fs::metadata(path)?;
    Ok((
        meta.dev(),
        meta.ino(),
        meta.len(),
        (meta.mtime(), meta.mtime_nsec()),
        (meta.ctime(), meta.ctime_nsec()),
    ))
}
