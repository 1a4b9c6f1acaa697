//! Events that come twice, in another order, or unreadable: sent past everybody, straight to the broker.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use futures_util::StreamExt;
use lapin::message::Delivery;
use lapin::options::{
    BasicAckOptions, BasicConsumeOptions, BasicPublishOptions, BasicQosOptions, ConfirmSelectOptions,
};
use lapin::types::FieldTable;
use lapin::{BasicProperties, Channel, Confirmation, Connection};
use souk_contracts::topology::QUEUES;

use super::dice::Dice;
use super::rest::{Databases, WRITERS};
use super::rig::{Rig, Service, connect};

/// As the services say it.
const CONTENT_TYPE: &str = "application/cloudevents+json";
/// Messages are kept by the broker.
const PERSISTENT: u8 = 2;
/// When no message has come for so long, there is none.
const SILENCE: Duration = Duration::from_millis(250);

/// A message for one queue.
struct Letter {
    queue: String,
    properties: BasicProperties,
    body: Vec<u8>,
}

/// A connection to the broker, past all ways.
struct Post {
    connection: Connection,
    channel: Channel,
}

impl Post {
    async fn open(amqp_url: &str) -> Result<Self> {
        let connection = connect(amqp_url).await?;
        let channel = connection.create_channel().await?;
        channel.confirm_select(ConfirmSelectOptions::default()).await?;
        Ok(Self { connection, channel })
    }

    /// Sends a letter to its queue, and waits until the broker has it.
    async fn send(&self, letter: Letter) -> Result<()> {
        let mandatory = BasicPublishOptions {
            mandatory: true,
            ..BasicPublishOptions::default()
        };
        let sent = self
            .channel
            .basic_publish(
                "".into(),
                letter.queue.as_str().into(),
                mandatory,
                &letter.body,
                letter.properties,
            )
            .await?
            .await?;
        ensure!(
            matches!(sent, Confirmation::Ack(None)),
            "the broker did not take a message for {}",
            letter.queue
        );
        Ok(())
    }

    async fn close(self) {
        let _ = self.connection.close(200, "done".into()).await;
    }
}

/// Sends some events of this run once more, each to one of its queues, in another order.
///
/// # Errors
/// When the broker or a database is away.
pub async fn send_again(
    amqp_url: &str,
    databases: &Databases,
    since: &[i64],
    count: usize,
    mut dice: Dice,
) -> Result<usize> {
    let mut letters = Vec::new();
    for (database, since) in WRITERS.iter().zip(since) {
        for row in databases.events_since(database, *since).await? {
            let readers: Vec<_> = QUEUES.iter().filter(|queue| row.is_for(queue)).collect();
            if let Some(queue) = dice.one_of(&readers) {
                letters.push(Letter {
                    queue: queue.name.to_owned(),
                    properties: properties(&row.id.to_string(), &row.kind, &row.source),
                    body: row.body.into_bytes(),
                });
            }
        }
    }
    dice.shuffle(&mut letters);
    letters.truncate(count);
    let sent = letters.len();
    let post = Post::open(amqp_url).await?;
    for letter in letters {
        post.send(letter).await?;
    }
    post.close().await;
    Ok(sent)
}

fn properties(id: &str, kind: &str, source: &str) -> BasicProperties {
    BasicProperties::default()
        .with_delivery_mode(PERSISTENT)
        .with_content_type(CONTENT_TYPE.into())
        .with_message_id(id.into())
        .with_type(kind.into())
        .with_app_id(source.into())
}

/// Kills all readers of a queue, lets messages gather, puts them into another order, and starts the readers again.
///
/// # Errors
/// When the broker is away; the readers are started all the same.
pub async fn shuffle(rig: &Rig, queue: &str, gather: Duration, dice: Dice) -> Result<usize> {
    let (name, _) = queue.split_once('.').context("A queue of no service")?;
    let readers = rig.replicas(name)?;
    for reader in &readers {
        reader.kill();
    }
    tokio::time::sleep(gather).await;
    let shuffled = shuffle_waiting(&rig.run.amqp_url, queue, dice, &readers).await;
    for reader in &readers {
        reader.start().await?;
    }
    shuffled
}

async fn shuffle_waiting(
    amqp_url: &str,
    queue: &str,
    mut dice: Dice,
    readers: &[&Arc<Service>],
) -> Result<usize> {
    let post = Post::open(amqp_url).await?;
    let mut waiting = take_all(&post.channel, queue).await?;
    // Somebody else has started a reader: what was taken goes back with the connection.
    if !readers.iter().all(|reader| reader.is_down()) {
        post.close().await;
        return Ok(0);
    }
    let last = waiting.last().map(|delivery| delivery.delivery_tag);
    dice.shuffle(&mut waiting);
    let count = waiting.len();
    for delivery in waiting {
        post.send(Letter {
            queue: queue.to_owned(),
            properties: delivery.properties,
            body: delivery.data,
        })
        .await?;
    }
    if let Some(tag) = last {
        let all = BasicAckOptions { multiple: true };
        post.channel.basic_ack(tag, all).await?;
    }
    post.close().await;
    Ok(count)
}

/// Everything that waits in a queue; it stays there until it is acknowledged.
async fn take_all(channel: &Channel, queue: &str) -> Result<Vec<Delivery>> {
    channel.basic_qos(2_000, BasicQosOptions::default()).await?;
    let options = BasicConsumeOptions::default();
    let mut consumer = channel
        .basic_consume(queue.into(), "shuffler".into(), options, FieldTable::default())
        .await?;
    let mut taken = Vec::new();
    while let Ok(Some(delivery)) = tokio::time::timeout(SILENCE, consumer.next()).await {
        taken.push(delivery?);
    }
    channel
        .basic_cancel("shuffler".into(), Default::default())
        .await?;
    // What came after the last look is given back with the connection.
    Ok(taken)
}
