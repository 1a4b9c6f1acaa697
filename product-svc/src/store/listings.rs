//! Products as their pages show them.

use std::collections::HashMap;

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use souk_db::Conn;
use uuid::Uuid;

use super::products::ProductRow;
use super::schema::{product_categories, product_stats, products, shops};
use super::shops::ShopRow;
use super::variations;
use crate::Result;
use crate::domain::{CategoryId, Listing, Offer, ProductId, Shop, Stats};

#[derive(Queryable, Selectable)]
#[diesel(table_name = product_stats)]
struct StatsRow {
    rating_average_x100: i32,
    rating_count: i64,
    top_sale: bool,
    top_popular: bool,
}

impl From<StatsRow> for Stats {
    fn from(row: StatsRow) -> Self {
        Self {
            rating_average_x100: row.rating_average_x100,
            rating_count: row.rating_count,
            top_sale: row.top_sale,
            top_popular: row.top_popular,
        }
    }
}

/// The product of that id with all that its page shows, deleted ones too.
pub async fn find(conn: &mut Conn, id: ProductId) -> Result<Option<Listing>> {
    Ok(find_all(conn, &[id]).await?.pop())
}

/// These products in the order of `ids`; unknown ones are absent.
pub async fn find_all(conn: &mut Conn, ids: &[ProductId]) -> Result<Vec<Listing>> {
    let ids: Vec<Uuid> = ids.iter().map(|id| id.0).collect();
    let rows = products::table
        .inner_join(shops::table)
        .inner_join(product_stats::table)
        .filter(products::id.eq_any(&ids))
        .select((
            ProductRow::as_select(),
            ShopRow::as_select(),
            StatsRow::as_select(),
        ))
        .load::<(ProductRow, ShopRow, StatsRow)>(conn)
        .await?;
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let mut categories = categories_of(conn, &ids).await?;
    let mut offers: HashMap<Uuid, Vec<Offer>> = HashMap::new();
    for offer in variations::of_products(conn, &ids).await? {
        offers
            .entry(offer.variation.product_id.0)
            .or_default()
            .push(offer);
    }
    let mut listings = HashMap::new();
    for (product, shop, stats) in rows {
        let id = product.id;
        let listing = Listing {
            product: product.into_product(categories.remove(&id).unwrap_or_default())?,
            shop: Shop::from(shop),
            stats: stats.into(),
            offers: offers.remove(&id).unwrap_or_default(),
        };
        listings.insert(id, listing);
    }
    Ok(ids.iter().filter_map(|id| listings.remove(id)).collect())
}

async fn categories_of(conn: &mut Conn, ids: &[Uuid]) -> Result<HashMap<Uuid, Vec<CategoryId>>> {
    let rows: Vec<(Uuid, Uuid)> = product_categories::table
        .filter(product_categories::product_id.eq_any(ids))
        .order(product_categories::category_id)
        .load(conn)
        .await?;
    let mut found: HashMap<Uuid, Vec<CategoryId>> = HashMap::new();
    for (product, category) in rows {
        found.entry(product).or_default().push(CategoryId(category));
    }
    Ok(found)
}
