//! Products whose readers must be told again.

use diesel::prelude::*;
use diesel::sql_types::Uuid as SqlUuid;
use diesel_async::RunQueryDsl;
use souk_db::Conn;
use uuid::Uuid;

use super::schema::product_announcements;
use crate::Result;
use crate::domain::{CategoryId, ProductId};

/// Notes every product in the category or below it.
pub async fn note_category(tx: &mut Conn, id: CategoryId) -> Result<()> {
    diesel::sql_query(
        "insert into product_announcements (product_id)
         select distinct pc.product_id
         from product_categories pc join categories c on c.id = pc.category_id
         where c.path @> array[$1]
         on conflict do nothing",
    )
    .bind::<SqlUuid, _>(id.0)
    .execute(tx)
    .await?;
    Ok(())
}

/// Takes up to `limit` products off the list; no other replica gets them.
pub async fn take(tx: &mut Conn, limit: i64) -> Result<Vec<ProductId>> {
    let mut ids: Vec<Uuid> = product_announcements::table
        .limit(limit)
        .select(product_announcements::product_id)
        .for_update()
        .skip_locked()
        .load(tx)
        .await?;
    ids.sort_unstable();
    diesel::delete(product_announcements::table.filter(product_announcements::product_id.eq_any(&ids)))
        .execute(tx)
        .await?;
    Ok(ids.into_iter().map(ProductId).collect())
}
