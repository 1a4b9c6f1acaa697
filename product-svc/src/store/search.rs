//! Lists of products: filtered, sorted and cut by key, so that pages stay stable while products are added.

use diesel::dsl::{InnerJoin, IntoBoxed};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use souk_db::{Conn, containing};
use uuid::Uuid;

use super::schema::{categories, product_categories, product_stats, products, shops, stock, variations};
use crate::Result;
use crate::domain::{Filter, Key, ProductId, ShopStatus, Sort};

type Source = InnerJoin<InnerJoin<products::table, shops::table>, product_stats::table>;
type Columns = (
    products::id,
    products::price_from,
    product_stats::rating_average_x100,
    product_stats::popularity,
);
type Search<'a> = IntoBoxed<'a, diesel::dsl::Select<Source, Columns>, Pg>;

/// The products that fit, with their places in the list. With words, for [`souk_db::Db::plan_by_value`].
pub async fn find(conn: &mut Conn, filter: &Filter) -> Result<Vec<(ProductId, Key)>> {
    let query = products::table
        .inner_join(shops::table)
        .inner_join(product_stats::table)
        .filter(products::archived_at.is_null())
        .select((
            products::id,
            products::price_from,
            product_stats::rating_average_x100,
            product_stats::popularity,
        ))
        .limit(filter.limit)
        .into_boxed();
    let query = sorted(narrowed(query, filter), filter);
    let rows: Vec<(Uuid, Option<i64>, i32, i64)> = query.load(conn).await?;
    let place = |(id, price, rating, popularity): (Uuid, Option<i64>, i32, i64)| {
        let value = match filter.sort {
            Sort::Newest => 0,
            Sort::PriceUp | Sort::PriceDown => price.unwrap_or_default(),
            Sort::Rating => i64::from(rating),
            Sort::Popular => popularity,
        };
        (
            ProductId(id),
            Key {
                sort: filter.sort,
                value,
                id,
            },
        )
    };
    Ok(rows.into_iter().map(place).collect())
}

fn narrowed<'a>(mut query: Search<'a>, filter: &'a Filter) -> Search<'a> {
    if !filter.with_hidden {
        query = query
            .filter(products::is_active)
            .filter(shops::status.eq(ShopStatus::Approved.as_str()));
    }
    if let Some(shop) = filter.shop_id {
        query = query.filter(products::shop_id.eq(shop.0));
    }
    if let Some(category) = filter.category {
        let below = product_categories::table
            .inner_join(categories::table)
            .filter(categories::path.contains(vec![category.0]))
            .select(product_categories::product_id);
        query = query.filter(products::id.eq_any(below));
    }
    for word in &filter.words {
        let pattern = containing(word);
        query = query.filter(
            products::title
                .ilike(pattern.clone())
                .or(products::sku.ilike(pattern)),
        );
    }
    if filter.on_sale {
        query = query.filter(products::on_sale);
    }
    if filter.in_stock || filter.min_price.is_some() || filter.max_price.is_some() {
        query = query.filter(products::id.eq_any(offered(filter)));
    }
    query
}

/// The products of which one variation has such a price and is there, if that is asked for.
fn offered(
    filter: &Filter,
) -> IntoBoxed<'_, diesel::dsl::Select<InnerJoin<variations::table, stock::table>, variations::product_id>, Pg>
{
    let mut offered = variations::table
        .inner_join(stock::table)
        .select(variations::product_id)
        .into_boxed()
        .filter(variations::archived_at.is_null());
    if let Some(price) = filter.min_price {
        offered = offered.filter(variations::price.ge(price));
    }
    if let Some(price) = filter.max_price {
        offered = offered.filter(variations::price.le(price));
    }
    if filter.in_stock {
        offered = offered.filter(stock::available.gt(0));
    }
    offered
}

fn sorted<'a>(query: Search<'a>, filter: &Filter) -> Search<'a> {
    let after = filter.after.map(|key| (key.value, key.id));
    match filter.sort {
        Sort::Newest => {
            let query = query.order(products::id.desc());
            match after {
                Some((_, id)) => query.filter(products::id.lt(id)),
                None => query,
            }
        }
        Sort::PriceUp => cheapest_first(query.filter(products::price_from.is_not_null()), after),
        Sort::PriceDown => dearest_first(query.filter(products::price_from.is_not_null()), after),
        Sort::Rating => best_first(query, after),
        Sort::Popular => most_sought_first(query, after),
    }
}

fn cheapest_first(query: Search<'_>, after: Option<(i64, Uuid)>) -> Search<'_> {
    let query = query.order((products::price_from.asc(), products::id.asc()));
    let Some((price, id)) = after else { return query };
    let same_price = products::price_from.eq(price).and(products::id.nullable().gt(id));
    query.filter(products::price_from.gt(price).or(same_price))
}

fn dearest_first(query: Search<'_>, after: Option<(i64, Uuid)>) -> Search<'_> {
    let query = query.order((products::price_from.desc(), products::id.desc()));
    let Some((price, id)) = after else { return query };
    let same_price = products::price_from.eq(price).and(products::id.nullable().lt(id));
    query.filter(products::price_from.lt(price).or(same_price))
}

fn best_first(query: Search<'_>, after: Option<(i64, Uuid)>) -> Search<'_> {
    let query = query.order((product_stats::rating_average_x100.desc(), products::id.desc()));
    let Some((rating, id)) = after else { return query };
    let rating = i32::try_from(rating).unwrap_or(i32::MAX);
    let same_rating = product_stats::rating_average_x100
        .eq(rating)
        .and(products::id.lt(id));
    query.filter(product_stats::rating_average_x100.lt(rating).or(same_rating))
}

fn most_sought_first(query: Search<'_>, after: Option<(i64, Uuid)>) -> Search<'_> {
    let query = query.order((product_stats::popularity.desc(), products::id.desc()));
    let Some((popularity, id)) = after else {
        return query;
    };
    let as_popular = product_stats::popularity.eq(popularity).and(products::id.lt(id));
    query.filter(product_stats::popularity.lt(popularity).or(as_popular))
}
