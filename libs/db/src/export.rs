//! All that a service keeps of a user, a page at a time.

use diesel::sql_types::{BigInt, Jsonb, Text, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use serde_json::Value;
use uuid::Uuid;

use crate::{Conn, DbError, prepared};

/// One kind of rows that belong to a user.
#[derive(Debug, Clone, Copy)]
pub struct Section {
    /// What they are called in the export.
    pub kind: &'static str,
    /// How many are read at a time.
    pub page: i64,
    /// A key before all others.
    pub first: &'static str,
    /// Selects `key text` and `data jsonb` of the user `$1`, in the order of keys, after the key `$2`, at most `$3`.
    pub query: &'static str,
}

impl Section {
    /// Rows whose key is a UUID.
    pub const fn by_id(kind: &'static str, page: i64, query: &'static str) -> Self {
        Self {
            kind,
            page,
            first: "00000000-0000-0000-0000-000000000000",
            query,
        }
    }
}

/// Where to go on: in which section, after which key.
pub type ExportCursor = (usize, Option<String>);

/// Some of what is kept of a user.
#[derive(Debug, Clone, PartialEq)]
pub struct Exported {
    /// What they are called in the export.
    pub kind: &'static str,
    /// The rows.
    pub rows: Vec<Value>,
    /// Where the next page begins; `None` after the last one.
    pub next: Option<ExportCursor>,
}

#[derive(diesel::QueryableByName)]
struct Row {
    #[diesel(sql_type = Text)]
    key: String,
    #[diesel(sql_type = Jsonb)]
    data: Value,
}

/// A page of one section; `None` when there is no such section.
///
/// # Errors
/// When the database fails.
pub async fn export(
    conn: &mut Conn,
    sections: &[Section],
    user_id: Uuid,
    (number, after): ExportCursor,
) -> Result<Option<Exported>, DbError> {
    let Some(section) = sections.get(number) else {
        return Ok(None);
    };
    let query = diesel::sql_query(section.query)
        .bind::<SqlUuid, _>(user_id)
        .bind::<Text, _>(after.as_deref().unwrap_or(section.first))
        .bind::<BigInt, _>(section.page);
    let rows: Vec<Row> = prepared(query).load(conn).await?;
    let is_full = i64::try_from(rows.len()).is_ok_and(|count| count >= section.page);
    let next = match rows.last() {
        Some(last) if is_full => Some((number, Some(last.key.clone()))),
        _ if number + 1 < sections.len() => Some((number + 1, None)),
        _ => None,
    };
    Ok(Some(Exported {
        kind: section.kind,
        rows: rows.into_iter().map(|row| row.data).collect(),
        next,
    }))
}
