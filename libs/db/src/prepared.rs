//! SQL text that is prepared once per connection.

use diesel::QueryResult;
use diesel::pg::Pg;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::sql_types::Untyped;

/// See [`prepared`].
#[derive(Debug, Clone)]
#[must_use = "a query does nothing until it is executed or loaded"]
pub struct Prepared<Q>(Q);

/// Keeps the prepared statement of `diesel::sql_query(..).bind(..)` with its connection, as is done for queries
/// written in diesel's own terms. Without it each call parses and plans the text again, in a round trip of its own.
///
/// For text that is the same at every call: each distinct text stays with the connection.
pub fn prepared<Q>(query: Q) -> Prepared<Q> {
    Prepared(query)
}

impl<Q: QueryFragment<Pg>> QueryFragment<Pg> for Prepared<Q> {
    fn walk_ast<'b>(&'b self, out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        self.0.walk_ast(out)
    }

    // diesel answers no for all raw text, because it cannot know whether it varies.
    fn is_safe_to_cache_prepared(&self, _: &Pg) -> QueryResult<bool> {
        Ok(true)
    }
}

impl<Q> Query for Prepared<Q> {
    type SqlType = Untyped;
}

/// Known by its text.
impl<Q> QueryId for Prepared<Q> {
    type QueryId = ();

    const HAS_STATIC_QUERY_ID: bool = false;
}
