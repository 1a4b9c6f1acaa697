//! How much of a table Postgres reads for a statement.

use std::ops::Sub;

use diesel::QueryableByName;
use diesel::sql_types::BigInt;
use diesel_async::RunQueryDsl;
use souk_db::Conn;

/// What a session read of a table and one of its indexes; the difference of two is what was read between them, inside one
/// transaction.
#[derive(Debug, Clone, Copy, QueryableByName)]
pub struct Reads {
    /// How often the index was scanned.
    #[diesel(sql_type = BigInt)]
    pub scans: i64,
    /// Entries of the index.
    #[diesel(sql_type = BigInt)]
    pub entries: i64,
    /// Rows of the table.
    #[diesel(sql_type = BigInt)]
    pub rows: i64,
}

impl Reads {
    /// What was read so far, since the session last reported it.
    ///
    /// # Panics
    /// When there is no such table or index.
    pub async fn of(tx: &mut Conn, index: &str, table: &str) -> Self {
        diesel::sql_query(format!(
            "select pg_stat_get_xact_numscans('{index}'::regclass) as scans,
                    pg_stat_get_xact_tuples_returned('{index}'::regclass) as entries,
                    (pg_stat_get_xact_tuples_returned('{table}'::regclass)
                        + pg_stat_get_xact_tuples_fetched('{table}'::regclass)
                        + sum(pg_stat_get_xact_tuples_fetched(indexrelid)))::bigint as rows
             from pg_index where indrelid = '{table}'::regclass"
        ))
        .get_result(tx)
        .await
        .expect("counts of a table and its index")
    }
}

impl Sub for Reads {
    type Output = Self;

    fn sub(self, before: Self) -> Self {
        Self {
            scans: self.scans - before.scans,
            entries: self.entries - before.entries,
            rows: self.rows - before.rows,
        }
    }
}
