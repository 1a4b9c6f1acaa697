//! Sums by stretch of time: of the market, of each shop, of each product.

use chrono::{DateTime, Utc};
use diesel::pg::Pg;
use diesel::query_builder::{BoxedSqlQuery, SqlQuery};
use diesel::sql_types::{Array, BigInt, Integer, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use souk_db::{Conn, DbError, Prepared, prepared};
use uuid::Uuid;

use crate::domain::{Cell, Figures, Of, Sales};

const ADD: &str = "
with market as (
    insert into market_sales as known (minutes, bucket, currency, orders, units, booked, settled)
    select * from unnest($1, $2, $3, $4, $5, $6, $7)
    on conflict (minutes, bucket, currency) do update set
        orders = known.orders + excluded.orders, units = known.units + excluded.units,
        booked = known.booked + excluded.booked, settled = known.settled + excluded.settled
), shops as (
    insert into shop_sales as known (minutes, bucket, currency, orders, units, booked, settled, shop_id)
    select * from unnest($8, $9, $10, $11, $12, $13, $14, $15)
    on conflict (shop_id, minutes, bucket, currency) do update set
        orders = known.orders + excluded.orders, units = known.units + excluded.units,
        booked = known.booked + excluded.booked, settled = known.settled + excluded.settled
)
insert into product_sales as known (minutes, bucket, currency, orders, units, booked, settled, shop_id, product_id)
select * from unnest($16, $17, $18, $19, $20, $21, $22, $23, $24)
on conflict (shop_id, minutes, bucket, product_id, currency) do update set
    orders = known.orders + excluded.orders, units = known.units + excluded.units,
    booked = known.booked + excluded.booked, settled = known.settled + excluded.settled";

// What was taken away altogether leaves no row, or the rows would tell in which order events came.
const PRUNE: &str = "
with market as (
    delete from market_sales as known using unnest($1, $2, $3) as touched (minutes, bucket, currency)
    where known.minutes = touched.minutes and known.bucket = touched.bucket
        and known.currency = touched.currency
        and (orders, units, booked, settled) = (0, 0, 0, 0)
), shops as (
    delete from shop_sales as known using unnest($4, $5, $6, $7) as touched (minutes, bucket, currency, shop_id)
    where known.shop_id = touched.shop_id and known.minutes = touched.minutes
        and known.bucket = touched.bucket and known.currency = touched.currency
        and (orders, units, booked, settled) = (0, 0, 0, 0)
)
delete from product_sales as known
using unnest($8, $9, $10, $11, $12) as touched (minutes, bucket, currency, shop_id, product_id)
where known.shop_id = touched.shop_id and known.minutes = touched.minutes and known.bucket = touched.bucket
    and known.product_id = touched.product_id and known.currency = touched.currency
    and (orders, units, booked, settled) = (0, 0, 0, 0)";

type Query<'a> = BoxedSqlQuery<'a, Pg, SqlQuery>;

/// The same cells, column by column.
#[derive(Default)]
struct Columns {
    minutes: Vec<i32>,
    bucket: Vec<DateTime<Utc>>,
    currency: Vec<String>,
    figures: Vec<Figures>,
    shop_id: Vec<Uuid>,
    product_id: Vec<Uuid>,
}

impl Columns {
    fn push(&mut self, cell: Cell, figures: Figures) {
        self.minutes.push(cell.span.minutes());
        self.bucket.push(cell.bucket);
        self.currency.push(cell.currency);
        self.figures.push(figures);
        if let Of::Shop(shop_id) | Of::Product(shop_id, _) = cell.of {
            self.shop_id.push(shop_id.0);
        }
        if let Of::Product(_, product_id) = cell.of {
            self.product_id.push(product_id.0);
        }
    }

    /// Which cells, without the ids that the level has.
    fn bind_cells<'a>(&'a self, query: Query<'a>) -> Query<'a> {
        query
            .bind::<Array<Integer>, _>(&self.minutes)
            .bind::<Array<Timestamptz>, _>(&self.bucket)
            .bind::<Array<Text>, _>(&self.currency)
    }

    fn bind_figures<'a>(&'a self, query: Query<'a>) -> Query<'a> {
        let column = |value: fn(&Figures) -> i64| self.figures.iter().map(value).collect::<Vec<_>>();
        self.bind_cells(query)
            .bind::<Array<BigInt>, _>(column(|figures| figures.orders))
            .bind::<Array<BigInt>, _>(column(|figures| figures.units))
            .bind::<Array<BigInt>, _>(column(|figures| figures.booked))
            .bind::<Array<BigInt>, _>(column(|figures| figures.settled))
    }
}

/// The levels that sums are kept on.
#[derive(Default)]
struct Levels {
    market: Columns,
    shops: Columns,
    products: Columns,
}

impl Levels {
    fn of(sales: Sales) -> Self {
        let mut levels = Self::default();
        for (cell, figures) in sales.into_cells() {
            let level = match cell.of {
                Of::Market => &mut levels.market,
                Of::Shop(_) => &mut levels.shops,
                Of::Product(..) => &mut levels.products,
            };
            level.push(cell, figures);
        }
        levels
    }

    fn figures(&self) -> impl Iterator<Item = &Figures> {
        let levels = [&self.market, &self.shops, &self.products];
        levels.into_iter().flat_map(|level| &level.figures)
    }

    /// A statement over all levels; `bind` binds what it needs of each, and the ids follow.
    fn statement<'a>(
        &'a self,
        text: &'static str,
        bind: fn(&'a Columns, Query<'a>) -> Query<'a>,
    ) -> Prepared<Query<'a>> {
        let query = bind(&self.market, diesel::sql_query(text).into_boxed());
        let query = bind(&self.shops, query).bind::<Array<SqlUuid>, _>(&self.shops.shop_id);
        let query = bind(&self.products, query)
            .bind::<Array<SqlUuid>, _>(&self.products.shop_id)
            .bind::<Array<SqlUuid>, _>(&self.products.product_id);
        prepared(query)
    }
}

/// Adds to the sums, by one statement unless something is taken away.
pub async fn add(tx: &mut Conn, sales: Sales) -> Result<(), DbError> {
    let levels = Levels::of(sales);
    if levels.figures().next().is_some() {
        levels.statement(ADD, Columns::bind_figures).execute(tx).await?;
    }
    if levels.figures().any(Figures::takes_away) {
        levels.statement(PRUNE, Columns::bind_cells).execute(tx).await?;
    }
    Ok(())
}
