//! Compute all figures again from the log.

use souk_db::Conn;

use super::apply_facts;
use crate::{Result, events, store};

/// Events taken from the log at a time.
const CHUNK: i64 = 1000;

/// Drops facts and sums, makes them again from the event log, and answers how many events it read.
///
/// Events that arrive meanwhile wait; readers see the old figures until the commit.
pub async fn rebuild(tx: &mut Conn) -> Result<u64> {
    store::projection::lock(tx).await?;
    store::projection::clear(tx).await?;
    let mut read = 0;
    let mut last = None;
    loop {
        let chunk = store::events::chunk(tx, last, CHUNK).await?;
        let Some(end) = chunk.last() else { return Ok(read) };
        last = Some((end.time, end.id));
        let mut facts = Vec::new();
        for event in &chunk {
            facts.extend(events::facts(event)?);
            read += 1;
        }
        // An erasure needs nothing here: it was done in the log.
        apply_facts(tx, facts).await?;
    }
}
