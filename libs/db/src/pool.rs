//! The pool, and the transaction that every write goes through.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::Context;
use diesel_async::pooled_connection::deadpool::{Object, Pool};
use diesel_async::pooled_connection::{AsyncDieselConnectionManager, ManagerConfig, RecyclingMethod};
use diesel_async::{AnsiTransactionManager, RunQueryDsl, TransactionManager};
use futures_util::FutureExt;
use tokio::runtime::{Handle, Id};
use tokio::sync::Notify;

use crate::connect::connect;
use crate::error::is_connection_loss;
use crate::{Conn, DbError, DbTimeouts, Lease};

/// How long a request waits for a connection before it is told that the database is away.
const WAIT: Duration = Duration::from_secs(5);
/// How long a search for a pattern may take: far longer than one that its index answers.
const PATTERN_TIMEOUT: Duration = Duration::from_secs(5);

/// A connection on loan from the pool.
pub type PooledConn = Object<Conn>;

/// The service's database. Cheap to clone.
///
/// A connection is served by the runtime that opened it. If another one borrowed it, each statement would wake a thread
/// twice; so each runtime of the process, that of an HTTP worker or that of the work beside them, has a pool of its own.
#[derive(Clone)]
pub struct Db {
    pools: Arc<Mutex<HashMap<Id, Pool<Conn>>>>,
    pool_size: usize,
    timeouts: DbTimeouts,
    url: Arc<str>,
    committed: Arc<Notify>,
}

impl Db {
    /// A database at `url`, with up to `pool_size` connections for each runtime. Nothing is opened yet: Postgres need not
    /// be up.
    ///
    /// # Errors
    /// When the pool's settings contradict each other.
    pub fn connect(url: &str, pool_size: usize) -> anyhow::Result<Self> {
        Self::connect_within(url, pool_size, DbTimeouts::default())
    }

    /// The same with other limits than the usual ones.
    ///
    /// # Errors
    /// When the pool's settings contradict each other.
    pub fn connect_within(url: &str, pool_size: usize, timeouts: DbTimeouts) -> anyhow::Result<Self> {
        pool(url, pool_size, timeouts)?;
        Ok(Self {
            pools: Arc::default(),
            pool_size,
            timeouts,
            url: url.into(),
            committed: Arc::new(Notify::new()),
        })
    }

    /// The same database for statements that take long by their nature: a rebuild, a scan of a whole table. It has one
    /// connection of its own, which closes with the value, so that no such statement keeps requests waiting.
    #[must_use]
    pub fn for_long_statements(&self) -> Self {
        Self {
            pools: Arc::default(),
            pool_size: 1,
            timeouts: self.timeouts.long(),
            ..self.clone()
        }
    }

    /// A connection for reading.
    ///
    /// # Errors
    /// [`DbError::Pool`] when none can be had in time.
    pub async fn conn(&self) -> Result<PooledConn, DbError> {
        self.pool().get().await.map_err(DbError::Pool)
    }

    /// The pool of the runtime that asks.
    #[expect(
        clippy::expect_used,
        reason = "the same settings made a pool when this was connected"
    )]
    fn pool(&self) -> Pool<Conn> {
        let mut pools = self.pools.lock().unwrap_or_else(PoisonError::into_inner);
        pools
            .entry(Handle::current().id())
            .or_insert_with(|| pool(&self.url, self.pool_size, self.timeouts).expect("settings of a pool"))
            .clone()
    }

    /// Runs `work` in one transaction and, once it is committed, wakes whoever waits on [`Db::committed`].
    ///
    /// # Errors
    /// What `work` refuses, after a rollback; [`DbError`] when the database fails. A connection lost during the
    /// commit is [`DbError::CommitUnknown`].
    ///
    /// Dropped half-way, as happens to a request whose client goes away, it is rolled back at once.
    pub async fn transaction<T, E>(&self, work: impl AsyncFnOnce(&mut Conn) -> Result<T, E>) -> Result<T, E>
    where
        E: From<DbError>,
    {
        let mut loan = self.begin().await?;
        match work(loan.conn()).await {
            Ok(value) => {
                AnsiTransactionManager::commit_transaction(loan.conn())
                    .await
                    .map_err(commit_failure)?;
                loan.give_back();
                self.committed.notify_one();
                Ok(value)
            }
            Err(refusal) => {
                if AnsiTransactionManager::rollback_transaction(loan.conn())
                    .await
                    .is_ok()
                {
                    loan.give_back();
                }
                Err(refusal)
            }
        }
    }

    /// Runs `work` in one read-only transaction whose statements all see the rows that were committed when the first of
    /// them began.
    ///
    /// # Errors
    /// As [`Db::transaction`].
    pub async fn read_consistent<T, E>(
        &self,
        work: impl AsyncFnOnce(&mut Conn) -> Result<T, E>,
    ) -> Result<T, E>
    where
        E: From<DbError>,
    {
        self.transaction(async |tx| {
            set(tx, "set transaction isolation level repeatable read, read only").await?;
            work(tx).await
        })
        .await
    }

    /// Runs `work` in one transaction whose statements are planned for the values they are given, and end after 5 seconds.
    /// For patterns: one plan for all of them would be one that reads the whole table, because most words are far rarer
    /// than Postgres assumes of a pattern that it does not know.
    ///
    /// # Errors
    /// As [`Db::transaction`].
    pub async fn plan_by_value<T, E>(&self, work: impl AsyncFnOnce(&mut Conn) -> Result<T, E>) -> Result<T, E>
    where
        E: From<DbError>,
    {
        let limit = self.timeouts.statement.min(PATTERN_TIMEOUT).as_millis();
        self.transaction(async |tx| {
            set(tx, "set local plan_cache_mode = force_custom_plan").await?;
            set(tx, &format!("set local statement_timeout = {limit}")).await?;
            work(tx).await
        })
        .await
    }

    /// Notified after each commit made through this pool; one waiter, wakes are merged.
    pub fn committed(&self) -> Arc<Notify> {
        self.committed.clone()
    }

    /// Tries to become the one replica that does the work called `name`; `None` while another has it.
    ///
    /// # Errors
    /// [`DbError`] when Postgres cannot be asked.
    pub async fn lead(&self, name: &str) -> Result<Option<Lease>, DbError> {
        Lease::try_acquire(&self.url, &self.timeouts, name).await
    }

    /// Whether Postgres answers.
    ///
    /// # Errors
    /// [`DbError`] when it does not.
    pub async fn ping(&self) -> Result<(), DbError> {
        let mut conn = self.conn().await?;
        diesel::sql_query("select 1").execute(&mut conn).await?;
        Ok(())
    }

    /// Opens a transaction, passing over the connections that a restart of Postgres left dead in the pool.
    async fn begin(&self) -> Result<Loan, DbError> {
        let mut spare = self.pool_size;
        loop {
            let mut loan = Loan(Some(self.conn().await?));
            match AnsiTransactionManager::begin_transaction(loan.conn()).await {
                Ok(()) => return Ok(loan),
                // Not given back, or the next loan would be the same one.
                Err(error) if spare > 0 && is_connection_loss(&error) => spare -= 1,
                Err(error) => return Err(error.into()),
            }
        }
    }
}

async fn set(tx: &mut Conn, setting: &str) -> Result<(), DbError> {
    diesel::sql_query(setting).execute(tx).await?;
    Ok(())
}

/// A connection on loan for one transaction. Unless it is given back it is closed, which ends the transaction: in the
/// pool it would keep its locks until somebody borrowed it.
struct Loan(Option<PooledConn>);

impl Loan {
    #[expect(clippy::expect_used, reason = "only taken by what consumes the loan")]
    fn conn(&mut self) -> &mut Conn {
        self.0.as_mut().expect("a loan that is not given back")
    }

    fn give_back(mut self) {
        drop(self.0.take());
    }
}

impl Drop for Loan {
    fn drop(&mut self) {
        if let Some(conn) = self.0.take() {
            drop(Object::take(conn));
        }
    }
}

fn commit_failure(error: diesel::result::Error) -> DbError {
    if is_connection_loss(&error) {
        DbError::CommitUnknown(error)
    } else {
        DbError::Query(error)
    }
}

fn pool(url: &str, size: usize, timeouts: DbTimeouts) -> anyhow::Result<Pool<Conn>> {
    let mut config = ManagerConfig::default();
    // The default asks the server at every loan; `transaction` notices a dead connection by itself.
    config.recycling_method = RecyclingMethod::Fast;
    config.custom_setup = Box::new(move |url| {
        let url = url.to_owned();
        async move { connect(&url, &timeouts).await }.boxed()
    });
    Pool::builder(AsyncDieselConnectionManager::<Conn>::new_with_config(url, config))
        .max_size(size)
        .wait_timeout(Some(WAIT))
        .create_timeout(Some(timeouts.connect))
        .runtime(deadpool::Runtime::Tokio1)
        .build()
        .context("The database pool cannot be built")
}
