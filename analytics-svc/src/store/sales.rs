//! Sums per quarter of an hour: of the market, of each shop, of each product.

use chrono::{DateTime, Utc};
use diesel::pg::Pg;
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

    async fn add(self, tx: &mut Conn, statement: &str) -> Result<(), DbError> {
        if self.bucket.is_empty() {
            return Ok(());
        }
        let column = |value: fn(&Figures) -> i64| self.figures.iter().map(value).collect::<Vec<_>>();
        let mut query = diesel::sql_query(statement)
            .into_boxed::<Pg>()
            .bind::<Array<Timestamptz>, _>(self.bucket)
            .bind::<Array<Text>, _>(self.currency)
            .bind::<Array<BigInt>, _>(column(|figures| figures.orders))
            .bind::<Array<BigInt>, _>(column(|figures| figures.units))
            .bind::<Array<BigInt>, _>(column(|figures| figures.booked))
            .bind::<Array<BigInt>, _>(column(|figures| figures.settled));
        if !self.shop_id.is_empty() {
            query = query.bind::<Array<SqlUuid>, _>(self.shop_id);
        }
        if !self.product_id.is_empty() {
            query = query.bind::<Array<SqlUuid>, _>(self.product_id);
        }
        prepared(query).execute(tx).await?;
        Ok(())
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
    market.add(tx, ADD_MARKET).await?;
    shops.add(tx, ADD_SHOPS).await?;
    products.add(tx, ADD_PRODUCTS).await
}
