//! Work that comes round again.

use std::fmt::Debug;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

/// Does `chore` again and again with a pause between, until `stop`. A failure is logged, and tried again in its turn.
pub async fn every<F, E>(pause: Duration, name: &'static str, stop: CancellationToken, chore: impl Fn() -> F)
where
    F: Future<Output = Result<(), E>>,
    E: Debug,
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
