//! The projection as a whole: one writer at a time, and an empty start.

use diesel::sql_types::Text;
use diesel_async::RunQueryDsl;
use souk_db::{Conn, DbError, prepared};

use super::schema::{market_sales, order_items, product_sales, products, shop_sales, shops, visits};

/// Waits until no other transaction writes the projection, and keeps others waiting until this one ends.
///
/// Sums change by a difference to what was read, so two writers at once would each miss the other's rows: an
/// old consumer still committing while the next one starts, or a rebuild.
pub async fn lock(tx: &mut Conn) -> Result<(), DbError> {
    // Advisory locks know databases but not schemas, so the schema's name is part of the key.
    prepared(
        diesel::sql_query("select pg_advisory_xact_lock(hashtextextended(current_schema() || ':' || $1, 0))")
            .bind::<Text, _>("projection"),
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// Forgets all that can be computed again from the log. Readers see the old rows until the commit.
pub async fn clear(tx: &mut Conn) -> Result<(), DbError> {
    diesel::delete(order_items::table).execute(tx).await?;
    diesel::delete(market_sales::table).execute(tx).await?;
    diesel::delete(shop_sales::table).execute(tx).await?;
    diesel::delete(product_sales::table).execute(tx).await?;
    diesel::delete(visits::table).execute(tx).await?;
    diesel::delete(shops::table).execute(tx).await?;
    diesel::delete(products::table).execute(tx).await?;
    Ok(())
}
