//! What shops and products are called, and whose the shops are.

use std::collections::BTreeMap;

use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Nullable, Text, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use souk_db::{Conn, DbError, prepared};
use uuid::Uuid;

use super::schema::shops;
use crate::domain::{ProductId, ProductName, Shop, ShopId, UserId};

// The comparison is total, so that what is kept does not depend on what came first.
const SAVE_SHOPS: &str = "
insert into shops as known (id, owner_id, name, version) select * from unnest($1, $2, $3, $4)
on conflict (id) do update set name = excluded.name, version = excluded.version
where (known.version, coalesce(known.name, '')) < (excluded.version, coalesce(excluded.name, ''))";

// Every order tells titles that are known. A conflict alone would lock their rows, which is a write: so they are left out.
const SAVE_PRODUCTS: &str = "
insert into products as known (id, title, version)
select told.* from unnest($1, $2, $3) as told (id, title, version) left join products as old on old.id = told.id
where old.id is null or (old.version, old.title) < (told.version, told.title)
on conflict (id) do update set title = excluded.title, version = excluded.version
where (known.version, known.title) < (excluded.version, excluded.title)";

#[derive(Queryable, Selectable)]
#[diesel(table_name = shops)]
struct ShopRow {
    id: Uuid,
    owner_id: Uuid,
    name: Option<String>,
    version: i64,
}

impl From<ShopRow> for Shop {
    fn from(row: ShopRow) -> Self {
        Self {
            id: ShopId(row.id),
            owner_id: UserId(row.owner_id),
            name: row.name,
            version: row.version,
        }
    }
}

/// Keeps what is newer than what is known.
pub async fn save_shops(tx: &mut Conn, shops: &BTreeMap<ShopId, Shop>) -> Result<(), DbError> {
    if shops.is_empty() {
        return Ok(());
    }
    prepared(
        diesel::sql_query(SAVE_SHOPS)
            .bind::<Array<SqlUuid>, _>(shops.values().map(|shop| shop.id.0).collect::<Vec<_>>())
            .bind::<Array<SqlUuid>, _>(shops.values().map(|shop| shop.owner_id.0).collect::<Vec<_>>())
            .bind::<Array<Nullable<Text>>, _>(
                shops
                    .values()
                    .map(|shop| shop.name.as_deref())
                    .collect::<Vec<_>>(),
            )
            .bind::<Array<BigInt>, _>(shops.values().map(|shop| shop.version).collect::<Vec<_>>()),
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// Keeps what is newer than what is known.
pub async fn save_products(
    tx: &mut Conn,
    products: &BTreeMap<ProductId, ProductName>,
) -> Result<(), DbError> {
    if products.is_empty() {
        return Ok(());
    }
    prepared(
        diesel::sql_query(SAVE_PRODUCTS)
            .bind::<Array<SqlUuid>, _>(products.values().map(|product| product.id.0).collect::<Vec<_>>())
            .bind::<Array<Text>, _>(
                products
                    .values()
                    .map(|product| product.title.as_str())
                    .collect::<Vec<_>>(),
            )
            .bind::<Array<BigInt>, _>(
                products
                    .values()
                    .map(|product| product.version)
                    .collect::<Vec<_>>(),
            ),
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// What is known of a shop.
pub async fn find_shop(conn: &mut Conn, id: ShopId) -> Result<Option<Shop>, DbError> {
    let row = shops::table
        .find(id.0)
        .select(ShopRow::as_select())
        .first(conn)
        .await
        .optional()?;
    Ok(row.map(ShopRow::into))
}
