//! Forget a user who is gone.

use chrono::{DateTime, TimeDelta, Utc};
use souk_db::Conn;
use uuid::Uuid;

use crate::{Result, store};

/// How far the event of a change may be from the time on the timeline: both are made in one transaction, which may wait.
const WRITING: TimeDelta = TimeDelta::minutes(15);

/// Removes what is personal from the user's orders, from the events that were published about them, and from answers that
/// were kept for repeated requests; the orders themselves stay.
///
/// # Errors
/// When the database fails.
pub async fn forget_user(tx: &mut Conn, user_id: Uuid) -> Result<()> {
    let changes = store::timeline::times_of_user(tx, user_id).await?;
    souk_outbox::erase_written(tx, &spans_around(changes), user_id).await?;
    souk_outbox::erase_user(tx, user_id).await?;
    store::orders::forget_user(tx, user_id).await?;
    store::timeline::forget_user(tx, user_id).await?;
    Ok(())
}

/// The spans of time in which events of these changes were written, oldest first, without overlaps.
fn spans_around(mut times: Vec<DateTime<Utc>>) -> Vec<(DateTime<Utc>, DateTime<Utc>)> {
    times.sort_unstable();
    let mut spans: Vec<(DateTime<Utc>, DateTime<Utc>)> = Vec::new();
    for time in times {
        let (from, to) = (time - WRITING, time + WRITING);
        match spans.last_mut() {
            Some((_, end)) if *end >= from => *end = to,
            _ => spans.push((from, to)),
        }
    }
    spans
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_that_lie_close_together_are_one_span() {
        let at = |minute: i64| DateTime::from_timestamp(1_767_225_600 + 60 * minute, 0).unwrap();

        let spans = spans_around(vec![at(300), at(10), at(0)]);

        assert_eq!(
            spans,
            [
                (at(0) - WRITING, at(10) + WRITING),
                (at(300) - WRITING, at(300) + WRITING)
            ]
        );
        assert_eq!(spans_around(vec![]), []);
    }
}
