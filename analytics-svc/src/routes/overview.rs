//! What an operator sees of the whole market.

use actix_web::get;
use actix_web::web::Data;
use serde::Serialize;
use souk_auth::Admin;
use souk_http::{Json, Query, Refusals};
use utoipa::ToSchema;
use uuid::Uuid;

use super::period::{PeriodBody, PeriodParams};
use crate::domain::{Revenue, summary};
use crate::store::reports::{TopProduct, TopShop};
use crate::{AppState, Result, store};

/// Entries of a top list.
const TOP: i64 = 10;
/// Entries of the list by product and shop.
const MANY: i64 = 100;

/// The market's figures. Amounts are minor units of `currency` where none stands beside them.
#[derive(Debug, Serialize, ToSchema)]
pub struct OverviewBody {
    /// The days covered.
    period: PeriodBody,
    /// The currency of plain amounts.
    #[schema(example = "AZN")]
    currency: String,
    /// Pieces ordered and not cancelled.
    #[schema(example = 970)]
    quantity_sold: i64,
    /// Orders with at least one item that was not cancelled.
    #[schema(example = 420)]
    sales: i64,
    /// The money by currency, that of `currency` first.
    revenue: Vec<RevenueBody>,
    /// Booked revenue by order in `currency`, rounded to the minor unit.
    #[schema(example = 3093)]
    average_order_value: i64,
    /// The shops that sell most: by revenue, then by id.
    top_shops: Vec<TopShopBody>,
    /// The best sold products: by revenue, then by id.
    top_products: Vec<ProductSalesBody>,
    /// The hundred best sold products with their shops, in the same order.
    by_product_and_shop: Vec<ProductSalesBody>,
}

/// The market's money in one currency.
#[derive(Debug, Serialize, ToSchema)]
pub struct RevenueBody {
    /// ISO 4217 code.
    #[schema(example = "AZN")]
    currency: String,
    /// Booked: ordered and not cancelled, in minor units.
    #[schema(example = 1_299_000)]
    amount: i64,
    /// Settled: delivered, in minor units.
    settled: i64,
    /// Orders in this currency.
    orders: i64,
    /// Booked by order, in minor units.
    average_order_value: i64,
}

/// A shop among those that sell most.
#[derive(Debug, Serialize, ToSchema)]
pub struct TopShopBody {
    /// The shop.
    shop_id: Uuid,
    /// Its name.
    name: Option<String>,
    /// Pieces ordered and not cancelled.
    quantity_sold: i64,
    /// Orders with something from it.
    orders: i64,
    /// Booked revenue.
    revenue: i64,
}

/// A product's sales.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ProductSalesBody {
    /// The product.
    product_id: Uuid,
    /// Its title.
    title: Option<String>,
    /// The shop that sells it.
    shop_id: Uuid,
    /// The shop's name.
    shop_name: Option<String>,
    /// Pieces ordered and not cancelled.
    quantity_sold: i64,
    /// Orders with it.
    orders: i64,
    /// Booked revenue.
    revenue: i64,
}

impl From<Revenue> for RevenueBody {
    fn from(revenue: Revenue) -> Self {
        let Revenue {
            currency,
            booked,
            settled,
            orders,
            average_order_value,
        } = revenue;
        Self {
            currency,
            amount: booked,
            settled,
            orders,
            average_order_value,
        }
    }
}

impl From<TopShop> for TopShopBody {
    fn from(top: TopShop) -> Self {
        let TopShop {
            shop_id,
            name,
            units,
            orders,
            revenue,
        } = top;
        Self {
            shop_id,
            name,
            quantity_sold: units,
            orders,
            revenue,
        }
    }
}

impl From<TopProduct> for ProductSalesBody {
    fn from(top: TopProduct) -> Self {
        let TopProduct {
            product_id,
            title,
            shop_id,
            shop_name,
            units,
            orders,
            revenue,
        } = top;
        Self {
            product_id,
            title,
            shop_id,
            shop_name,
            quantity_sold: units,
            orders,
            revenue,
        }
    }
}

/// Read the figures of the whole market.
///
/// For admins.
#[utoipa::path(tag = "analytics", security(("bearer" = [])), params(PeriodParams),
    responses((status = 200, body = OverviewBody), Refusals))]
#[get("/analytics/overview")]
pub async fn get_overview(
    state: Data<AppState>,
    _admin: Admin,
    params: Query<PeriodParams>,
) -> Result<Json<OverviewBody>> {
    let (period, main) = (params.period()?, state.currency.as_str());
    let mut conn = state.db.conn().await?;
    let sums = store::reports::market(&mut conn, &period).await?;
    let shops = store::reports::top_shops(&mut conn, &period, main, TOP).await?;
    let products = store::reports::top_products(&mut conn, None, &period, main, MANY).await?;

    let whole = summary(&sums, main, 0);
    let products: Vec<ProductSalesBody> = products.into_iter().map(TopProduct::into).collect();
    let top = products
        .iter()
        .zip(0..TOP)
        .map(|(product, _)| product.clone())
        .collect();
    Ok(Json(OverviewBody {
        period: (&period).into(),
        currency: main.to_owned(),
        quantity_sold: whole.units_sold,
        sales: whole.orders,
        average_order_value: whole.average_order_value,
        revenue: whole.revenue.into_iter().map(Revenue::into).collect(),
        top_shops: shops.into_iter().map(TopShop::into).collect(),
        top_products: top,
        by_product_and_shop: products,
    }))
}
