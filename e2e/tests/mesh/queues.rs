//! What lies in outboxes and queues, as an operator would look.

use std::collections::BTreeMap;

use lapin::options::QueueDeclareOptions;
use lapin::types::FieldTable;
use lapin::{Connection, ConnectionProperties};
use souk_contracts::topology::QUEUES;
use tokio_postgres::{Config, NoTls};

use crate::eventually::becomes;
use crate::mesh::Mesh;

/// The services that tell events.
const WRITERS: [&str; 5] = ["user_svc", "shop_svc", "product_svc", "order_svc", "wishlist_svc"];

impl Mesh {
    /// Waits until every event that was decided has been told and heard.
    pub async fn comes_to_rest(&self) {
        becomes("outboxes", BTreeMap::new(), async || self.unpublished().await).await;
        becomes("queues", BTreeMap::new(), async || self.messages("").await).await;
    }

    /// Messages that could not be handled, by queue.
    pub async fn parked(&self) -> BTreeMap<String, u32> {
        self.messages(".parked").await.unwrap()
    }

    async fn messages(&self, suffix: &str) -> Result<BTreeMap<String, u32>, String> {
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
        for queue in QUEUES {
            let name = format!("{}{suffix}", queue.name);
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
            let mut config: Config = self.run.postgres_url.parse().unwrap();
            let (client, connection) = config
                .dbname(database)
                .connect(NoTls)
                .await
                .map_err(|error| error.to_string())?;
            tokio::spawn(connection);
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
}
