//! A lease: the right of one replica to do a piece of work, held as a session advisory lock.

use diesel::sql_types::{Bool, Text};
use diesel_async::{AsyncConnection, RunQueryDsl};

use crate::{Conn, DbError};

/// Held while its connection lives. Work done over [`Lease::conn`] fails as soon as the lease is lost.
pub struct Lease {
    conn: Conn,
}

#[derive(diesel::QueryableByName)]
struct Taken {
    #[diesel(sql_type = Bool)]
    taken: bool,
}

impl Lease {
    /// Advisory locks know databases but not schemas, so the schema's name is part of the key.
    pub(crate) async fn try_acquire(url: &str, name: &str) -> Result<Option<Self>, DbError> {
        let mut conn = Conn::establish(url).await?;
        let row = diesel::sql_query(
            "select pg_try_advisory_lock(hashtextextended(current_schema() || ':' || $1, 0)) as taken",
        )
        .bind::<Text, _>(name)
        .get_result::<Taken>(&mut conn)
        .await?;
        Ok(row.taken.then_some(Self { conn }))
    }

    /// The connection that holds the lease; use it for the work itself.
    pub fn conn(&mut self) -> &mut Conn {
        &mut self.conn
    }
}
