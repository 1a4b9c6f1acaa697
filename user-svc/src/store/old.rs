//! Rows that nobody will ask for again.

use diesel_async::RunQueryDsl;
use souk_db::{Conn, DbError};

/// Each names a table, the key of its rows and which of them are old. The names are ours, never input.
const OLD: [(&str, &str, &str); 3] = [
    ("mail_tokens", "user_id, purpose", "expires_at < now()"),
    ("ended_users", "user_id", "until < now() - interval '1 day'"),
    (
        "sessions",
        "id",
        "expires_at < now() - interval '30 days' or ended_at < now() - interval '30 days'",
    ),
];

/// Removes a thousand of each kind at most and answers how many there were.
pub async fn remove(conn: &mut Conn) -> Result<usize, DbError> {
    let mut total = 0;
    for (table, key, old) in OLD {
        let statement = format!(
            "delete from {table} where ({key}) in
             (select {key} from {table} where {old} limit 1000 for update skip locked)"
        );
        total += diesel::sql_query(statement).execute(conn).await?;
    }
    Ok(total)
}
