//! Which rows of a table are old.

/// Rows removed by one statement, so that no lock is held long.
const BATCH: usize = 1000;

/// Which rows of a table nobody needs any more. The texts are ours, never input.
#[derive(Debug, Clone, Copy)]
pub struct RetentionRule {
    table: &'static str,
    key: &'static str,
    expired: &'static str,
    children: Option<(&'static str, &'static str)>,
}

impl RetentionRule {
    /// The rows of `table`, whose primary key has the columns `key`, for which the condition `expired` holds. In it, `$1` is
    /// the number of days that events are kept for, and `named_by_parked(text)` says whether a message that may yet be
    /// replayed contains a text. An index must find these rows, unless the table is small.
    pub const fn new(table: &'static str, key: &'static str, expired: &'static str) -> Self {
        Self {
            table,
            key,
            expired,
            children: None,
        }
    }

    /// With the rows of `table` whose `column` refers to them.
    #[must_use]
    pub const fn with_children(mut self, table: &'static str, column: &'static str) -> Self {
        self.children = Some((table, column));
        self
    }

    pub(super) fn table(&self) -> &'static str {
        self.table
    }

    /// Removes some of them, but for those that another replica is at.
    pub(super) fn statement(&self) -> String {
        let Self {
            table, key, expired, ..
        } = self;
        let children = self.children.map_or_else(String::new, |(child, column)| {
            format!(", children as (delete from {child} where {column} in (select {key} from old))")
        });
        format!(
            "with old as materialized (select {key} from {table} where {expired} limit {BATCH} for update skip locked)
             {children}
             delete from {table} where ({key}) in (select {key} from old)"
        )
    }
}
