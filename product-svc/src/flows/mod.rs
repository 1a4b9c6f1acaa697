//! What spans services or time.

mod announce;
mod desk;
mod put_back;
mod seller;
mod sweep;
mod views;

pub use announce::announce;
pub use desk::{Clerks, Desk};
pub use put_back::put_back;
pub use seller::as_seller;
pub use sweep::sweep;
pub use views::{ViewCounter, ViewLog};

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::Result;

/// Does `chore` again and again with a pause between, until `stop`. A failure is logged, and tried again in its turn.
pub async fn every<F>(pause: Duration, name: &'static str, stop: CancellationToken, chore: impl Fn() -> F)
where
    F: Future<Output = Result<()>>,
{
    while stop
        .run_until_cancelled(tokio::time::sleep(pause))
        .await
        .is_some()
    {
        if let Err(error) = chore().await {
            tracing::warn!(error = ?error, chore = name, "A chore failed and is tried again");
        }
    }
}
