//! The same work by the broker and by Postgres alone.

use std::time::Instant;

use anyhow::{Context, Result, ensure};
use diesel::sql_types::{Array, Text, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use lapin::options::{BasicPublishOptions, ConfirmSelectOptions};
use lapin::{BasicProperties, Confirmation, Connection, ConnectionProperties};
use serde_json::Value;
use souk_bus::Message;
use souk_contracts::Envelope;
use souk_db::{DbError, prepared};
use uuid::Uuid;

use crate::ours::project;
use crate::stage::{QUEUE, Stage};

/// Confirms on their way at any time.
const UNCONFIRMED: usize = 500;
/// Events in one transaction.
const BATCH: usize = 100;

/// Seconds until the broker has confirmed all messages, each persistent, in the one queue.
pub async fn confirms(stage: &Stage) -> Result<f64> {
    let messages = stage.messages()?;
    // The queue is declared as services do.
    stage.bus.connect("rates").await?.close().await;
    let queue = format!("bench.{}", QUEUE.name);
    let connection = Connection::connect(&stage.amqp_url, ConnectionProperties::default()).await?;
    let channel = connection.create_channel().await?;
    channel.confirm_select(ConfirmSelectOptions::default()).await?;
    let properties = BasicProperties::default().with_delivery_mode(2);
    let begun = Instant::now();
    let mut waiting = FuturesUnordered::new();
    for message in &messages {
        let options = BasicPublishOptions {
            mandatory: true,
            ..BasicPublishOptions::default()
        };
        let name = queue.as_str().into();
        let sent = channel.basic_publish("".into(), name, options, &message.body, properties.clone());
        waiting.push(sent.await?);
        if waiting.len() >= UNCONFIRMED {
            confirmed(waiting.next().await)?;
        }
    }
    while !waiting.is_empty() {
        confirmed(waiting.next().await)?;
    }
    let seconds = begun.elapsed().as_secs_f64();
    connection.close(200, "".into()).await?;
    Ok(seconds)
}

fn confirmed(outcome: Option<lapin::Result<Confirmation>>) -> Result<()> {
    let outcome = outcome.context("Nothing was waited for")??;
    ensure!(
        matches!(outcome, Confirmation::Ack(None)),
        "The broker did not take a message"
    );
    Ok(())
}

/// Seconds until the rows of all events are written in batches, decoded beforehand.
pub async fn batches(stage: &Stage) -> Result<f64> {
    let messages = stage.messages()?;
    let decode = |message: &Message| serde_json::from_slice::<Envelope<Value>>(&message.body);
    let events: Vec<Envelope<Value>> = messages.iter().map(decode).collect::<Result<_, _>>()?;
    let begun = Instant::now();
    for some in events.chunks(BATCH) {
        let ids: Vec<Uuid> = some.iter().map(|event| event.id).collect();
        stage
            .db
            .transaction::<_, DbError>(async |tx| {
                prepared(
                    diesel::sql_query("insert into inbox (queue, event_id) select $1, unnest($2)")
                        .bind::<Text, _>(QUEUE.name)
                        .bind::<Array<SqlUuid>, _>(ids),
                )
                .execute(tx)
                .await?;
                project(tx, some.to_vec()).await
            })
            .await?;
    }
    Ok(begun.elapsed().as_secs_f64())
}
