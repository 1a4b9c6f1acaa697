//! What a service exports of a user, a page at a time.
//!
//! A row leaves through a type that names its members: a column that is added to a table is in no export until somebody
//! adds it to that type.

use diesel::result::Error as QueryError;
use diesel::sql_types::{BigInt, Jsonb, Text, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use serde::Serialize;
use serde::de::DeserializeOwned;
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
    /// Keeps of `data` what may be exported.
    row: fn(Value) -> serde_json::Result<Value>,
}

impl Section {
    /// Rows whose key is a UUID; of their data, the members of `T` are exported.
    pub const fn by_id<T: Serialize + DeserializeOwned>(
        kind: &'static str,
        page: i64,
        query: &'static str,
    ) -> Self {
        let first = "00000000-0000-0000-0000-000000000000";
        Self::by_key::<T>(kind, page, first, query)
    }

    /// Rows with a key of another form, the lowest of which is `first`; of their data, the members of `T` are exported.
    pub const fn by_key<T: Serialize + DeserializeOwned>(
        kind: &'static str,
        page: i64,
        first: &'static str,
        query: &'static str,
    ) -> Self {
        Self {
            kind,
            page,
            first,
            query,
            row: members_of::<T>,
        }
    }
}

fn members_of<T: Serialize + DeserializeOwned>(row: Value) -> serde_json::Result<Value> {
    serde_json::to_value(T::deserialize(row)?)
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
    let rows = rows
        .into_iter()
        .map(|row| (section.row)(row.data))
        .collect::<serde_json::Result<_>>()
        .map_err(|error| QueryError::DeserializationError(Box::new(error)))?;
    Ok(Some(Exported {
        kind: section.kind,
        rows,
        next,
    }))
}
