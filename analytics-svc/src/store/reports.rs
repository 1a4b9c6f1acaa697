//! Reading the sums.

use chrono::{DateTime, Utc};
use diesel::QueryableByName;
use diesel::pg::Pg;
use diesel::query_builder::{BoxedSqlQuery, SqlQuery};
use diesel::sql_types::{Array, BigInt, Integer, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use souk_db::{Conn, DbError, prepared};
use uuid::Uuid;

use crate::domain::{DaySums, Figures, Period, ShopId, Stretch};

type Query<'a> = BoxedSqlQuery<'a, Pg, SqlQuery>;

/// The rows of a table of sums that make up a time, for a `from`; `whose` narrows them. The first parameters are those
/// that [`ask`] binds.
fn sums(table: &str, whose: &str) -> String {
    // The offset keeps Postgres from joining in another way than by looking up each stretch: not knowing them, it would
    // read the whole table.
    format!(
        "unnest($1, $2, $3, $4) as stretch (day, minutes, starts, ends)
         cross join lateral (
             select * from {table} as sums
             where {whose} and sums.minutes = stretch.minutes and bucket >= starts and bucket < ends offset 0
         ) as sales"
    )
}

/// Asks about some stretches of time, each of a day of the answer. They are cut at instants computed here, so that a day
/// means the same as in the rest of the answer, whatever Postgres knows of time zones.
fn ask<'a>(text: String, stretches: &[(i64, Stretch)]) -> Query<'a> {
    let column =
        |value: fn(&Stretch) -> DateTime<Utc>| stretches.iter().map(|(_, stretch)| value(stretch)).collect();
    let days: Vec<i64> = stretches.iter().map(|(day, _)| *day).collect();
    let minutes: Vec<i32> = stretches
        .iter()
        .map(|(_, stretch)| stretch.span.minutes())
        .collect();
    let (starts, ends): (Vec<_>, Vec<_>) = (column(|stretch| stretch.start), column(|stretch| stretch.end));
    diesel::sql_query(text)
        .into_boxed()
        .bind::<Array<BigInt>, _>(days)
        .bind::<Array<Integer>, _>(minutes)
        .bind::<Array<Timestamptz>, _>(starts)
        .bind::<Array<Timestamptz>, _>(ends)
}

#[derive(QueryableByName)]
struct DayRow {
    #[diesel(sql_type = BigInt)]
    day: i64,
    #[diesel(sql_type = Text)]
    currency: String,
    #[diesel(sql_type = BigInt)]
    orders: i64,
    #[diesel(sql_type = BigInt)]
    units: i64,
    #[diesel(sql_type = BigInt)]
    booked: i64,
    #[diesel(sql_type = BigInt)]
    settled: i64,
}

impl From<DayRow> for DaySums {
    fn from(row: DayRow) -> Self {
        let DayRow {
            orders,
            units,
            booked,
            settled,
            ..
        } = row;
        Self {
            day: row.day,
            currency: row.currency,
            figures: Figures {
                orders,
                units,
                booked,
                settled,
            },
        }
    }
}

/// A product among the best sold.
#[derive(Debug, QueryableByName)]
pub struct TopProduct {
    /// The product.
    #[diesel(sql_type = SqlUuid)]
    pub product_id: Uuid,
    /// The shop that sells it.
    #[diesel(sql_type = SqlUuid)]
    pub shop_id: Uuid,
    /// Its title, once known.
    #[diesel(sql_type = Nullable<Text>)]
    pub title: Option<String>,
    /// The shop's name, once known.
    #[diesel(sql_type = Nullable<Text>)]
    pub shop_name: Option<String>,
    /// Orders with it.
    #[diesel(sql_type = BigInt)]
    pub orders: i64,
    /// Pieces.
    #[diesel(sql_type = BigInt)]
    pub units: i64,
    /// Booked in the main currency.
    #[diesel(sql_type = BigInt)]
    pub revenue: i64,
}

/// A shop among those that sell most.
#[derive(Debug, QueryableByName)]
pub struct TopShop {
    /// The shop.
    #[diesel(sql_type = SqlUuid)]
    pub shop_id: Uuid,
    /// Its name, once known.
    #[diesel(sql_type = Nullable<Text>)]
    pub name: Option<String>,
    /// Orders with something from it.
    #[diesel(sql_type = BigInt)]
    pub orders: i64,
    /// Pieces.
    #[diesel(sql_type = BigInt)]
    pub units: i64,
    /// Booked in the main currency.
    #[diesel(sql_type = BigInt)]
    pub revenue: i64,
}

/// A shop's sums of each day of the period, and as day -1 of the whole period before.
pub async fn shop_days(conn: &mut Conn, shop_id: ShopId, period: &Period) -> Result<Vec<DaySums>, DbError> {
    let mut stretches = period.previous().stretches(-1);
    stretches.extend(period.stretches_of_days());
    let query = ask(by_day(&sums("shop_sales", "shop_id = $5")), &stretches).bind::<SqlUuid, _>(shop_id.0);
    load_days(conn, query).await
}

/// The sums of the whole market, one entry per currency.
pub async fn market(conn: &mut Conn, period: &Period) -> Result<Vec<DaySums>, DbError> {
    let query = ask(by_day(&sums("market_sales", "true")), &period.stretches(0));
    load_days(conn, query).await
}

fn by_day(sums: &str) -> String {
    format!(
        "select day, currency, sum(orders)::bigint as orders, sum(units)::bigint as units,
             sum(booked)::bigint as booked, sum(settled)::bigint as settled
         from {sums} group by day, currency order by day, currency"
    )
}

async fn load_days(conn: &mut Conn, query: Query<'_>) -> Result<Vec<DaySums>, DbError> {
    let rows = prepared(query).load::<DayRow>(conn).await?;
    Ok(rows.into_iter().map(DayRow::into).collect())
}

/// The best sold products of a shop, or of the market: by revenue, then by id.
pub async fn top_products(
    conn: &mut Conn,
    shop_id: Option<ShopId>,
    period: &Period,
    currency: &str,
    limit: i64,
) -> Result<Vec<TopProduct>, DbError> {
    let whose = if shop_id.is_some() { "shop_id = $7" } else { "true" };
    let text = format!(
        "with top as (
             select shop_id, product_id, sum(orders)::bigint as orders, sum(units)::bigint as units,
                 coalesce(sum(booked) filter (where currency = $5), 0)::bigint as revenue
             from {}
             group by shop_id, product_id having sum(units) > 0
             order by revenue desc, product_id limit $6
         )
         select top.*, products.title, shops.name as shop_name
         from top left join products on products.id = product_id left join shops on shops.id = shop_id
         order by revenue desc, product_id",
        sums("product_sales", whose)
    );
    let mut query = ask(text, &period.stretches(0))
        .bind::<Text, _>(currency)
        .bind::<BigInt, _>(limit);
    if let Some(shop_id) = shop_id {
        query = query.bind::<SqlUuid, _>(shop_id.0);
    }
    Ok(prepared(query).load(conn).await?)
}

/// The shops that sell most: by revenue, then by id.
pub async fn top_shops(
    conn: &mut Conn,
    period: &Period,
    currency: &str,
    limit: i64,
) -> Result<Vec<TopShop>, DbError> {
    let text = format!(
        "with top as (
             select shop_id, sum(orders)::bigint as orders, sum(units)::bigint as units,
                 coalesce(sum(booked) filter (where currency = $5), 0)::bigint as revenue
             from {}
             group by shop_id having sum(units) > 0
             order by revenue desc, shop_id limit $6
         )
         select top.*, shops.name from top left join shops on shops.id = shop_id
         order by revenue desc, shop_id",
        sums("shop_sales", "true")
    );
    let query = ask(text, &period.stretches(0))
        .bind::<Text, _>(currency)
        .bind::<BigInt, _>(limit);
    Ok(prepared(query).load(conn).await?)
}
