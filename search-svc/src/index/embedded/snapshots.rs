//! States of the index that are kept while somebody pages through them.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use uuid::Uuid;

use super::handle::{IndexHandle, Snapshot};

/// How long a state is kept.
const KEPT_FOR: Duration = Duration::from_secs(60);
/// How many states are kept at most.
const MAX_KEPT: u32 = 4;

/// The states that are kept, the newest last.
#[derive(Default)]
pub struct Snapshots {
    kept: Mutex<Vec<Kept>>,
}

struct Kept {
    id: Uuid,
    since: Instant,
    index: Arc<IndexHandle>,
    snapshot: Arc<Snapshot>,
}

impl Snapshots {
    /// Keeps a state and gives it an id. A state that was kept a moment ago serves as well, so that there are never too
    /// many.
    pub fn keep(&self, index: &Arc<IndexHandle>, snapshot: &Arc<Snapshot>) -> (Uuid, Arc<Snapshot>) {
        self.keep_at(index, snapshot, Instant::now())
    }

    fn keep_at(
        &self,
        index: &Arc<IndexHandle>,
        snapshot: &Arc<Snapshot>,
        now: Instant,
    ) -> (Uuid, Arc<Snapshot>) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|kept| now.duration_since(kept.since) < KEPT_FOR);
        if let Some(last) = kept.last()
            && (Arc::ptr_eq(&last.snapshot, snapshot) || now.duration_since(last.since) < KEPT_FOR / MAX_KEPT)
        {
            return (last.id, last.snapshot.clone());
        }
        let id = Uuid::new_v4();
        kept.push(Kept {
            id,
            since: now,
            index: index.clone(),
            snapshot: snapshot.clone(),
        });
        (id, snapshot.clone())
    }

    /// The state of this id, unless it is no longer kept.
    pub fn find(&self, id: &str) -> Option<(Arc<IndexHandle>, Arc<Snapshot>)> {
        let id: Uuid = id.parse().ok()?;
        let now = Instant::now();
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let found = kept.iter().find(|kept| kept.id == id)?;
        (now.duration_since(found.since) < KEPT_FOR).then(|| (found.index.clone(), found.snapshot.clone()))
    }

    /// Lets go of states that are no longer kept.
    pub fn expire(&self) {
        let now = Instant::now();
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|kept| now.duration_since(kept.since) < KEPT_FOR);
    }
}
