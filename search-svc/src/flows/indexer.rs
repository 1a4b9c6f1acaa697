//! From the queue into the index.
//!
//! Documents are built from rows, written and committed; only then their wishes are taken off. A crash anywhere
//! repeats work and changes nothing else.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use diesel_async::AsyncConnection;
use souk_db::{Conn, Db};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::domain::{Document, Kind, Task, Wish};
use crate::index::{Key, SearchIndex};
use crate::{Result, ops, store};

/// The lease of the one process that writes the index.
const LEASE: &str = "indexer";
/// Wishes fulfilled by one commit of the index, at most.
const BATCH: i64 = 500;
/// Commits cost the same for one document as for many: some are let gather.
const GATHER: Duration = Duration::from_millis(200);
/// The queue is looked at this often even if nobody says that something came.
const POLL: Duration = Duration::from_secs(1);
/// The pause after a failure.
const PAUSE: Duration = Duration::from_secs(2);

/// Keeps the index in step with the tables.
pub struct Indexer {
    db: Db,
    index: Arc<dyn SearchIndex>,
}

impl Indexer {
    /// An indexer from `db` into `index`.
    pub fn new(db: Db, index: Arc<dyn SearchIndex>) -> Self {
        Self { db, index }
    }

    /// Works until `stop` whenever no other process does.
    pub async fn run(self, stop: CancellationToken) {
        while !stop.is_cancelled() {
            let pause = match self.lead(&stop).await {
                Ok(()) => POLL,
                Err(error) => {
                    tracing::warn!(error = %error, "The search index falls behind; indexing is tried again");
                    PAUSE
                }
            };
            stop.run_until_cancelled(tokio::time::sleep(pause)).await;
        }
    }

    /// Fulfills all wishes there are, as the process whose connection `conn` is.
    ///
    /// # Errors
    /// When the database or the index fails; what was not finished is still queued.
    pub async fn drain(&self, conn: &mut Conn) -> Result<()> {
        self.check_generation(conn).await?;
        while self.step(conn).await? {}
        Ok(())
    }

    /// Takes the lease if it is free and works until the database or the index fails.
    async fn lead(&self, stop: &CancellationToken) -> Result<()> {
        let Some(mut lease) = self.db.lead(LEASE).await? else {
            return Ok(());
        };
        let committed = self.db.committed();
        self.check_generation(lease.conn()).await?;
        while !stop.is_cancelled() {
            let pause = if self.step(lease.conn()).await? {
                GATHER
            } else {
                POLL
            };
            tokio::select! {
                () = stop.cancelled() => {}
                () = tokio::time::sleep(pause) => {}
                () = committed.notified(), if pause == POLL => {}
            }
        }
        Ok(())
    }

    /// An index that was not filled from these tables, or not at all, is filled anew.
    async fn check_generation(&self, conn: &mut Conn) -> Result<()> {
        let filled = self.index.generation().await?;
        if filled.is_some() && filled == store::generation::read(conn).await? {
            return Ok(());
        }
        tracing::info!(
            index.backend = self.index.name(),
            "The search index is built from the tables"
        );
        let generation = Uuid::now_v7();
        // In this order: a crash in between leaves two generations that differ, and all of this is done again.
        self.index.reset(generation).await?;
        conn.transaction(async |tx| ops::rebuild(tx, generation).await)
            .await
    }

    /// Fulfills the oldest wishes; `false` if there are none.
    async fn step(&self, conn: &mut Conn) -> Result<bool> {
        // First the queue and then the rows: whatever changes in between has been asked for again.
        let wishes = store::queue::oldest(conn, BATCH).await?;
        let (spread, single): (Vec<Wish>, Vec<Wish>) =
            wishes.iter().partition(|wish| wish.task == Task::ProductsOf);
        if !spread.is_empty() {
            conn.transaction(async |tx| {
                for wish in &spread {
                    ops::queue_products(tx, wish).await?;
                }
                Ok::<_, crate::Error>(())
            })
            .await?;
        }
        if !single.is_empty() {
            self.index(conn, &single).await?;
            store::queue::settle(conn, &single).await?;
        }
        Ok(!wishes.is_empty())
    }

    async fn index(&self, conn: &mut Conn, wishes: &[Wish]) -> Result<()> {
        let mut documents = documents(conn, wishes).await?;
        let hidden = wishes
            .iter()
            .filter_map(key)
            .filter(|key| !documents.contains_key(key))
            .collect();
        self.index.delete(hidden).await?;
        self.index
            .upsert(documents.drain().map(|(_, document)| document).collect())
            .await?;
        self.index.commit().await?;
        metrics::counter!("search_indexed_total").increment(u64::try_from(wishes.len()).unwrap_or(u64::MAX));
        Ok(())
    }
}

fn key(wish: &Wish) -> Option<Key> {
    let kind = match wish.task {
        Task::Shop => Kind::Shop,
        Task::Product => Kind::Product,
        Task::ProductsOf => return None,
    };
    Some(Key { kind, id: wish.id })
}

/// What is to be seen of the things asked for.
async fn documents(conn: &mut Conn, wishes: &[Wish]) -> Result<HashMap<Key, Document>> {
    let ids = |task| -> Vec<Uuid> {
        wishes
            .iter()
            .filter(|wish| wish.task == task)
            .map(|wish| wish.id)
            .collect()
    };
    let shops = store::shops::facts(conn, &ids(Task::Shop)).await?;
    let products = store::products::facts(conn, &ids(Task::Product)).await?;
    let shops = shops.iter().filter_map(|facts| facts.document());
    let products = products.iter().filter_map(|facts| facts.document());
    Ok(shops
        .chain(products)
        .map(|document| (Key::of(&document.card), document))
        .collect())
}
