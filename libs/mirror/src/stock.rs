//! How many pieces of a variation can be bought.

use std::collections::BTreeMap;

use diesel::sql_types::{Array, BigInt, Integer, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use souk_contracts::events::{ProductVariation, StockChanged};
use souk_db::{Conn, prepared};
use uuid::Uuid;

use crate::{Listing, Result};

pub(crate) struct StockRow {
    pub variation_id: Uuid,
    pub available: i32,
    pub version: i64,
}

impl From<&ProductVariation> for StockRow {
    fn from(variation: &ProductVariation) -> Self {
        Self {
            variation_id: variation.variation_id,
            available: variation.available,
            version: variation.stock_version,
        }
    }
}

impl From<&StockChanged> for StockRow {
    fn from(change: &StockChanged) -> Self {
        Self {
            variation_id: change.variation_id,
            available: change.available,
            version: change.stock_version,
        }
    }
}

impl From<&Listing> for StockRow {
    fn from(listing: &Listing) -> Self {
        Self {
            variation_id: listing.variation_id,
            available: listing.available,
            version: listing.stock_version,
        }
    }
}

/// Takes over what `stock.changed` told, unless something newer is known.
///
/// # Errors
/// When the database fails.
pub async fn record(tx: &mut Conn, changes: &[StockChanged]) -> Result<()> {
    save(tx, changes.iter().map(StockRow::from)).await
}

pub(crate) async fn save(tx: &mut Conn, rows: impl IntoIterator<Item = StockRow>) -> Result<()> {
    // The same variation twice in one statement would be refused; and all lock their rows in one order.
    let mut newest = BTreeMap::<Uuid, (i64, i32)>::new();
    for row in rows {
        let told = (row.version, row.available);
        let known = newest.entry(row.variation_id).or_insert(told);
        *known = told.max(*known);
    }
    if newest.is_empty() {
        return Ok(());
    }
    prepared(
        diesel::sql_query(
            "insert into mirror_stock as known (variation_id, available, version)
             select * from unnest($1, $2, $3)
             on conflict (variation_id) do update
             set available = excluded.available, version = excluded.version
             where known.version < excluded.version",
        )
        .bind::<Array<SqlUuid>, _>(newest.keys().collect::<Vec<_>>())
        .bind::<Array<Integer>, _>(
            newest
                .values()
                .map(|(_, available)| *available)
                .collect::<Vec<_>>(),
        )
        .bind::<Array<BigInt>, _>(newest.values().map(|(version, _)| *version).collect::<Vec<_>>()),
    )
    .execute(tx)
    .await?;
    Ok(())
}
