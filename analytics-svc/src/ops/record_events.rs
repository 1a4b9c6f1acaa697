//! Take events in.

use std::collections::BTreeSet;

use serde_json::Value;
use souk_contracts::Envelope;
use souk_db::Conn;

use super::apply_facts;
use crate::domain::{Fact, LoggedEvent, Pseudonyms, UserId};
use crate::{Result, events, store};

/// Appends events to the log and brings the figures up to them. Events that the log holds already do nothing.
pub async fn record_events(
    tx: &mut Conn,
    pseudonyms: &Pseudonyms,
    batch: Vec<Envelope<Value>>,
) -> Result<()> {
    store::projection::lock(tx).await?;
    let mut batch: Vec<LoggedEvent> = batch.into_iter().map(events::logged).collect();
    let fresh = store::events::append(tx, &batch).await?;
    batch.retain(|event| fresh.contains(&event.id));

    let mut facts = Vec::new();
    for event in &batch {
        facts.extend(events::facts(event)?);
    }
    let told: BTreeSet<UserId> = facts.iter().filter_map(erased_user).collect();
    apply_facts(tx, facts).await?;

    // Last, so that it reaches the rows of this batch, whichever way round they came.
    let mentioned = batch
        .iter()
        .filter_map(|event| event.user_id)
        .filter(|user| !told.contains(user));
    let late = store::erasures::erased(tx, pseudonyms, mentioned.collect()).await?;
    for user in told.into_iter().chain(late) {
        store::erasures::erase(tx, pseudonyms, user).await?;
        souk_outbox::erase_user(tx, user.0).await?;
    }
    Ok(())
}

fn erased_user(fact: &Fact) -> Option<UserId> {
    if let Fact::Erased(user) = fact {
        Some(*user)
    } else {
        None
    }
}
