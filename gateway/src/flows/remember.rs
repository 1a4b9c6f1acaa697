//! When Redis has forgotten: what was ended lately is written into it again, from the rows.

use std::sync::Arc;
use std::time::Duration;

use souk_clients::user::UserClient;
use tokio_util::sync::CancellationToken;

use crate::Result;
use crate::revocation::{Away, MEMORY_SECONDS, Revocations};

const INTERVAL: Duration = Duration::from_millis(500);

/// Watches until `stop` that Redis knows what was ended lately.
pub async fn keep_remembering(users: UserClient, revocations: Arc<Revocations>, stop: CancellationToken) {
    let mut told = false;
    loop {
        if let Err(Away::Forgotten) = revocations.ready().await {
            match remember(&users, &revocations).await {
                Ok(count) => {
                    told = false;
                    tracing::info!(
                        sessions = count,
                        "Redis was told again of {count} sessions that ended lately"
                    );
                }
                // Once per outage; the requests that are refused meanwhile have lines of their own.
                Err(error) if !told => {
                    told = true;
                    tracing::warn!(%error, "Redis has forgotten what was revoked, and it cannot be told just now");
                }
                Err(_) => {}
            }
        }
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(INTERVAL) => {}
        }
    }
}

/// The rows first, the epoch last: until then nobody is let in.
async fn remember(users: &UserClient, revocations: &Revocations) -> Result<usize> {
    let mut count = 0;
    let mut after = None;
    loop {
        let page = users.ended_sessions(MEMORY_SECONDS, after).await?;
        revocations.end_sessions(&page.session_ids).await?;
        count += page.session_ids.len();
        after = page.session_ids.last().copied();
        if !page.more {
            break;
        }
    }
    revocations.begin_epoch().await?;
    Ok(count)
}
