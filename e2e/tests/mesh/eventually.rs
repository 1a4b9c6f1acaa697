//! Waiting for what events bring, without sleeping longer than it takes.

use std::fmt::Debug;
use std::time::{Duration, Instant};

/// How long an event may take to have its effect on a busy machine.
pub const SOON: Duration = Duration::from_secs(30);

/// Asks until there is an answer; the test fails with the last reason if there is none in time.
pub async fn eventually<T>(
    what: &str,
    limit: Duration,
    mut ask: impl AsyncFnMut() -> Result<T, String>,
) -> T {
    let begun = Instant::now();
    let mut pause = Duration::from_millis(20);
    loop {
        let reason = match ask().await {
            Ok(answer) => return answer,
            Err(reason) => reason,
        };
        assert!(
            begun.elapsed() < limit,
            "{what}: not within {} s; {reason}",
            limit.as_secs()
        );
        tokio::time::sleep(pause).await;
        pause = (pause * 3 / 2).min(Duration::from_millis(300));
    }
}

/// Looks until it is as expected.
pub async fn becomes<T: PartialEq + Debug>(
    what: &str,
    expected: T,
    mut look: impl AsyncFnMut() -> Result<T, String>,
) {
    eventually(what, SOON, async || {
        let seen = look().await?;
        if seen == expected {
            Ok(())
        } else {
            Err(format!("expected {expected:?}, seen {seen:?}"))
        }
    })
    .await;
}
