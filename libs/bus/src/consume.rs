//! Consuming: a stream of deliveries that must be acknowledged or rejected.

use futures_util::{Stream, StreamExt};
use lapin::message::Delivery as Raw;
use lapin::options::{
    BasicAckOptions, BasicCancelOptions, BasicConsumeOptions, BasicQosOptions, BasicRejectOptions,
};
use lapin::types::{AMQPValue, FieldTable, ShortString};
use lapin::{Channel, Consumer};
use std::collections::BTreeMap;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use crate::error::within;
use crate::wire::MALFORMED;
use crate::{BusError, Result, printable};

const LIMIT: Duration = Duration::from_secs(10);
/// Characters of a property, at most: each of its 255 bytes may need an escape of six.
const MAX_TEXT: usize = 6 * 255;
/// Characters of a header, at most.
const MAX_HEADER: usize = 4096;

/// The messages of one queue, in order; a [`Stream`] that ends only after [`Deliveries::cancel`] or an error.
pub struct Deliveries {
    channel: Channel,
    consumer: Consumer,
    queue: ShortString,
    cancelled: bool,
    ended: bool,
}

impl Deliveries {
    pub(crate) async fn open(channel: Channel, queue: ShortString, prefetch: u16) -> Result<Self> {
        within(LIMIT, channel.basic_qos(prefetch, BasicQosOptions::default())).await?;
        let (tag, options) = (ShortString::default(), BasicConsumeOptions::default());
        let consume = channel.basic_consume(queue.clone(), tag, options, FieldTable::default());
        let consumer = within(LIMIT, consume).await?;
        Ok(Self {
            channel,
            consumer,
            queue,
            cancelled: false,
            ended: false,
        })
    }

    /// The next message; safe to drop and call again.
    pub async fn next(&mut self) -> Option<Result<Delivery>> {
        StreamExt::next(self).await
    }

    /// Asks for no more; what has already come can still be read and acknowledged.
    pub async fn cancel(&mut self) -> Result<()> {
        self.cancelled = true;
        let cancel = self
            .channel
            .basic_cancel(self.consumer.tag(), BasicCancelOptions::default());
        within(LIMIT, cancel).await
    }
}

impl Stream for Deliveries {
    type Item = Result<Delivery>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if self.ended {
            return Poll::Ready(None);
        }
        let item = match std::task::ready!(self.consumer.poll_next_unpin(cx)) {
            Some(Ok(raw)) => return Poll::Ready(Some(Ok(Delivery::from(raw)))),
            Some(Err(error)) => Some(Err(error.into())),
            None if self.cancelled => None,
            None => Some(Err(BusError::Cancelled(self.queue.as_str().to_owned()))),
        };
        self.ended = true;
        Poll::Ready(item)
    }
}

/// One message that waits for an answer; its texts have no control characters.
#[derive(Debug)]
pub struct Delivery {
    /// The event in JSON, if the sender kept to the contract.
    pub body: Vec<u8>,
    /// What was wrong with its properties or size, so that they are not as they were sent.
    pub malformed: Option<String>,
    /// The event's id, as the sender says.
    pub message_id: Option<String>,
    /// The event's type, as the sender says.
    pub kind: Option<String>,
    /// The event's source, as the sender says.
    pub source: Option<String>,
    /// The exchange it came through; empty for one sent straight to the queue.
    pub exchange: String,
    /// Its routing key.
    pub routing_key: String,
    /// Whether it came before.
    pub redelivered: bool,
    /// How often it came before, as the queue counts.
    pub delivery_count: i64,
    /// Its headers that are text or numbers.
    pub headers: BTreeMap<String, String>,
    raw: Raw,
}

impl Delivery {
    /// It is done with.
    pub async fn ack(&self) -> Result<()> {
        self.acknowledge(false).await
    }

    /// It and everything before it that came through the same [`Deliveries`] is done with.
    pub async fn ack_up_to(&self) -> Result<()> {
        self.acknowledge(true).await
    }

    /// It is not done with: back to the queue, which counts, or to the parked messages at once.
    pub async fn reject(&self, requeue: bool) -> Result<()> {
        answered(within(LIMIT, self.raw.reject(BasicRejectOptions { requeue })).await?)
    }

    async fn acknowledge(&self, multiple: bool) -> Result<()> {
        answered(within(LIMIT, self.raw.ack(BasicAckOptions { multiple })).await?)
    }
}

/// lapin answers `false` instead of an error when the channel has gone, or the delivery was answered before.
fn answered(answered: bool) -> Result<()> {
    if answered {
        Ok(())
    } else {
        Err(BusError::Unanswerable)
    }
}

impl From<Raw> for Delivery {
    fn from(mut raw: Raw) -> Self {
        let text = |value: &ShortString| printable(value.as_str(), MAX_TEXT);
        let owned = |value: &Option<ShortString>| value.as_ref().map(text);
        let entries = raw.properties.headers().iter().flat_map(FieldTable::inner);
        let headers: BTreeMap<_, _> = entries
            .filter_map(|(name, value)| Some((text(name), printable(&readable(value)?, MAX_HEADER))))
            .collect();
        Self {
            malformed: headers.get(MALFORMED).cloned(),
            message_id: owned(raw.properties.message_id()),
            kind: owned(raw.properties.kind()),
            source: owned(raw.properties.app_id()),
            exchange: text(&raw.exchange),
            routing_key: text(&raw.routing_key),
            redelivered: raw.redelivered,
            delivery_count: headers
                .get("x-delivery-count")
                .and_then(|n| n.parse().ok())
                .unwrap_or(0),
            headers,
            body: std::mem::take(&mut raw.data),
            raw,
        }
    }
}

fn readable(value: &AMQPValue) -> Option<String> {
    match value {
        AMQPValue::LongString(text) => Some(text.to_string()),
        AMQPValue::ShortString(text) => Some(text.as_str().to_owned()),
        AMQPValue::ShortShortInt(n) => Some(n.to_string()),
        AMQPValue::ShortShortUInt(n) => Some(n.to_string()),
        AMQPValue::ShortInt(n) => Some(n.to_string()),
        AMQPValue::ShortUInt(n) => Some(n.to_string()),
        AMQPValue::LongInt(n) => Some(n.to_string()),
        AMQPValue::LongUInt(n) => Some(n.to_string()),
        AMQPValue::LongLongInt(n) => Some(n.to_string()),
        AMQPValue::Timestamp(n) => Some(n.to_string()),
        AMQPValue::Boolean(flag) => Some(flag.to_string()),
        _ => None,
    }
}
