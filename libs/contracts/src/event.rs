//! What makes a struct an event, and the table row that describes it.

use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::{DecodeError, Envelope, Exchange};

/// The payload of one kind of event.
pub trait Event: Serialize + DeserializeOwned + JsonSchema + Send + Sync + 'static {
    /// The routing key, `order.created`.
    const TYPE: &'static str;
    /// Where it is published.
    const EXCHANGE: Exchange;
    /// The version of the payload's schema, from 1.
    const VERSION: u32;
    /// Who publishes it, `/order-svc`.
    const SOURCE: &'static str;

    /// Whether it tells a state as a whole, so that of several about one subject that leave together only the newest
    /// need be told: conflation, as brokers call it.
    const IS_CONFLATED: bool = false;

    /// The members of the payload that hold words about a customer, such as a reason: they are removed wherever the event
    /// is kept when the customer's account is erased. Each of them is optional, so that the event can still be read.
    const PERSONAL_TEXT: &'static [&'static str] = &[];

    /// The id of the thing it is about.
    fn subject(&self) -> String;

    /// Who publishes this one; differs from [`Event::SOURCE`] only where two services share a type.
    fn source(&self) -> &'static str {
        Self::SOURCE
    }

    /// The envelope's `dataschema`, `order.created/1`.
    fn dataschema() -> String {
        format!("{}/{}", Self::TYPE, Self::VERSION)
    }
}

/// One row of the table of events.
#[derive(Debug, Clone, Copy)]
pub struct EventInfo {
    /// The routing key.
    pub kind: &'static str,
    /// The version of the payload's schema.
    pub version: u32,
    /// Where it is published.
    pub exchange: Exchange,
    /// Who publishes it.
    pub source: &'static str,
    /// See [`Event::PERSONAL_TEXT`].
    pub personal_text: &'static [&'static str],
    /// The committed sample: a whole envelope in JSON.
    pub sample: &'static str,
    schema: fn() -> Value,
    reencode: fn(&[u8]) -> Result<Value, DecodeError>,
}

impl EventInfo {
    /// The row of `E`.
    pub const fn of<E: Event>(sample: &'static str) -> Self {
        Self {
            kind: E::TYPE,
            version: E::VERSION,
            exchange: E::EXCHANGE,
            source: E::SOURCE,
            personal_text: E::PERSONAL_TEXT,
            sample,
            schema: json_schema::<E>,
            reencode: reencode::<E>,
        }
    }

    /// The JSON Schema (draft 7) of the payload, without references.
    pub fn schema(&self) -> Value {
        (self.schema)()
    }

    /// Decodes an envelope into its struct and encodes it again.
    pub fn reencode(&self, json: &[u8]) -> Result<Value, DecodeError> {
        (self.reencode)(json)
    }
}

/// Removes from a payload what [`Event::PERSONAL_TEXT`] names; `false` when there is nothing of that, or the type is not
/// known here.
pub fn remove_personal_text(kind: &str, data: &mut Value) -> bool {
    let (Some(info), Some(data)) = (info(kind), data.as_object_mut()) else {
        return false;
    };
    let found = info
        .personal_text
        .iter()
        .filter(|name| data.remove(**name).is_some());
    found.count() > 0
}

/// The row of an event type, `info("order.created")`.
pub fn info(kind: &str) -> Option<&'static EventInfo> {
    crate::EVENTS.iter().find(|info| info.kind == kind)
}

/// The JSON Schema of a type's payload.
pub fn schema(kind: &str) -> Option<Value> {
    info(kind).map(EventInfo::schema)
}

/// Subschemas are inlined, so that a payload can be put anywhere in another document.
pub(crate) fn json_schema<T: JsonSchema>() -> Value {
    let settings = SchemaSettings::draft07().with(|settings| {
        settings.inline_subschemas = true;
        settings.meta_schema = None;
    });
    let schema: Schema = settings.into_generator().into_root_schema_for::<T>();
    schema.to_value()
}

fn reencode<E: Event>(json: &[u8]) -> Result<Value, DecodeError> {
    let envelope = Envelope::<E>::decode(json)?;
    Ok(serde_json::to_value(&envelope)?)
}
