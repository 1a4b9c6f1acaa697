//! What is sent: an event's bytes and the AMQP properties that repeat its attributes.

use lapin::BasicProperties;
use lapin::types::{AMQPValue, FieldTable, ShortString};
use souk_contracts::{Envelope, Exchange, Queue};
use std::collections::BTreeMap;

/// The content type of every event.
pub const CONTENT_TYPE: &str = "application/cloudevents+json";

/// Where a message goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// To every queue bound to the exchange by the message's type.
    Exchange(Exchange),
    /// To one queue only: a replay.
    Queue(&'static Queue),
    /// Straight to the parked messages of a queue.
    Parked(&'static Queue),
}

/// A message to publish.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// Where it goes.
    pub target: Target,
    /// The event's id; must be unique within one call of [`crate::Publisher::publish_all`].
    pub id: String,
    /// The event's type, which is also its routing key.
    pub kind: String,
    /// The event's source.
    pub source: String,
    /// More headers: `traceparent`, the reason of parking.
    pub headers: BTreeMap<String, String>,
    /// The event in JSON.
    pub body: Vec<u8>,
}

impl Message {
    /// The message of an envelope whose JSON is `body`.
    pub fn of<T>(target: Target, envelope: &Envelope<T>, body: Vec<u8>) -> Self {
        let traceparent = envelope.traceparent.iter();
        Self {
            target,
            id: envelope.id.to_string(),
            kind: envelope.kind.clone(),
            source: envelope.source.clone(),
            headers: traceparent
                .map(|value| ("traceparent".to_owned(), value.clone()))
                .collect(),
            body,
        }
    }

    pub(crate) fn properties(&self) -> BasicProperties {
        const PERSISTENT: u8 = 2;
        let mut headers = FieldTable::default();
        for (name, value) in &self.headers {
            headers.insert(short(name), AMQPValue::LongString(value.as_str().into()));
        }
        BasicProperties::default()
            .with_delivery_mode(PERSISTENT)
            .with_content_type(CONTENT_TYPE.into())
            .with_message_id(short(&self.id))
            .with_type(short(&self.kind))
            .with_app_id(short(&self.source))
            .with_headers(headers)
    }

    /// Exchange and routing key on a broker with this namespace.
    pub(crate) fn address(&self, namespace: &Namespace) -> (ShortString, ShortString) {
        match self.target {
            Target::Exchange(exchange) => (namespace.of(exchange.name()), short(&self.kind)),
            Target::Queue(queue) => (ShortString::default(), namespace.of(queue.name)),
            Target::Parked(queue) => (ShortString::default(), namespace.parked(queue)),
        }
    }
}

/// As much of a text as AMQP allows for a short one; lapin panics at more.
fn short(text: &str) -> ShortString {
    let end = text.floor_char_boundary(usize::from(u8::MAX));
    text.get(..end).unwrap_or_default().into()
}

/// The prefix of every name, so that tests and several meshes share a broker.
#[derive(Debug, Clone, Default)]
pub(crate) struct Namespace(pub String);

impl Namespace {
    pub(crate) fn of(&self, name: &str) -> ShortString {
        if self.0.is_empty() {
            name.into()
        } else {
            format!("{}.{name}", self.0).into()
        }
    }

    pub(crate) fn parked(&self, queue: &Queue) -> ShortString {
        self.of(&format!("{}.parked", queue.name))
    }
}
