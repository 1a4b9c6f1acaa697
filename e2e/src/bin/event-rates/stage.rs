//! A database, a queue, and the events that go from one to the other.

use anyhow::{Context, Result};
use diesel_async::{RunQueryDsl, SimpleAsyncConnection};
use souk_bus::{Bus, Message, Target};
use souk_contracts::events::OrderItemCreated;
use souk_contracts::{Envelope, Exchange, Queue};
use souk_db::{Db, DbError, migrate};
use souk_outbox::{Pending, enqueue_all};
use uuid::Uuid;

/// Where everything goes; of quorums, as all queues of the mesh.
pub static QUEUE: Queue = Queue {
    name: "rates",
    bindings: &[(Exchange::Order, "order.item.created")],
};
static QUEUES: &[&Queue] = &[&QUEUE];
/// Apart from the mesh that shares the broker.
const NAMESPACE: &str = "bench";
const TABLE: &str = "create table if not exists projection (
    id uuid primary key, kind text not null, at timestamptz not null, data jsonb not null)";

/// What is measured on.
pub struct Stage {
    /// With an outbox, an inbox and a projection, all empty.
    pub db: Db,
    /// With the one queue, empty.
    pub bus: Bus,
    /// The same.
    pub amqp_url: String,
    /// How many.
    pub events: usize,
}

impl Stage {
    /// Make what is missing and empty the rest.
    pub async fn set(database_url: &str, amqp_url: &str, events: usize) -> Result<Self> {
        migrate(database_url, vec![souk_db::MIGRATIONS, souk_outbox::MIGRATIONS]).await?;
        let stage = Self {
            db: Db::connect(database_url, 4)?,
            bus: Bus::new(amqp_url, NAMESPACE).with_queues(QUEUES),
            amqp_url: amqp_url.to_owned(),
            events,
        };
        souk_outbox::prepare_partitions(&stage.db).await?;
        let empty = format!("{TABLE}; truncate outbox, inbox, projection");
        stage.db.conn().await?.batch_execute(&empty).await?;
        stage.bus.delete_topology().await?;
        Ok(stage)
    }

    /// Leave nothing in the broker.
    pub async fn clear(&self) -> Result<()> {
        Ok(self.bus.delete_topology().await?)
    }

    /// All events, each with an id of its own.
    pub fn messages(&self) -> Result<Vec<Message>> {
        let event = sample()?;
        let message = |_| {
            let envelope = Envelope::new(event.clone(), Some(1));
            let body = serde_json::to_vec(&envelope)?;
            Ok(Message::of(Target::Exchange(Exchange::Order), &envelope, body))
        };
        (0..self.events).map(message).collect()
    }

    /// Fills the outbox, by an op of many transactions.
    pub async fn fill_outbox(&self) -> Result<()> {
        let event = sample()?;
        let mut left = self.events;
        while left > 0 {
            let some = left.min(1000);
            let pending = (0..some).map(|_| Pending::new(event.clone(), Some(1))).collect();
            self.db
                .transaction::<_, DbError>(async |tx| Ok(enqueue_all(tx, pending).await?))
                .await?;
            left -= some;
        }
        Ok(())
    }

    /// Fills the queue, and waits until the broker has all of it.
    pub async fn fill_queue(&self) -> Result<()> {
        let session = self.bus.connect("rates").await?;
        let mut publisher = session.publisher().await?;
        for some in self.messages()?.chunks(1000) {
            publisher.publish_all(some).await?;
        }
        session.close().await;
        Ok(())
    }

    /// The one number that a query answers.
    pub async fn count(&self, sql: &str) -> Result<usize> {
        #[derive(diesel::QueryableByName)]
        struct Count {
            #[diesel(sql_type = diesel::sql_types::BigInt)]
            count: i64,
        }
        let mut conn = self.db.conn().await?;
        let count: Count = diesel::sql_query(sql).get_result(&mut conn).await?;
        Ok(usize::try_from(count.count)?)
    }
}

/// As the contract shows it.
fn sample() -> Result<OrderItemCreated> {
    let text = include_str!("../../../../libs/contracts/samples/order.item.created.json");
    let envelope: Envelope<OrderItemCreated> =
        serde_json::from_str(text).context("The sample cannot be read")?;
    Ok(OrderItemCreated {
        order_id: Uuid::now_v7(),
        ..envelope.data
    })
}
