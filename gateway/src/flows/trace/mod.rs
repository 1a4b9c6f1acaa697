//! The story of an order: its timeline, the events that came of it, and what became of each.

mod story;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use futures_util::future::join_all;
use souk_auth::Caller;
use souk_clients::trace::{HandledQuery, OrderStory, Span, TraceClient, WrittenBody, WrittenQuery};
use souk_clients::{ClientError, MeshClient};
use souk_telemetry::is_request_id;
use uuid::Uuid;

use crate::proxy::Service;
use crate::{Error, Result};
use story::Facts;
pub use story::{Missing, Step, StepKind, Trace, Why};

/// An event is made at the moment of its entry, and what comes of it soon after; what was reserved, just before.
const BEFORE: TimeDelta = TimeDelta::seconds(30);
const AFTER: TimeDelta = TimeDelta::seconds(60);
/// How far back a request is looked for whose id does not tell when it came.
const LATELY: TimeDelta = TimeDelta::hours(1);
/// For each answer: a busy outbox is read for it.
const PATIENCE: Duration = Duration::from_secs(5);

/// A service that can be asked.
type Asked = (&'static str, TraceClient);

/// Tells the story of the order with this id or number, or of the one that came of the request with this id.
///
/// # Errors
/// When there is no such order, or order-svc is away. Any other service that is away is named in the answer.
pub async fn trace_order(services: &[(Service, MeshClient)], operator: Caller, named: &str) -> Result<Trace> {
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
    let story = find(&orders.1, named).await?;
    let mut query = WrittenQuery {
        order_id: Some(story.id),
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

async fn find(orders: &TraceClient, named: &str) -> Result<OrderStory> {
    if let Some(story) = order(orders, named).await? {
        return Ok(story);
    }
    let id = of_request(orders, named).await?.ok_or(Error::NotFound)?;
    order(orders, &id.to_string()).await?.ok_or(Error::NotFound)
}

async fn order(orders: &TraceClient, named: &str) -> Result<Option<OrderStory>> {
    // Neither an id nor a number has other characters, and these may stand in a path as they are.
    let is_plain = |c: u8| c.is_ascii_alphanumeric() || c == b'-';
    if named.is_empty() || named.len() > 36 || !named.bytes().all(is_plain) {
        return Ok(None);
    }
    match orders.order(named).await {
        Ok(story) => Ok(Some(story)),
        Err(error) if error.refusal("not-found").is_some() => Ok(None),
        Err(error) => Err(Error::Service(error)),
    }
}

/// The order that came of a request, or was moved on by it.
async fn of_request(orders: &TraceClient, request_id: &str) -> Result<Option<Uuid>> {
    if !is_request_id(request_id) {
        return Ok(None);
    }
    let query = WrittenQuery {
        order_id: None,
        correlation_ids: vec![request_id.to_owned()],
        spans: vec![around(request_id, Utc::now())],
    };
    let written = orders.written(&query).await.map_err(Error::Service)?;
    Ok(written.into_iter().find_map(|event| event.order_id))
}

/// When events of a request were made: its own id tells when it came, unless a client has named it.
fn around(request_id: &str, now: DateTime<Utc>) -> Span {
    let made = Uuid::parse_str(request_id).ok().and_then(|id| id.get_timestamp());
    let came = made.and_then(|at| {
        let (seconds, nanos) = at.to_unix();
        DateTime::from_timestamp(i64::try_from(seconds).ok()?, nanos)
    });
    came.map_or(
        Span {
            from: now - LATELY,
            to: now,
        },
        |at| Span {
            from: at - BEFORE,
            to: at + AFTER,
        },
    )
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
