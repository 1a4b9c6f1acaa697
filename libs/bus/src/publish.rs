//! Publishing with `mandatory` and confirms.

use lapin::options::{BasicPublishOptions, ConfirmSelectOptions};
use lapin::{Channel, Confirmation};
use std::collections::HashMap;
use std::time::Duration;

use crate::error::within;
use crate::message::Namespace;
use crate::{Message, Result};

const LIMIT: Duration = Duration::from_secs(30);

/// What became of a published message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It is safely in every queue that wants it.
    Confirmed,
    /// No queue wants it; the broker's reason.
    Returned(String),
    /// The broker could not keep it.
    Nacked,
}

/// A channel that publishes with confirms.
pub struct Publisher {
    channel: Channel,
    namespace: Namespace,
}

impl Publisher {
    pub(crate) async fn open(channel: Channel, namespace: Namespace) -> Result<Self> {
        within(LIMIT, channel.confirm_select(ConfirmSelectOptions::default())).await?;
        Ok(Self { channel, namespace })
    }

    /// Publishes one message and waits for its confirm.
    pub async fn publish(&mut self, message: &Message) -> Result<Outcome> {
        let mut outcomes = self.publish_all(std::slice::from_ref(message)).await?;
        Ok(outcomes.pop().unwrap_or(Outcome::Nacked))
    }

    /// Publishes all, then waits for all confirms; the outcomes are in the order of the messages.
    ///
    /// After an error the fate of each is unknown: send them again, readers know them by their ids.
    pub async fn publish_all(&mut self, messages: &[Message]) -> Result<Vec<Outcome>> {
        within(LIMIT, self.send(messages)).await
    }

    // `&mut self` up there matters: lapin hands a returned message to whichever confirm completes next, so only
    // when all confirms are in, and nobody else publishes, is it known which messages were returned.
    async fn send(&self, messages: &[Message]) -> lapin::Result<Vec<Outcome>> {
        let mut pending = Vec::with_capacity(messages.len());
        for message in messages {
            let (exchange, routing_key) = message.address(&self.namespace);
            let options = BasicPublishOptions {
                mandatory: true,
                ..Default::default()
            };
            let properties = message.properties();
            let publish =
                self.channel
                    .basic_publish(exchange, routing_key, options, &message.body, properties);
            pending.push(publish.await?);
        }
        let mut acked = Vec::with_capacity(pending.len());
        let mut returned = HashMap::new();
        for confirm in pending {
            let confirmation = confirm.await?;
            acked.push(confirmation.is_ack());
            if let Confirmation::Ack(Some(message)) | Confirmation::Nack(Some(message)) = confirmation {
                let id = message.properties.message_id().clone().unwrap_or_default();
                returned.insert(String::from(id), message.reply_text.as_str().to_owned());
            }
        }
        let outcome = |(message, acked): (&Message, bool)| match returned.remove(&message.id) {
            Some(reason) => Outcome::Returned(reason),
            None if acked => Outcome::Confirmed,
            None => Outcome::Nacked,
        };
        Ok(messages.iter().zip(acked).map(outcome).collect())
    }
}
