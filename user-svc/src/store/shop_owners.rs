//! Who has an open, approved shop.

use diesel::prelude::*;
use diesel::query_dsl::methods::FilterDsl;
use diesel::upsert::excluded;
use diesel_async::RunQueryDsl;
use souk_db::{Conn, DbError};
use uuid::Uuid;

use super::schema::shop_owners;

/// Keeps what an event says of a shop, unless a newer one was here first.
pub async fn keep(
    tx: &mut Conn,
    shop_id: Uuid,
    owner_id: Uuid,
    is_open: bool,
    version: i64,
) -> Result<(), DbError> {
    let insert = diesel::insert_into(shop_owners::table)
        .values((
            shop_owners::shop_id.eq(shop_id),
            shop_owners::owner_id.eq(owner_id),
            shop_owners::is_open.eq(is_open),
            shop_owners::version.eq(version),
        ))
        .on_conflict(shop_owners::shop_id)
        .do_update()
        .set((
            shop_owners::is_open.eq(excluded(shop_owners::is_open)),
            shop_owners::version.eq(excluded(shop_owners::version)),
        ));
    FilterDsl::filter(insert, shop_owners::version.lt(excluded(shop_owners::version)))
        .execute(tx)
        .await?;
    Ok(())
}
