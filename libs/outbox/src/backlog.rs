//! What was decided and has not been told yet.

use diesel::sql_types::{BigInt, Double};
use diesel_async::RunQueryDsl;
use souk_db::{Db, DbError, prepared};

/// The rows of an outbox that the broker does not have.
#[derive(Debug, Clone, Copy, PartialEq, diesel::QueryableByName)]
pub struct Backlog {
    /// How many there are.
    #[diesel(sql_type = BigInt)]
    pub rows: i64,
    /// How many seconds the oldest has waited; 0 when there is none.
    #[diesel(sql_type = Double)]
    pub age: f64,
}

impl Backlog {
    /// Counts them.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn of(db: &Db) -> Result<Self, DbError> {
        let mut conn = db.conn().await?;
        let statement = "select count(*) as rows,
            coalesce(extract(epoch from now() - min(created_at)), 0)::float8 as age
            from outbox where published_at is null";
        Ok(prepared(diesel::sql_query(statement))
            .get_result(&mut conn)
            .await?)
    }
}
