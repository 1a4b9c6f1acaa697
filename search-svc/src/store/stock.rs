//! How much of each variation can be bought.

use std::collections::{BTreeMap, HashMap};

use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Bool, Integer, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use souk_db::{Conn, prepared};
use uuid::Uuid;

use super::schema::stock;
use crate::Result;

/// Stock of a variation as an event told it.
#[derive(Debug, Clone, Copy)]
pub struct Told {
    /// The variation.
    pub variation_id: Uuid,
    /// Its product.
    pub product_id: Uuid,
    /// How many can be bought.
    pub available: i32,
    /// The higher one is the newer.
    pub version: i64,
}

#[derive(QueryableByName)]
struct Saved {
    #[diesel(sql_type = SqlUuid)]
    product_id: Uuid,
    #[diesel(sql_type = Bool)]
    turned: bool,
}

/// Keeps what is newer than what is known; answers the products of variations that ran out or came back by that.
pub async fn save(tx: &mut Conn, told: &[Told]) -> Result<Vec<Uuid>> {
    // The same variation twice in one statement would be refused; and all lock their rows in one order.
    let mut newest = BTreeMap::<Uuid, &Told>::new();
    for told in told {
        let known = newest.entry(told.variation_id).or_insert(told);
        if (known.version, known.available) < (told.version, told.available) {
            *known = told;
        }
    }
    if newest.is_empty() {
        return Ok(Vec::new());
    }
    let rows: Vec<Saved> = prepared(
        diesel::sql_query(
            "insert into stock (variation_id, product_id, available, stock_version)
             select * from unnest($1, $2, $3, $4)
             on conflict (variation_id) do update
             set available = excluded.available, stock_version = excluded.stock_version,
                 turned = (stock.available > 0) <> (excluded.available > 0)
             where stock.stock_version < excluded.stock_version
             returning product_id, turned",
        )
        .bind::<Array<SqlUuid>, _>(newest.keys().collect::<Vec<_>>())
        .bind::<Array<SqlUuid>, _>(newest.values().map(|told| told.product_id).collect::<Vec<_>>())
        .bind::<Array<Integer>, _>(newest.values().map(|told| told.available).collect::<Vec<_>>())
        .bind::<Array<BigInt>, _>(newest.values().map(|told| told.version).collect::<Vec<_>>()),
    )
    .load(tx)
    .await?;
    let turned = rows.into_iter().filter(|row| row.turned);
    Ok(turned.map(|row| row.product_id).collect())
}

/// Notes which variations a product has, as of its newest version: the stock of others is removed after a while.
pub async fn mark_removed(tx: &mut Conn, product_id: Uuid, variations: &[Uuid]) -> Result<()> {
    prepared(
        diesel::sql_query(
            "update stock set removed_at = case when variation_id = any($2) then null else now() end
             where product_id = $1 and (variation_id = any($2)) = (removed_at is not null)",
        )
        .bind::<SqlUuid, _>(product_id)
        .bind::<Array<SqlUuid>, _>(variations),
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// Forgets the stock of a product that is gone.
pub async fn forget(tx: &mut Conn, product_id: Uuid) -> Result<()> {
    diesel::delete(stock::table.filter(stock::product_id.eq(product_id)))
        .execute(tx)
        .await?;
    Ok(())
}

/// By product and variation.
pub async fn of_products(conn: &mut Conn, ids: &[Uuid]) -> Result<HashMap<Uuid, BTreeMap<Uuid, i32>>> {
    let rows: Vec<(Uuid, Uuid, i32)> = stock::table
        .filter(stock::product_id.eq_any(ids))
        .select((stock::product_id, stock::variation_id, stock::available))
        .load(conn)
        .await?;
    let mut found: HashMap<Uuid, BTreeMap<Uuid, i32>> = HashMap::new();
    for (product, variation, available) in rows {
        found.entry(product).or_default().insert(variation, available);
    }
    Ok(found)
}
