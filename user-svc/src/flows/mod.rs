//! What takes time that no transaction may wait for.

mod register;
mod sign_in;

pub use register::register;
pub use sign_in::sign_in;

use crate::Result;

/// Runs work that keeps a core busy off the request threads.
async fn off_thread<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
    Ok(tokio::task::spawn_blocking(work).await?)
}
