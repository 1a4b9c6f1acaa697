//! The shelf: stock as it is locked, and as a transaction leaves it.
//!
//! Every order passes here, so this is two statements, each prepared once per connection.

use chrono::{DateTime, Utc};
use diesel::QueryableByName;
use diesel::sql_types::{Array, BigInt, Bool, Integer, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use serde_json::Value;
use souk_contracts::Money;
use souk_db::{Conn, prepared};
use uuid::Uuid;

use super::products::texts;
use crate::domain::{Copied, Reservation, Shelf, Shelved, Stock, VariationId};
use crate::{Error, Result};

#[derive(QueryableByName)]
struct ShelfRow {
    #[diesel(sql_type = SqlUuid)]
    variation_id: Uuid,
    #[diesel(sql_type = Integer)]
    available: i32,
    #[diesel(sql_type = BigInt)]
    version: i64,
    #[diesel(sql_type = Nullable<Integer>)]
    low_stock_threshold: Option<i32>,
    #[diesel(sql_type = Bool)]
    low_noticed: bool,
    #[diesel(sql_type = SqlUuid)]
    product_id: Uuid,
    #[diesel(sql_type = Jsonb)]
    options: Value,
    #[diesel(sql_type = Text)]
    currency: String,
    #[diesel(sql_type = BigInt)]
    price: i64,
    #[diesel(sql_type = Nullable<BigInt>)]
    cost_price: Option<i64>,
    #[diesel(sql_type = SqlUuid)]
    shop_id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    owner_id: Uuid,
    #[diesel(sql_type = Text)]
    title: String,
    #[diesel(sql_type = Text)]
    sku: String,
    #[diesel(sql_type = Bool)]
    sellable: bool,
}

impl TryFrom<ShelfRow> for Shelved {
    type Error = Error;

    fn try_from(row: ShelfRow) -> Result<Self> {
        let unreadable = || Error::Unreadable("variations");
        let currency = row.currency.parse().map_err(|_| unreadable())?;
        Ok(Self {
            stock: Stock {
                variation_id: row.variation_id.into(),
                available: row.available,
                version: row.version,
                low_stock_threshold: row.low_stock_threshold,
                low_noticed: row.low_noticed,
            },
            sellable: row.sellable,
            copy: Copied {
                product_id: row.product_id.into(),
                shop_id: row.shop_id.into(),
                owner_id: row.owner_id.into(),
                title: row.title,
                sku: row.sku,
                options: texts(row.options).ok_or_else(unreadable)?,
                price: Money::new(row.price, currency),
                cost_price: row.cost_price.map(|cost| Money::new(cost, currency)),
            },
        })
    }
}

/// The stock of these variations, locked in the order of their ids until the transaction ends: whoever locks in
/// one order cannot wait in a circle. Unknown ids are absent.
pub async fn lock(tx: &mut Conn, ids: impl IntoIterator<Item = VariationId>) -> Result<Shelf> {
    let ids: Vec<Uuid> = ids.into_iter().map(|id| id.0).collect();
    let rows = prepared(
        diesel::sql_query(
            "select s.variation_id, s.available, s.version, s.low_stock_threshold, s.low_noticed,
                    v.product_id, v.options, v.currency, v.price, v.cost_price,
                    p.shop_id, h.owner_id, p.title, p.sku,
                    h.status = 'approved' and p.is_active and p.archived_at is null and v.archived_at is null
                        as sellable
             from stock s
             join variations v on v.id = s.variation_id
             join products p on p.id = v.product_id
             join shops h on h.id = p.shop_id
             where s.variation_id = any($1)
             order by s.variation_id
             for no key update of s",
        )
        .bind::<Array<SqlUuid>, _>(ids),
    )
    .load::<ShelfRow>(tx)
    .await?;
    let items: Vec<Shelved> = rows.into_iter().map(Shelved::try_from).collect::<Result<_>>()?;
    Ok(Shelf::new(items))
}

/// Writes what became of a locked shelf: the stock, its ledger, and new reservations. One statement, one round trip.
pub async fn keep(tx: &mut Conn, shelf: &Shelf, held: &[Reservation]) -> Result<()> {
    let stocks: Vec<&Stock> = shelf.touched().map(|item| &item.stock).collect();
    let entries = shelf.entries();
    let lines = held
        .iter()
        .map(|reservation| serde_json::to_value(&reservation.lines))
        .collect::<serde_json::Result<Vec<Value>>>()
        .map_err(|error| diesel::result::Error::SerializationError(Box::new(error)))?;
    let expiries: Vec<DateTime<Utc>> = held.iter().map(|reservation| reservation.expires_at).collect();
    prepared(
        diesel::sql_query(
            "with moved as (
                 update stock s set available = n.available, version = n.version, low_noticed = n.low_noticed
                 from unnest($1, $2, $3, $4) as n (variation_id, available, version, low_noticed)
                 where s.variation_id = n.variation_id
             ), held as (
                 insert into reservations (id, user_id, lines, expires_at, next_ask_at)
                 select id, user_id, lines, expires_at, expires_at
                 from unnest($5, $6, $7, $8) as n (id, user_id, lines, expires_at)
             )
             insert into stock_ledger (variation_id, delta, reason, actor_id, reference_id, note)
             select * from unnest($9, $10, $11, $12, $13, $14)",
        )
        .bind::<Array<SqlUuid>, _>(column(&stocks, |stock| stock.variation_id.0))
        .bind::<Array<Integer>, _>(column(&stocks, |stock| stock.available))
        .bind::<Array<BigInt>, _>(column(&stocks, |stock| stock.version))
        .bind::<Array<Bool>, _>(column(&stocks, |stock| stock.low_noticed))
        .bind::<Array<SqlUuid>, _>(column(held, |reservation| reservation.id.0))
        .bind::<Array<Nullable<SqlUuid>>, _>(column(held, |reservation| reservation.user_id.map(|id| id.0)))
        .bind::<Array<Jsonb>, _>(lines)
        .bind::<Array<Timestamptz>, _>(expiries)
        .bind::<Array<SqlUuid>, _>(column(entries, |entry| entry.variation_id.0))
        .bind::<Array<Integer>, _>(column(entries, |entry| entry.delta))
        .bind::<Array<Text>, _>(column(entries, |entry| entry.reason.as_str()))
        .bind::<Array<Nullable<SqlUuid>>, _>(column(entries, |entry| entry.actor_id.map(|id| id.0)))
        .bind::<Array<Nullable<SqlUuid>>, _>(column(entries, |entry| entry.reference_id))
        .bind::<Array<Nullable<Text>>, _>(column(entries, |entry| entry.note.as_deref())),
    )
    .execute(tx)
    .await?;
    Ok(())
}

fn column<'a, T, C>(rows: &'a [T], value: impl FnMut(&'a T) -> C) -> Vec<C> {
    rows.iter().map(value).collect()
}
