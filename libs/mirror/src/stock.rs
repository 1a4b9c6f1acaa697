//! How many pieces of a variation can be bought.

use diesel::prelude::*;
use diesel::query_dsl::methods;
use diesel::upsert::excluded;
use diesel_async::RunQueryDsl;
use souk_contracts::events::{ProductVariation, StockChanged};
use souk_db::Conn;
use uuid::Uuid;

use crate::schema::mirror_stock;
use crate::{Listing, Result};

#[derive(Insertable)]
#[diesel(table_name = mirror_stock)]
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

impl From<&Listing> for StockRow {
    fn from(listing: &Listing) -> Self {
        Self {
            variation_id: listing.variation_id,
            available: listing.available,
            version: listing.stock_version,
        }
    }
}

/// Takes over `stock.changed`, unless something newer is known.
///
/// # Errors
/// When the database fails.
pub async fn record(tx: &mut Conn, change: &StockChanged) -> Result<()> {
    let row = StockRow {
        variation_id: change.variation_id,
        available: change.available,
        version: change.stock_version,
    };
    save(tx, vec![row]).await
}

pub(crate) async fn save(tx: &mut Conn, rows: Vec<StockRow>) -> Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    let upsert = diesel::insert_into(mirror_stock::table)
        .values(rows)
        .on_conflict(mirror_stock::variation_id)
        .do_update()
        .set((
            mirror_stock::available.eq(excluded(mirror_stock::available)),
            mirror_stock::version.eq(excluded(mirror_stock::version)),
        ));
    methods::FilterDsl::filter(upsert, mirror_stock::version.lt(excluded(mirror_stock::version)))
        .execute(tx)
        .await?;
    Ok(())
}
