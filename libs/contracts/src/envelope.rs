//! CloudEvents 1.0 in structured JSON.

use chrono::{DateTime, SubsecRound, Utc};
use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::fmt;
use uuid::Uuid;

use crate::Event;

/// The version of CloudEvents; only `1.0` is read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum SpecVersion {
    /// CloudEvents 1.0.
    #[default]
    #[serde(rename = "1.0")]
    V1,
}

/// One event as it travels: CloudEvents attributes around the payload.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Envelope<T> {
    /// Always `1.0`.
    pub specversion: SpecVersion,
    /// UUIDv7, also the AMQP `message_id`.
    pub id: Uuid,
    /// The routing key, also the AMQP `type`.
    #[serde(rename = "type")]
    pub kind: String,
    /// `/order-svc`, also the AMQP `app_id`.
    pub source: String,
    /// The id of the thing it is about.
    pub subject: String,
    /// When it happened.
    pub time: DateTime<Utc>,
    /// `<type>/<n>`.
    pub dataschema: String,
    /// Counts up per subject; absent where order does not matter.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub aggregateversion: Option<i64>,
    /// The request that began it all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub correlationid: Option<String>,
    /// The event or request just before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub causationid: Option<String>,
    /// W3C trace context.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub traceparent: Option<String>,
    /// The payload.
    pub data: T,
}

impl<E: Event> Envelope<E> {
    /// A new envelope with an id and the time of now; the caller adds what it knows of the request.
    pub fn new(data: E, aggregateversion: Option<i64>) -> Self {
        Self {
            specversion: SpecVersion::V1,
            id: Uuid::now_v7(),
            kind: E::TYPE.to_owned(),
            source: data.source().to_owned(),
            subject: data.subject(),
            // Postgres keeps microseconds: what is stored and what is sent must be equal.
            time: Utc::now().trunc_subsecs(6),
            dataschema: E::dataschema(),
            aggregateversion,
            correlationid: None,
            causationid: None,
            traceparent: None,
            data,
        }
    }

    /// Reads a message, and refuses one of another type or schema version.
    pub fn decode(json: &[u8]) -> Result<Self, DecodeError> {
        let envelope: Self = serde_json::from_slice(json)?;
        envelope.check::<E>()?;
        Ok(envelope)
    }
}

impl Envelope<Value> {
    /// Reads a message of any type, as a log does.
    pub fn decode_any(json: &[u8]) -> Result<Self, DecodeError> {
        Ok(serde_json::from_slice(json)?)
    }

    /// The same envelope with a typed payload, if it is one of `E`.
    pub fn typed<E: Event>(self) -> Result<Envelope<E>, DecodeError> {
        self.check::<E>()?;
        self.try_map(|data| Ok(serde_json::from_value(data)?))
    }
}

impl<T> Envelope<T> {
    fn check<E: Event>(&self) -> Result<(), DecodeError> {
        if self.kind != E::TYPE {
            return Err(DecodeError::WrongType {
                expected: E::TYPE,
                found: self.kind.clone(),
            });
        }
        if self.dataschema != E::dataschema() {
            return Err(DecodeError::UnknownSchema(self.dataschema.clone()));
        }
        Ok(())
    }

    fn try_map<U: DeserializeOwned>(
        self,
        map: impl FnOnce(T) -> Result<U, DecodeError>,
    ) -> Result<Envelope<U>, DecodeError> {
        Ok(Envelope {
            specversion: self.specversion,
            id: self.id,
            kind: self.kind,
            source: self.source,
            subject: self.subject,
            time: self.time,
            dataschema: self.dataschema,
            aggregateversion: self.aggregateversion,
            correlationid: self.correlationid,
            causationid: self.causationid,
            traceparent: self.traceparent,
            data: map(self.data)?,
        })
    }
}

/// Why a message cannot be read; it will not become readable by waiting.
#[derive(Debug)]
pub enum DecodeError {
    /// Not JSON, or not of the shape of its schema.
    Malformed(serde_json::Error),
    /// Another event than the one asked for.
    WrongType {
        /// The type asked for.
        expected: &'static str,
        /// The type of the message.
        found: String,
    },
    /// A schema version that this build does not know.
    UnknownSchema(String),
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed(error) => write!(f, "the message cannot be read: {error}"),
            Self::WrongType { expected, found } => write!(f, "expected {expected}, found {found}"),
            Self::UnknownSchema(schema) => write!(f, "the schema {schema} is not known here"),
        }
    }
}

impl std::error::Error for DecodeError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Malformed(error) => Some(error),
            Self::WrongType { .. } | Self::UnknownSchema(_) => None,
        }
    }
}

impl From<serde_json::Error> for DecodeError {
    fn from(error: serde_json::Error) -> Self {
        Self::Malformed(error)
    }
}
