//! A lease: the right of one replica to do a piece of work, held as a session advisory lock.

use diesel::sql_types::{Bool, Text};
use diesel_async::RunQueryDsl;

use crate::connect::connect;
use crate::{Conn, DbError, DbTimeouts};

/// Held while its connection lives, which must be used now and then: see [`DbTimeouts::idle_lease`]. Work done over [`Lease::conn`] fails as soon as the lease is lost.
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
    pub(crate) async fn try_acquire(
        url: &str,
        timeouts: &DbTimeouts,
        name: &str,
    ) -> Result<Option<Self>, DbError> {
        let mut conn = connect(url, timeouts).await?;
        // A holder that has gone silent says no farewell: Postgres ends its session, and with it the lease.
        let idle = timeouts.idle_lease.as_millis();
        diesel::sql_query(format!("set idle_session_timeout = {idle}"))
            .execute(&mut conn)
            .await?;
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
