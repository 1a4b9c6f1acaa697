//! Reading the sums.

use chrono::{DateTime, Utc};
use diesel::QueryableByName;
use diesel::sql_types::{Array, BigInt, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use souk_db::{Conn, DbError, prepared};
use uuid::Uuid;

use crate::domain::{DaySums, Figures, Period, ShopId};

// The days are cut at instants computed here, so that a day means the same as in the rest of the answer,
// whatever Postgres knows of time zones. The first piece is the period before.
const SHOP_DAYS: &str = "
select (width_bucket(bucket, $2) - 2)::bigint as day, currency, sum(orders)::bigint as orders,
    sum(units)::bigint as units, sum(booked)::bigint as booked, sum(settled)::bigint as settled
from shop_sales where shop_id = $1 and bucket >= $3 and bucket < $4 group by 1, 2 order by 1, 2";

const MARKET: &str = "
select 0::bigint as day, currency, sum(orders)::bigint as orders, sum(units)::bigint as units,
    sum(booked)::bigint as booked, sum(settled)::bigint as settled
from market_sales where bucket >= $1 and bucket < $2 group by currency order by currency";

const TOP_PRODUCTS: &str = "
with top as (
    select shop_id, product_id, sum(orders)::bigint as orders, sum(units)::bigint as units,
        coalesce(sum(booked) filter (where currency = $4), 0)::bigint as revenue
    from product_sales
    where ($1 is null or shop_id = $1) and bucket >= $2 and bucket < $3
    group by shop_id, product_id having sum(units) > 0
    order by revenue desc, product_id limit $5
)
select top.*, products.title, shops.name as shop_name
from top left join products on products.id = product_id left join shops on shops.id = shop_id
order by revenue desc, product_id";

const TOP_SHOPS: &str = "
with top as (
    select shop_id, sum(orders)::bigint as orders, sum(units)::bigint as units,
        coalesce(sum(booked) filter (where currency = $3), 0)::bigint as revenue
    from shop_sales where bucket >= $1 and bucket < $2
    group by shop_id having sum(units) > 0
    order by revenue desc, shop_id limit $4
)
select top.*, shops.name from top left join shops on shops.id = shop_id order by revenue desc, shop_id";

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
    let before = period.previous().start();
    let mut borders = vec![before];
    borders.extend(period.borders());
    let rows = prepared(
        diesel::sql_query(SHOP_DAYS)
            .bind::<SqlUuid, _>(shop_id.0)
            .bind::<Array<Timestamptz>, _>(borders)
            .bind::<Timestamptz, _>(before)
            .bind::<Timestamptz, _>(period.end()),
    )
    .load::<DayRow>(conn)
    .await?;
    Ok(rows.into_iter().map(DayRow::into).collect())
}

/// The sums of the whole market, one entry per currency.
pub async fn market(conn: &mut Conn, period: &Period) -> Result<Vec<DaySums>, DbError> {
    let rows = prepared(
        diesel::sql_query(MARKET)
            .bind::<Timestamptz, _>(period.start())
            .bind::<Timestamptz, _>(period.end()),
    )
    .load::<DayRow>(conn)
    .await?;
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
    let rows = prepared(
        diesel::sql_query(TOP_PRODUCTS)
            .bind::<Nullable<SqlUuid>, _>(shop_id.map(|id| id.0))
            .bind::<Timestamptz, _>(period.start())
            .bind::<Timestamptz, _>(period.end())
            .bind::<Text, _>(currency)
            .bind::<BigInt, _>(limit),
    )
    .load(conn)
    .await?;
    Ok(rows)
}

/// The shops that sell most: by revenue, then by id.
pub async fn top_shops(
    conn: &mut Conn,
    period: &Period,
    currency: &str,
    limit: i64,
) -> Result<Vec<TopShop>, DbError> {
    let (start, end): (DateTime<Utc>, DateTime<Utc>) = (period.start(), period.end());
    let rows = prepared(
        diesel::sql_query(TOP_SHOPS)
            .bind::<Timestamptz, _>(start)
            .bind::<Timestamptz, _>(end)
            .bind::<Text, _>(currency)
            .bind::<BigInt, _>(limit),
    )
    .load(conn)
    .await?;
    Ok(rows)
}
