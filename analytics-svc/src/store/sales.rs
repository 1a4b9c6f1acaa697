//! Sums per quarter of an hour: of the market, of each shop, of each product.

use chrono::{DateTime, Utc};
use diesel::pg::Pg;
use diesel::query_builder::{BoxedSqlQuery, SqlQuery};
use diesel::sql_types::{Array, BigInt, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use souk_db::{Conn, DbError, prepared};
use uuid::Uuid;

use crate::domain::{Cell, Figures, Of, Sales};

const ADD_MARKET: &str = "
insert into market_sales as known (bucket, currency, orders, units, booked, settled)
select * from unnest($1, $2, $3, $4, $5, $6)
on conflict (bucket, currency) do update set
    orders = known.orders + excluded.orders, units = known.units + excluded.units,
    booked = known.booked + excluded.booked, settled = known.settled + excluded.settled";

const ADD_SHOPS: &str = "
insert into shop_sales as known (bucket, currency, orders, units, booked, settled, shop_id)
select * from unnest($1, $2, $3, $4, $5, $6, $7)
on conflict (shop_id, bucket, currency) do update set
    orders = known.orders + excluded.orders, units = known.units + excluded.units,
    booked = known.booked + excluded.booked, settled = known.settled + excluded.settled";

const ADD_PRODUCTS: &str = "
insert into product_sales as known (bucket, currency, orders, units, booked, settled, shop_id, product_id)
select * from unnest($1, $2, $3, $4, $5, $6, $7, $8)
on conflict (shop_id, bucket, product_id, currency) do update set
    orders = known.orders + excluded.orders, units = known.units + excluded.units,
    booked = known.booked + excluded.booked, settled = known.settled + excluded.settled";

// What was taken away altogether leaves no row, or the rows would tell in which order events came.
const PRUNE_MARKET: &str = "
delete from market_sales as known using unnest($1, $2) as touched (bucket, currency)
where known.bucket = touched.bucket and known.currency = touched.currency
    and (orders, units, booked, settled) = (0, 0, 0, 0)";

const PRUNE_SHOPS: &str = "
delete from shop_sales as known using unnest($1, $2, $3) as touched (bucket, currency, shop_id)
where known.shop_id = touched.shop_id and known.bucket = touched.bucket and known.currency = touched.currency
    and (orders, units, booked, settled) = (0, 0, 0, 0)";

const PRUNE_PRODUCTS: &str = "
delete from product_sales as known using unnest($1, $2, $3, $4) as touched (bucket, currency, shop_id, product_id)
where known.shop_id = touched.shop_id and known.bucket = touched.bucket
    and known.product_id = touched.product_id and known.currency = touched.currency
    and (orders, units, booked, settled) = (0, 0, 0, 0)";

type Query<'a> = BoxedSqlQuery<'a, Pg, SqlQuery>;

/// The same cells, column by column.
#[derive(Default)]
struct Columns {
    bucket: Vec<DateTime<Utc>>,
    currency: Vec<String>,
    figures: Vec<Figures>,
    shop_id: Vec<Uuid>,
    product_id: Vec<Uuid>,
}

impl Columns {
    fn push(&mut self, cell: Cell, figures: Figures) {
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

    async fn add(&self, tx: &mut Conn, statement: &'static str) -> Result<(), DbError> {
        let column = |value: fn(&Figures) -> i64| self.figures.iter().map(value).collect::<Vec<_>>();
        let query = diesel::sql_query(statement)
            .into_boxed::<Pg>()
            .bind::<Array<Timestamptz>, _>(&self.bucket)
            .bind::<Array<Text>, _>(&self.currency)
            .bind::<Array<BigInt>, _>(column(|figures| figures.orders))
            .bind::<Array<BigInt>, _>(column(|figures| figures.units))
            .bind::<Array<BigInt>, _>(column(|figures| figures.booked))
            .bind::<Array<BigInt>, _>(column(|figures| figures.settled));
        prepared(self.bind_ids(query)).execute(tx).await?;
        Ok(())
    }

    async fn prune(&self, tx: &mut Conn, statement: &'static str) -> Result<(), DbError> {
        let query = diesel::sql_query(statement)
            .into_boxed::<Pg>()
            .bind::<Array<Timestamptz>, _>(&self.bucket)
            .bind::<Array<Text>, _>(&self.currency);
        prepared(self.bind_ids(query)).execute(tx).await?;
        Ok(())
    }

    /// The ids that the level has: none, shop, or shop and product.
    fn bind_ids<'a>(&'a self, mut query: Query<'a>) -> Query<'a> {
        if !self.shop_id.is_empty() {
            query = query.bind::<Array<SqlUuid>, _>(&self.shop_id);
        }
        if !self.product_id.is_empty() {
            query = query.bind::<Array<SqlUuid>, _>(&self.product_id);
        }
        query
    }
}

/// Adds to the sums.
pub async fn add(tx: &mut Conn, sales: Sales) -> Result<(), DbError> {
    let (mut market, mut shops, mut products) = (Columns::default(), Columns::default(), Columns::default());
    for (cell, figures) in sales.into_cells() {
        match cell.of {
            Of::Market => market.push(cell, figures),
            Of::Shop(_) => shops.push(cell, figures),
            Of::Product(..) => products.push(cell, figures),
        }
    }
    let levels = [
        (market, ADD_MARKET, PRUNE_MARKET),
        (shops, ADD_SHOPS, PRUNE_SHOPS),
        (products, ADD_PRODUCTS, PRUNE_PRODUCTS),
    ];
    for (columns, add, prune) in levels {
        if !columns.bucket.is_empty() {
            columns.add(tx, add).await?;
        }
        if columns.figures.iter().any(Figures::takes_away) {
            columns.prune(tx, prune).await?;
        }
    }
    Ok(())
}
