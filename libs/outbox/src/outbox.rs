//! The outbox: events on their way out.

use diesel::sql_types::{Array, Nullable, Text, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use souk_bus::MAX_BODY;
use souk_contracts::{Envelope, Event};
use souk_db::{Conn, prepared};
use souk_telemetry::Flow;
use uuid::Uuid;

/// An event ready to be stored: what is being asked for, by whom and why, is taken from the current [`Flow`].
pub struct Pending {
    id: Uuid,
    exchange: &'static str,
    routing_key: &'static str,
    traceparent: Option<String>,
    conflation_key: Option<String>,
    body: serde_json::Result<String>,
}

impl Pending {
    /// Wraps `event` in its envelope. `aggregate_version` is the version of its subject after the change.
    pub fn new<E: Event>(event: E, aggregate_version: Option<i64>) -> Self {
        let mut envelope = Envelope::new(event, aggregate_version);
        if let Some(flow) = Flow::try_current() {
            envelope.correlationid = Some(flow.request_id.clone());
            envelope.causationid = Some(flow.causation().to_owned());
            envelope.traceparent = Some(flow.traceparent.to_string());
        }
        Self {
            id: envelope.id,
            exchange: E::EXCHANGE.name(),
            routing_key: E::TYPE,
            body: serde_json::to_string(&envelope),
            conflation_key: E::IS_CONFLATED.then_some(envelope.subject),
            traceparent: envelope.traceparent,
        }
    }
}

/// Tells an event, in the transaction of the change it tells of.
///
/// # Errors
/// When the row cannot be written.
pub async fn enqueue<E: Event>(
    tx: &mut Conn,
    event: E,
    aggregate_version: Option<i64>,
) -> Result<(), diesel::result::Error> {
    enqueue_all(tx, vec![Pending::new(event, aggregate_version)]).await
}

/// Tells several events, in their order, by one statement.
///
/// # Errors
/// When the rows cannot be written, or an event is larger than a reader takes.
pub async fn enqueue_all(tx: &mut Conn, pending: Vec<Pending>) -> Result<(), diesel::result::Error> {
    if pending.is_empty() {
        return Ok(());
    }
    let ids: Vec<Uuid> = pending.iter().map(|row| row.id).collect();
    let exchanges: Vec<&str> = pending.iter().map(|row| row.exchange).collect();
    let keys: Vec<&str> = pending.iter().map(|row| row.routing_key).collect();
    let traces: Vec<Option<String>> = pending.iter().map(|row| row.traceparent.clone()).collect();
    let conflation_keys: Vec<Option<String>> = pending.iter().map(|row| row.conflation_key.clone()).collect();
    let bodies = pending
        .into_iter()
        .map(|row| row.body)
        .collect::<serde_json::Result<Vec<String>>>()
        .map_err(|error| diesel::result::Error::SerializationError(Box::new(error)))?;
    if let Some(size) = bodies.iter().map(String::len).find(|size| *size > MAX_BODY) {
        let error = format!("an event of {size} bytes cannot be read by anyone");
        return Err(diesel::result::Error::SerializationError(error.into()));
    }
    prepared(
        diesel::sql_query(
            "insert into outbox (id, exchange, routing_key, traceparent, conflation_key, body)
         select * from unnest($1, $2, $3, $4, $5, $6)",
        )
        .bind::<Array<SqlUuid>, _>(ids)
        .bind::<Array<Text>, _>(exchanges)
        .bind::<Array<Text>, _>(keys)
        .bind::<Array<Nullable<Text>>, _>(traces)
        .bind::<Array<Nullable<Text>>, _>(conflation_keys)
        .bind::<Array<Text>, _>(bodies),
    )
    .execute(tx)
    .await?;
    Ok(())
}
