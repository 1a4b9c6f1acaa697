//! The states of the index that the server keeps for later pages: its points in time.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;
use uuid::Uuid;

use super::client::Client;
use super::errors::ClientError;
use crate::index::{IndexError, IndexResult};

/// How long a point in time is kept after it was used.
const KEEP: Duration = Duration::from_secs(60);
/// The server keeps files for each of them, so a process opens no more at once.
const MAX_OPEN: usize = 50;
/// Begins the names of our snapshots, so that those of another backend are known to be none.
const PREFIX: &str = "pit:";

/// The points in time that this process has opened.
#[derive(Clone, Default)]
pub struct Snapshots {
    /// When each will be gone, unless it is used before.
    ends: Arc<Mutex<HashMap<String, Instant>>>,
}

impl Snapshots {
    /// Keeps the present state of an alias and answers the id of the point in time.
    pub async fn open(&self, client: &Client, alias: &str) -> IndexResult<String> {
        // The place is taken before the call and not freed when it is abandoned: the server may have opened it.
        let place = self.take_place(Instant::now())?;
        let opened = client.open_point_in_time(alias, KEEP).await;
        let mut ends = self.lock();
        match opened {
            Ok(id) => {
                ends.remove(&place);
                ends.insert(id.clone(), Instant::now() + KEEP);
                Ok(id)
            }
            Err(error) => {
                if matches!(error, ClientError::Refused { .. }) {
                    ends.remove(&place);
                }
                Err(error.in_search())
            }
        }
    }

    /// The id of the point in time that a page called `name`.
    pub fn resume(&self, name: &str) -> IndexResult<String> {
        let id = name.strip_prefix(PREFIX).ok_or(IndexError::SnapshotExpired)?;
        if let Some(end) = self.lock().get_mut(id) {
            *end = Instant::now() + KEEP;
        }
        Ok(id.to_owned())
    }

    /// What a page calls a point in time.
    pub fn name(id: &str) -> String {
        format!("{PREFIX}{id}")
    }

    fn take_place(&self, now: Instant) -> IndexResult<String> {
        let mut ends = self.lock();
        ends.retain(|_, end| *end > now);
        if ends.len() >= MAX_OPEN {
            return Err(IndexError::Busy);
        }
        let place = Uuid::now_v7().to_string();
        ends.insert(place.clone(), now + KEEP);
        Ok(place)
    }

    /// What the lock guards is whole after every statement, so it is right even after a panic.
    fn lock(&self) -> MutexGuard<'_, HashMap<String, Instant>> {
        self.ends.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_more_than_a_fixed_number_is_open_and_time_frees_them() {
        let (snapshots, now) = (Snapshots::default(), Instant::now());
        for _ in 0..MAX_OPEN {
            snapshots.take_place(now).unwrap();
        }

        assert!(matches!(snapshots.take_place(now), Err(IndexError::Busy)));

        assert!(snapshots.take_place(now + KEEP).is_ok());
    }

    #[test]
    fn a_snapshot_of_another_backend_has_expired() {
        let resumed = Snapshots::default().resume("17");

        assert!(matches!(resumed, Err(IndexError::SnapshotExpired)));
    }
}
