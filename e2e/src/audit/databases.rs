//! The databases of a mesh, read by their superuser.

use std::collections::BTreeMap;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::{Stream, StreamExt};
use tokio_postgres::{Client, Config, NoTls, Row, RowStream};

use super::{Error, Result};

/// One database for each service that has one.
pub const ALL: [&str; 8] = [
    "analytics_svc",
    "cart_svc",
    "order_svc",
    "product_svc",
    "search_svc",
    "shop_svc",
    "user_svc",
    "wishlist_svc",
];

/// The databases of one mesh.
#[derive(Clone)]
pub struct Databases {
    config: Config,
    idle: Idle,
}

/// Connections that nobody uses just now: to log in costs Postgres and us more than most questions.
type Idle = Arc<Mutex<BTreeMap<&'static str, Vec<Arc<Client>>>>>;

/// A connection that is kept for the next one when it is not used any more.
struct Lease {
    database: &'static str,
    client: Arc<Client>,
    idle: Idle,
}

/// What a database says of one thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// The thing.
    pub key: String,
    /// What is said of it; nothing but that it is there if this is `None`.
    pub facts: Option<String>,
}

/// What a database says of many things.
pub type Lines = Pin<Box<dyn Stream<Item = Result<Line>> + Send>>;

impl Databases {
    /// Those behind the address of their superuser; all must be there.
    ///
    /// # Errors
    /// When the address is none, or a database does not answer.
    pub async fn connect(postgres_url: &str) -> Result<Self> {
        let mut config: Config = postgres_url.parse().map_err(Error::Address)?;
        config
            .application_name("audit")
            .connect_timeout(Duration::from_secs(10))
            // Keys are compared as text, so all databases write times alike. And nothing here may write.
            .options("-c default_transaction_read_only=on -c TimeZone=UTC");
        let databases = Self {
            config,
            idle: Idle::default(),
        };
        for database in ALL {
            databases.open(database).await?;
        }
        Ok(databases)
    }

    /// The rows of a query that answers key and facts, in the order of the keys; read as they are asked for.
    ///
    /// Each has a connection of its own: answers on one connection come one after the other, and whoever compares two
    /// of them by turns would wait for ever.
    pub(super) async fn lines(&self, database: &'static str, sql: &str) -> Result<Lines> {
        let failed = move |source| Error::Database { database, source };
        let lease = self.open(database).await?;
        let none: [&str; 0] = [];
        let rows: RowStream = lease.client.query_raw(sql, none).await.map_err(failed)?;
        let line = move |row: std::result::Result<Row, tokio_postgres::Error>| {
            // The connection belongs to this answer until it was read.
            let _ = &lease;
            let row = row.map_err(failed)?;
            Ok(Line {
                key: row.try_get(0).map_err(failed)?,
                facts: row.try_get(1).map_err(failed)?,
            })
        };
        Ok(rows.map(line).boxed())
    }

    /// How many rows there are of something.
    pub(super) async fn count(&self, database: &'static str, of: &str) -> Result<u64> {
        let failed = |source| Error::Database { database, source };
        let lease = self.open(database).await?;
        let sql = format!("select count(*) from {of}");
        let row = lease.client.query_one(&sql, &[]).await.map_err(failed)?;
        let count: i64 = row.try_get(0).map_err(failed)?;
        Ok(u64::try_from(count).unwrap_or_default())
    }

    async fn open(&self, database: &'static str) -> Result<Lease> {
        let client = match self.idle_one(database) {
            Some(client) => client,
            None => {
                let mut config = self.config.clone();
                let connected = config.dbname(database).connect(NoTls).await;
                let (client, connection) =
                    connected.map_err(|source| Error::Database { database, source })?;
                tokio::spawn(connection);
                Arc::new(client)
            }
        };
        Ok(Lease {
            database,
            client,
            idle: self.idle.clone(),
        })
    }

    fn idle_one(&self, database: &'static str) -> Option<Arc<Client>> {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        let idle = idle.get_mut(database)?;
        // Postgres may have been restarted meanwhile.
        idle.retain(|client| !client.is_closed());
        idle.pop()
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        idle.entry(self.database).or_default().push(self.client.clone());
    }
}
