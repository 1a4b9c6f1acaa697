//! Password hashing keeps a core and 19 MiB busy for a while: never on the request threads, never many at once.

use std::sync::{Arc, LazyLock};
use std::thread::available_parallelism;

use tokio::sync::Semaphore;

use crate::Result;

/// As many at once as there are cores: more would not be faster, only larger.
static PLACES: LazyLock<Arc<Semaphore>> = LazyLock::new(|| {
    Arc::new(Semaphore::new(
        available_parallelism().map_or(2, std::num::NonZero::get),
    ))
});

/// Runs `work` on a thread of its own when one of the places is free.
pub async fn hashing<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
    // The semaphore is never closed, so there is always a place in the end. The work keeps it even when the
    // request that asked for it is gone.
    let place = PLACES.clone().acquire_owned().await;
    let done = tokio::task::spawn_blocking(move || {
        let _place = place;
        work()
    });
    Ok(done.await?)
}
