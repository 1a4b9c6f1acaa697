//! Exchanges, queues and bindings, with the arguments that keep messages safe.
//!
//! The arguments of a queue that exists cannot change: the broker answers 406. A change needs a new queue name.

use lapin::options::{
    ExchangeDeclareOptions, ExchangeDeleteOptions, QueueBindOptions, QueueDeclareOptions, QueueDeleteOptions,
};
use lapin::types::{AMQPValue, FieldTable, ShortString};
use lapin::{Channel, ExchangeKind, Result};
use souk_contracts::topology::UNBOUND;
use souk_contracts::{Exchange, Queue};

use crate::message::Namespace;

/// How often a message may come back before it is parked.
const DELIVERY_LIMIT: i32 = 20;

pub(crate) async fn all(channel: &Channel, namespace: &Namespace, queues: &[&'static Queue]) -> Result<()> {
    for exchange in Exchange::ALL {
        let options = ExchangeDeclareOptions {
            durable: true,
            ..Default::default()
        };
        let name = namespace.of(exchange.name());
        channel
            .exchange_declare(name, ExchangeKind::Topic, options, FieldTable::default())
            .await?;
    }
    for queue in queues {
        // The parked queue comes first: there must be no moment in which a dead letter finds nobody.
        declare(channel, namespace.parked(queue), quorum()).await?;
        declare(channel, namespace.of(queue.name), arguments(namespace, queue)).await?;
        bind(channel, namespace, queue).await?;
    }
    Ok(())
}

pub(crate) async fn delete(
    channel: &Channel,
    namespace: &Namespace,
    queues: &[&'static Queue],
) -> Result<()> {
    for queue in queues {
        channel
            .queue_delete(namespace.of(queue.name), QueueDeleteOptions::default())
            .await?;
        channel
            .queue_delete(namespace.parked(queue), QueueDeleteOptions::default())
            .await?;
    }
    for exchange in Exchange::ALL {
        channel
            .exchange_delete(namespace.of(exchange.name()), ExchangeDeleteOptions::default())
            .await?;
    }
    Ok(())
}

async fn declare(channel: &Channel, name: ShortString, arguments: FieldTable) -> Result<()> {
    let options = QueueDeclareOptions {
        durable: true,
        ..Default::default()
    };
    channel.queue_declare(name, options, arguments).await?;
    Ok(())
}

async fn bind(channel: &Channel, namespace: &Namespace, queue: &Queue) -> Result<()> {
    for (exchange, pattern) in queue.bindings {
        let (name, exchange) = (namespace.of(queue.name), namespace.of(exchange.name()));
        let options = QueueBindOptions::default();
        channel
            .queue_bind(name, exchange, (*pattern).into(), options, FieldTable::default())
            .await?;
    }
    // Last, so that no message that is still wanted finds the queue unbound in between.
    for (_, exchange, pattern) in UNBOUND.iter().filter(|(of, ..)| *of == queue) {
        let (name, exchange) = (namespace.of(queue.name), namespace.of(exchange.name()));
        channel
            .queue_unbind(name, exchange, (*pattern).into(), FieldTable::default())
            .await?;
    }
    Ok(())
}

fn quorum() -> FieldTable {
    let mut arguments = FieldTable::default();
    arguments.insert("x-queue-type".into(), text("quorum"));
    arguments
}

fn arguments(namespace: &Namespace, queue: &Queue) -> FieldTable {
    let mut arguments = quorum();
    arguments.insert("x-single-active-consumer".into(), AMQPValue::Boolean(true));
    arguments.insert("x-delivery-limit".into(), AMQPValue::LongInt(DELIVERY_LIMIT));
    arguments.insert("x-dead-letter-exchange".into(), text(""));
    arguments.insert(
        "x-dead-letter-routing-key".into(),
        text(namespace.parked(queue).as_str()),
    );
    // A dead letter leaves its queue only when the parked queue has confirmed it; that needs reject-publish.
    arguments.insert("x-dead-letter-strategy".into(), text("at-least-once"));
    arguments.insert("x-overflow".into(), text("reject-publish"));
    arguments
}

fn text(value: &str) -> AMQPValue {
    AMQPValue::LongString(value.into())
}
