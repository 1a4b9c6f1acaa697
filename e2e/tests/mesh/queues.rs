//! What lies in outboxes and queues, as an operator would look.

use std::collections::{BTreeMap, BTreeSet};

use lapin::options::{BasicPublishOptions, ConfirmSelectOptions, QueueDeclareOptions};
use lapin::types::FieldTable;
use lapin::{BasicProperties, Confirmation, Connection, ConnectionProperties};
use souk_contracts::topology::QUEUES;
use tokio_postgres::{Client, Config, NoTls};

use crate::eventually::becomes;
use crate::mesh::Mesh;

/// The services that tell events.
const WRITERS: [&str; 5] = ["user_svc", "shop_svc", "product_svc", "order_svc", "wishlist_svc"];

impl Mesh {
    /// Waits until every event that was decided has been told and heard.
    pub async fn comes_to_rest(&self) {
        becomes("outboxes", BTreeMap::new(), async || self.unpublished().await).await;
        becomes("queues", BTreeMap::new(), async || self.messages().await).await;
    }

    /// Messages that could not be handled, ever, by queue.
    pub async fn parked(&self) -> BTreeMap<String, i64> {
        let services: BTreeSet<&str> = QUEUES.iter().map(|queue| queue.service()).collect();
        let mut found = BTreeMap::new();
        for service in services {
            let client = self.database(&service.replace('-', "_")).await.unwrap();
            let sql = "select queue, count(*) from parked group by queue";
            for row in client.query(sql, &[]).await.unwrap() {
                found.insert(row.get(0), row.get(1));
            }
        }
        found
    }

    /// Sends something to a queue that its reader cannot read.
    pub async fn poison(&self, queue: &str, body: &str) {
        let connection = Connection::connect(&self.run.amqp_url, ConnectionProperties::default())
            .await
            .unwrap();
        let channel = connection.create_channel().await.unwrap();
        let mandatory = BasicPublishOptions {
            mandatory: true,
            ..BasicPublishOptions::default()
        };
        let properties = BasicProperties::default().with_type("user.created".into());
        channel
            .confirm_select(ConfirmSelectOptions::default())
            .await
            .unwrap();
        let sent = channel.basic_publish("".into(), queue.into(), mandatory, body.as_bytes(), properties);
        assert!(matches!(
            sent.await.unwrap().await.unwrap(),
            Confirmation::Ack(None)
        ));
        connection.close(200, "sent".into()).await.unwrap();
    }

    /// Messages that are ready to be delivered, by queue, also those that are about to be drained from a parked one.
    async fn messages(&self) -> Result<BTreeMap<String, u32>, String> {
        let connection = Connection::connect(&self.run.amqp_url, ConnectionProperties::default())
            .await
            .map_err(|error| error.to_string())?;
        let channel = connection
            .create_channel()
            .await
            .map_err(|error| error.to_string())?;
        let looking = QueueDeclareOptions {
            passive: true,
            ..QueueDeclareOptions::default()
        };
        let mut found = BTreeMap::new();
        let parked = QUEUES.iter().map(|queue| format!("{}.parked", queue.name));
        for name in QUEUES.iter().map(|queue| queue.name.to_owned()).chain(parked) {
            let state = channel
                .queue_declare(name.as_str().into(), looking, FieldTable::default())
                .await
                .map_err(|error| error.to_string())?;
            if state.message_count() > 0 {
                found.insert(name, state.message_count());
            }
        }
        connection
            .close(200, "seen".into())
            .await
            .map_err(|error| error.to_string())?;
        Ok(found)
    }

    async fn unpublished(&self) -> Result<BTreeMap<&'static str, i64>, String> {
        let mut found = BTreeMap::new();
        for database in WRITERS {
            let client = self.database(database).await?;
            let sql = "select count(*) from outbox where published_at is null";
            let row = client
                .query_one(sql, &[])
                .await
                .map_err(|error| error.to_string())?;
            if row.get::<_, i64>(0) > 0 {
                found.insert(database, row.get(0));
            }
        }
        Ok(found)
    }

    /// A database, as its superuser sees it.
    pub async fn database(&self, name: &str) -> Result<Client, String> {
        let mut config: Config = self.run.postgres_url.parse().unwrap();
        let (client, connection) = config
            .dbname(name)
            .connect(NoTls)
            .await
            .map_err(|error| error.to_string())?;
        tokio::spawn(connection);
        Ok(client)
    }
}
