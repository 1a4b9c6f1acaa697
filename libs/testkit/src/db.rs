//! A schema per test.

use diesel::sql_types::{BigInt, Text};
use diesel_async::{AsyncConnection, RunQueryDsl, SimpleAsyncConnection};
use diesel_migrations::EmbeddedMigrations;
use serde_json::Value;
use souk_contracts::Envelope;
use souk_db::{Conn, Db, DbError};
use souk_outbox::{BatchHandler, EventRetention, RetentionJob, RetentionRule};
use uuid::Uuid;

use crate::infra;

/// A migrated schema of its own, dropped with the value.
pub struct TestDb {
    db: Db,
    url: String,
    schema: String,
}

/// An event in the outbox.
#[derive(Debug, Clone, PartialEq)]
pub struct Published {
    /// Its type.
    pub kind: String,
    /// The id of the thing it is about.
    pub subject: String,
    /// The version of that thing.
    pub version: Option<i64>,
    /// Its payload.
    pub data: Value,
}

#[derive(diesel::QueryableByName)]
struct Body {
    #[diesel(sql_type = Text)]
    body: String,
}

#[derive(diesel::QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

impl TestDb {
    /// A fresh schema with the tables of `souk_db`, `souk_outbox` and of the service.
    pub async fn new(service: EmbeddedMigrations) -> Self {
        Self::with(vec![souk_db::MIGRATIONS, souk_outbox::MIGRATIONS, service]).await
    }

    /// A fresh schema with these migrations.
    pub async fn with(sources: Vec<EmbeddedMigrations>) -> Self {
        let schema = format!("test_{}", Uuid::now_v7().simple());
        let base = &infra().postgres_url;
        let mut conn = Conn::establish(base)
            .await
            .expect("Postgres for tests is away: run `cargo xtask infra up`");
        diesel::sql_query(format!("create schema {schema}"))
            .execute(&mut conn)
            .await
            .expect("create schema");
        let separator = if base.contains('?') { '&' } else { '?' };
        let url = format!("{base}{separator}options=-c%20search_path%3D{schema}&application_name={schema}");
        souk_db::migrate(&url, sources).await.expect("migrations");
        let db = Db::connect(&url, 8).expect("pool");
        Self { db, url, schema }
    }

    /// The database, as a service sees it.
    pub fn db(&self) -> Db {
        self.db.clone()
    }

    /// The URL of the schema.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// How many rows there are: of a table, or of a table and a condition on them.
    pub async fn count(&self, rows: &str) -> i64 {
        let mut conn = self.db.conn().await.expect("conn");
        let counted: Count = diesel::sql_query(format!("select count(*) from {rows}"))
            .get_result(&mut conn)
            .await
            .expect("count");
        counted.count
    }

    /// Lifts the checks of a table, as the migrations of a later build would: its columns then take words that this build
    /// does not know.
    pub async fn lift_checks(&self, table: &str) {
        self.run_sql(&format!(
            "do $$ declare name text; begin
                 for name in select conname from pg_constraint
                     where contype = 'c' and conrelid = '{table}'::regclass loop
                     execute format('alter table {table} drop constraint %I', name);
                 end loop;
             end $$"
        ))
        .await;
    }

    /// Runs statements.
    pub async fn run_sql(&self, statements: &str) {
        let mut conn = self.db.conn().await.expect("conn");
        conn.batch_execute(statements).await.expect("statements");
    }

    /// Runs a retention job of these rules once, for events that are kept as briefly as may be, and answers how many rows it
    /// removed.
    pub async fn sweep(&self, rules: &'static [RetentionRule]) -> usize {
        let job = RetentionJob::new(self.db(), EventRetention::default(), rules);
        job.sweep().await.expect("retention")
    }

    /// Every row of every table as one text, for a test that looks for a word that must be nowhere.
    pub async fn dump(&self) -> String {
        let mut conn = self.db.conn().await.expect("conn");
        let tables: Vec<Body> = diesel::sql_query(
            "select quote_ident(tablename) as body from pg_tables
             where schemaname = current_schema() and tablename not like '\\_\\_%' order by 1",
        )
        .load(&mut conn)
        .await
        .expect("tables");
        let mut text = String::new();
        for Body { body: table } in tables {
            // The payload of a parked message is bytes, which JSON shows in hexadecimal.
            let payload = if table == "parked" {
                "encode(payload, 'escape')"
            } else {
                "''"
            };
            let statement = format!(
                "select coalesce(string_agg(row_to_json(t)::text || {payload}, E'\n'), '') as body from {table} t"
            );
            let rows: Body = diesel::sql_query(statement)
                .get_result(&mut conn)
                .await
                .expect("rows");
            text.push_str(&format!("{table}: {}\n", rows.body));
        }
        text
    }

    /// Gives events that lie next to each other in a queue their effect, in one transaction.
    ///
    /// # Errors
    /// Those of the handler.
    pub async fn tell_all<H>(&self, handler: &H, events: Vec<Envelope<H::Event>>) -> Result<(), H::Error>
    where
        H: BatchHandler<Error: From<DbError>>,
    {
        self.db
            .transaction(async |tx| handler.handle_all(tx, events).await)
            .await
    }

    /// Every event told so far, oldest first.
    pub async fn published(&self) -> Vec<Published> {
        let mut conn = self.db.conn().await.expect("conn");
        let rows: Vec<Body> = diesel::sql_query("select body from outbox order by seq")
            .load(&mut conn)
            .await
            .expect("outbox");
        rows.iter().map(|row| published(&row.body)).collect()
    }

    /// The events of one type told so far, oldest first.
    pub async fn published_of(&self, kind: &str) -> Vec<Published> {
        let mut events = self.published().await;
        events.retain(|event| event.kind == kind);
        events
    }
}

fn published(body: &str) -> Published {
    let mut envelope: Value = serde_json::from_str(body).expect("an envelope");
    Published {
        kind: envelope["type"].as_str().expect("type").to_owned(),
        subject: envelope["subject"].as_str().expect("subject").to_owned(),
        version: envelope["aggregateversion"].as_i64(),
        data: envelope["data"].take(),
    }
}

impl Drop for TestDb {
    // The pool's own connections may be in use on a runtime that is going away, so this takes a thread and a
    // connection of its own. One of them may even be inside a transaction that cannot go on while this thread
    // waits here, so they are ended first: the schema could not be dropped under their locks.
    fn drop(&mut self) {
        let schema = &self.schema;
        let statement = format!(
            "do $$ begin
                 perform pg_terminate_backend(pid, 5000) from pg_stat_activity where application_name = '{schema}';
                 drop schema {schema} cascade;
             end $$"
        );
        let dropping = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .expect("runtime");
            runtime.block_on(async {
                if let Ok(mut conn) = Conn::establish(&infra().postgres_url).await {
                    let _ = diesel::sql_query(statement).execute(&mut conn).await;
                }
            });
        });
        let _ = dropping.join();
    }
}
