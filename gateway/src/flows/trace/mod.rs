//! The story of an order: its timeline, the events that came of it, and what became of each.

mod story;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::time::Duration;

use chrono::{TimeDelta, Utc};
use futures_util::future::join_all;
use souk_auth::Caller;
use souk_clients::trace::{HandledQuery, OrderStory, Span, TraceClient, WrittenBody, WrittenQuery};
use souk_clients::{ClientError, MeshClient};
use uuid::Uuid;

use crate::proxy::Service;
use crate::{Error, Result};
use story::Facts;
pub use story::{Missing, Step, StepKind, Trace, Why};

/// An event is made at the moment of its entry, and what comes of it soon after; what was reserved, just before.
const BEFORE: TimeDelta = TimeDelta::seconds(30);
const AFTER: TimeDelta = TimeDelta::seconds(60);
/// For each answer: a busy outbox is read for it.
const PATIENCE: Duration = Duration::from_secs(5);

/// A service that can be asked.
type Asked = (&'static str, TraceClient);

/// Tells the story of the order with this id or number.
///
/// # Errors
/// When there is no such order, or order-svc is away. Any other service that is away is named in the answer.
pub async fn trace_order(services: &[(Service, MeshClient)], operator: Caller, order: &str) -> Result<Trace> {
    let client = |mesh: &MeshClient| TraceClient::new(&mesh.timeout(PATIENCE), &operator);
    let mut others: Vec<Asked> = Vec::new();
    let mut orders = None;
    for (service, mesh) in services {
        match service {
            Service::Order => orders = Some((service.name(), client(mesh))),
            _ => others.push((service.name(), client(mesh))),
        }
    }
    let orders = orders.ok_or(Error::NotFound)?;
    let story = find(&orders.1, order).await?;
    let mut query = WrittenQuery {
        order_id: story.id,
        correlation_ids: Vec::new(),
        spans: spans(&story),
    };
    let own = orders.1.written(&query).await.map_err(Error::Service)?;
    let requests: BTreeSet<String> = own
        .iter()
        .filter_map(|event| event.correlation_id.clone())
        .collect();
    query.correlation_ids = requests.into_iter().collect();
    let mut facts = Facts::new(story);
    facts
        .written
        .extend(own.into_iter().map(|event| (orders.0, event)));
    ask_what_else_was_written(&mut facts, &others, &query).await?;
    others.push(orders);
    ask_what_was_handled(&mut facts, &others).await?;
    Ok(facts.tell(Utc::now()))
}

async fn find(orders: &TraceClient, order: &str) -> Result<OrderStory> {
    // Neither an id nor a number has other characters, and these may stand in a path as they are.
    let is_plain = |c: u8| c.is_ascii_alphanumeric() || c == b'-';
    if order.is_empty() || order.len() > 36 || !order.bytes().all(is_plain) {
        return Err(Error::NotFound);
    }
    orders.order(order).await.map_err(|error| {
        if error.refusal("not-found").is_some() {
            Error::NotFound
        } else {
            Error::Service(error)
        }
    })
}

/// The spans of time around what happened, each moment once.
fn spans(story: &OrderStory) -> Vec<Span> {
    let mut moments: Vec<_> = story.timeline.iter().map(|entry| entry.at).collect();
    moments.push(story.created_at);
    moments.sort();
    let mut spans: Vec<Span> = Vec::new();
    for at in moments {
        let (from, to) = (at - BEFORE, at + AFTER);
        match spans.last_mut() {
            Some(last) if from <= last.to => last.to = to,
            _ => spans.push(Span { from, to }),
        }
    }
    spans
}

async fn ask_what_else_was_written(facts: &mut Facts, others: &[Asked], query: &WrittenQuery) -> Result<()> {
    let ask = async |(service, client): &Asked| (*service, client.written(query).await);
    for (service, answer) in join_all(others.iter().map(ask)).await {
        if let Some(events) = facts.answered(service, answer)? {
            facts
                .written
                .extend(events.into_iter().map(|event: WrittenBody| (service, event)));
        }
    }
    Ok(())
}

async fn ask_what_was_handled(facts: &mut Facts, services: &[Asked]) -> Result<()> {
    let ids: Vec<Uuid> = facts.written.iter().map(|(_, event)| event.event_id).collect();
    let query = HandledQuery { event_ids: ids };
    let ask = async |(service, client): &Asked| (*service, client.handled(&query).await);
    for (service, answer) in join_all(services.iter().map(ask)).await {
        if let Some(done) = facts.answered(service, answer)? {
            facts.handled.extend(done.handled);
            facts.parked.extend(done.parked);
        }
    }
    Ok(())
}

impl Facts {
    /// The answer of a service; one that is away is remembered as such.
    fn answered<T>(&mut self, service: &'static str, answer: Result<T, ClientError>) -> Result<Option<T>> {
        match answer {
            Ok(answer) => Ok(Some(answer)),
            Err(ClientError::Unavailable { .. }) => {
                self.unavailable.insert(service);
                Ok(None)
            }
            Err(error) => Err(Error::Service(error)),
        }
    }
}
