//! Waiting until nothing is under way any more.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use lapin::options::QueueDeclareOptions;
use lapin::types::FieldTable;
use souk_contracts::Exchange;
use souk_contracts::topology::{QUEUES, Queue};
use tokio::time::{Instant, timeout};
use tokio_postgres::types::ToSql;
use tokio_postgres::{Client, Config, NoTls};
use uuid::Uuid;

use super::rig::connect;

/// The services that tell events.
pub const WRITERS: [&str; 5] = ["user_svc", "shop_svc", "product_svc", "order_svc", "wishlist_svc"];
/// The pause between two looks.
const LOOK: Duration = Duration::from_millis(100);
/// How long one look may take.
const LOOK_LIMIT: Duration = Duration::from_secs(20);

/// The databases, as the superuser sees them.
pub struct Databases {
    url: String,
    open: tokio::sync::Mutex<BTreeMap<String, Client>>,
}

/// What stands for `$1` and those after it.
type Parameters<'a> = &'a [&'a (dyn ToSql + Sync)];

/// An event in an outbox.
pub struct Row {
    /// Its id.
    pub id: Uuid,
    /// Where it went.
    pub exchange: String,
    /// Its type.
    pub kind: String,
    /// Who tells it.
    pub source: String,
    /// The event in JSON.
    pub body: String,
}

impl Row {
    /// Whether it arrives in this queue.
    pub fn is_for(&self, queue: &Queue) -> bool {
        Exchange::named(&self.exchange).is_some_and(|exchange| queue.receives(exchange, &self.kind))
    }
}

impl Databases {
    /// Opens nothing yet.
    pub fn of(postgres_url: &str) -> Self {
        Self {
            url: postgres_url.to_owned(),
            open: tokio::sync::Mutex::default(),
        }
    }

    /// The rows of a query in one database.
    async fn rows(
        &self,
        database: &str,
        sql: &str,
        with: Parameters<'_>,
    ) -> Result<Vec<tokio_postgres::Row>> {
        let mut open = self.open.lock().await;
        if open.get(database).is_none_or(Client::is_closed) {
            let mut config: Config = self.url.parse()?;
            let (client, connection) = config.dbname(database).connect(NoTls).await?;
            tokio::spawn(connection);
            open.insert(database.to_owned(), client);
        }
        let client = open.get(database).context("A connection that was just opened")?;
        let rows = client.query(sql, with).await?;
        Ok(rows)
    }

    async fn number(&self, database: &str, sql: &str) -> Result<i64> {
        let rows = self.rows(database, sql, &[]).await?;
        rows.first()
            .context("A count without a row")?
            .try_get(0)
            .context("No number")
    }

    /// How far each outbox has come.
    ///
    /// # Errors
    /// When a database is away.
    pub async fn outboxes(&self) -> Result<Vec<i64>> {
        let mut all = Vec::new();
        for database in WRITERS {
            let sql = "select coalesce(max(seq), 0) from outbox";
            all.push(self.number(database, sql).await?);
        }
        Ok(all)
    }

    /// What was told after that.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn events_since(&self, database: &str, since: i64) -> Result<Vec<Row>> {
        let sql = "select id::text, exchange, routing_key, body from outbox where seq > $1 order by seq";
        let rows = self.rows(database, sql, &[&since]).await?;
        let source = format!("/{}", database.replace('_', "-"));
        let read = |row: tokio_postgres::Row| -> Result<Row> {
            Ok(Row {
                id: uuid(&row, 0)?,
                exchange: row.try_get(1)?,
                kind: row.try_get(2)?,
                source: source.clone(),
                body: row.try_get(3)?,
            })
        };
        rows.into_iter().map(read).collect()
    }

    /// Makes every held reservation due at once; how many there are.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn sweep_now(&self) -> Result<usize> {
        let sql = "update reservations set next_ask_at = now() where status = 'held' returning id";
        Ok(self.rows("product_svc", sql, &[]).await?.len())
    }

    /// The orders that hold this variation, and are not cancelled.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn orders_for(&self, variation: Uuid) -> Result<BTreeSet<Uuid>> {
        let sql = format!(
            "select order_id::text from order_items where variation_id = '{variation}' and status <> 'cancelled'"
        );
        let rows = self.rows("order_svc", &sql, &[]).await?;
        rows.iter().map(|row| uuid(row, 0)).collect()
    }

    /// A queue whose reader has not handled all that was told since then.
    async fn unheard(&self, since: &[i64]) -> Result<Option<String>> {
        let mut told = Vec::new();
        for (database, since) in WRITERS.iter().zip(since) {
            told.extend(self.events_since(database, *since).await?);
        }
        for queue in QUEUES {
            let for_it = told.iter().filter(|event| event.is_for(queue));
            let ids: Vec<String> = for_it.map(|event| event.id.to_string()).collect();
            let sql = "select count(*) from inbox where queue = $1 and event_id = any ($2::text[]::uuid[])";
            let reader = queue.service().replace('-', "_");
            let rows = self.rows(&reader, sql, &[&queue.name, &ids]).await?;
            let heard: i64 = rows.first().context("A count without a row")?.try_get(0)?;
            if usize::try_from(heard)? < ids.len() {
                return Ok(Some(format!(
                    "{heard} of {} events were heard by {}",
                    ids.len(),
                    queue.name
                )));
            }
        }
        Ok(None)
    }

    async fn untold(&self) -> Result<Option<String>> {
        for database in WRITERS {
            let sql = "select count(*) from outbox where published_at is null";
            let count = self.number(database, sql).await?;
            if count > 0 {
                return Ok(Some(format!("{count} events wait in the outbox of {database}")));
            }
        }
        Ok(None)
    }
}

/// Ids are read as text: the driver knows no others.
fn uuid(row: &tokio_postgres::Row, column: usize) -> Result<Uuid> {
    let text: &str = row.try_get(column)?;
    Ok(text.parse()?)
}

/// Waits until every reservation has an end, every event was told and heard.
///
/// # Errors
/// When something does not come to rest in time, with what it is.
pub async fn comes(databases: &Databases, amqp_url: &str, since: &[i64], patience: Duration) -> Result<()> {
    let end = Instant::now() + patience;
    let mut swept = Instant::now() - Duration::from_secs(60);
    loop {
        let under_way = timeout(LOOK_LIMIT, look(databases, amqp_url, since, &mut swept)).await;
        match under_way
            .context("A look at what is under way has no end")
            .flatten()
        {
            Ok(None) => return Ok(()),
            Ok(Some(what)) if Instant::now() > end => {
                bail!("no rest within {} s: {what}", patience.as_secs())
            }
            Err(error) if Instant::now() > end => return Err(error),
            Ok(Some(_)) | Err(_) => tokio::time::sleep(LOOK).await,
        }
    }
}

/// What is still under way, if anything is.
async fn look(
    databases: &Databases,
    amqp_url: &str,
    since: &[i64],
    swept: &mut Instant,
) -> Result<Option<String>> {
    let sql = "select count(*) from reservations where status = 'held'";
    let held = databases.number("product_svc", sql).await?;
    if held > 0 {
        // Nobody orders any more, so that the sweeper need not wait for the time of a reservation to be over. Not at
        // every look: it is given time for its question.
        if swept.elapsed() > Duration::from_secs(3) {
            databases.sweep_now().await?;
            *swept = Instant::now();
        }
        return Ok(Some(format!("{held} reservations are held")));
    }
    if let Some(untold) = databases.untold().await? {
        return Ok(Some(untold));
    }
    if let Some(unheard) = databases.unheard(since).await? {
        return Ok(Some(unheard));
    }
    let sql = "select count(*) from stock_returns where applied_at is null";
    let returns = databases.number("product_svc", sql).await?;
    if returns > 0 {
        return Ok(Some(format!("{returns} cancelled items are not back in stock")));
    }
    // What comes back into stock is told once more.
    if let Some(untold) = databases.untold().await? {
        return Ok(Some(untold));
    }
    waiting(amqp_url).await
}

/// A queue with messages, if there is one.
async fn waiting(amqp_url: &str) -> Result<Option<String>> {
    let connection = connect(amqp_url).await?;
    let channel = connection.create_channel().await?;
    let looking = QueueDeclareOptions {
        passive: true,
        ..QueueDeclareOptions::default()
    };
    let mut found = None;
    let parked = QUEUES.iter().map(|queue| format!("{}.parked", queue.name));
    for name in QUEUES.iter().map(|queue| queue.name.to_owned()).chain(parked) {
        let state = channel
            .queue_declare(name.as_str().into(), looking, FieldTable::default())
            .await?;
        if state.message_count() > 0 {
            found = Some(format!("{} messages wait in {name}", state.message_count()));
        }
    }
    let _ = connection.close(200, "seen".into()).await;
    Ok(found)
}
