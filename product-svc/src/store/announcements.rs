//! Products whose readers must be told again.

use diesel::dsl::now;
use diesel::prelude::*;
use diesel::sql_types::{Array, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use souk_db::{Conn, prepared};
use uuid::Uuid;

use super::schema::product_announcements;
use crate::Result;
use crate::domain::{CategoryId, ProductId};

/// Notes every product in the category or below it. One that waits is due again: the change may be what it waited for.
pub async fn note_category(tx: &mut Conn, id: CategoryId) -> Result<()> {
    diesel::sql_query(
        "insert into product_announcements (product_id)
         select distinct pc.product_id
         from product_categories pc join categories c on c.id = pc.category_id
         where c.path @> array[$1]
         on conflict (product_id) do update set not_before = excluded.not_before",
    )
    .bind::<SqlUuid, _>(id.0)
    .execute(tx)
    .await?;
    Ok(())
}

/// Takes up to `limit` products that are due off the list; no other replica gets them.
pub async fn take(tx: &mut Conn, limit: i64) -> Result<Vec<ProductId>> {
    let mut ids: Vec<Uuid> = product_announcements::table
        .filter(product_announcements::not_before.le(now))
        .order(product_announcements::not_before)
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

/// Puts products on the list again, to be taken after a pause.
pub async fn postpone(tx: &mut Conn, ids: &[ProductId]) -> Result<()> {
    let ids: Vec<Uuid> = ids.iter().map(|id| id.0).collect();
    prepared(
        diesel::sql_query(
            "insert into product_announcements (product_id, not_before)
             select id, now() + interval '1 minute' from unnest($1) as n (id)
             on conflict do nothing",
        )
        .bind::<Array<SqlUuid>, _>(ids),
    )
    .execute(tx)
    .await?;
    Ok(())
}
