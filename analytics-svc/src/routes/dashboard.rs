//! What a shop's owner sees.

use actix_web::get;
use actix_web::web::Data;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use souk_auth::Caller;
use souk_http::{Json, Path, Query, Refusals};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::period::{PeriodBody, PeriodParams};
use crate::domain::{Day, Revenue, ShopId, Summary, UserId, daily, summary};
use crate::store::reports::TopProduct;
use crate::{AppState, Result, flows, store};

/// Products in a top list.
const TOP: i64 = 10;

/// The shop in the path.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct ShopPath {
    /// The shop.
    shop_id: Uuid,
}

/// A shop's figures. Amounts are minor units of `currency` where none stands beside them.
#[derive(Debug, Serialize, ToSchema)]
pub struct DashboardBody {
    /// The shop.
    shop_id: Uuid,
    /// The days covered.
    period: PeriodBody,
    /// The currency of plain amounts.
    #[schema(example = "AZN")]
    currency: String,
    /// The period as a whole.
    summary: SummaryBody,
    /// As many days right before it.
    previous: SummaryBody,
    /// The best sold products: by revenue, then by id.
    top_products: Vec<TopProductBody>,
    /// Every day of the period, those without sales too.
    daily: Vec<DayBody>,
}

/// The sums of a period.
#[derive(Debug, Serialize, ToSchema)]
pub struct SummaryBody {
    /// Ordered and not cancelled.
    #[schema(example = 129_900)]
    revenue_booked: i64,
    /// Delivered.
    #[schema(example = 99_000)]
    revenue_settled: i64,
    /// Orders with at least one item that was not cancelled, in any currency.
    #[schema(example = 42)]
    orders: i64,
    /// Pieces ordered and not cancelled, in any currency.
    #[schema(example = 97)]
    units_sold: i64,
    /// Booked revenue by order, rounded to the minor unit.
    #[schema(example = 3093)]
    average_order_value: i64,
    /// Different visitors of the shop and its products.
    #[schema(example = 1200)]
    visitors: i64,
    /// Orders by visitors; 0 without visitors.
    #[schema(example = 0.035)]
    conversion_rate: f64,
    /// The money by currency.
    revenue: Vec<ShopRevenueBody>,
}

/// The money of a period in one currency.
#[derive(Debug, Serialize, ToSchema)]
pub struct ShopRevenueBody {
    /// ISO 4217 code.
    #[schema(example = "AZN")]
    currency: String,
    /// Ordered and not cancelled, in minor units.
    booked: i64,
    /// Delivered, in minor units.
    settled: i64,
    /// Orders in this currency.
    orders: i64,
    /// Booked by order, in minor units.
    average_order_value: i64,
}

/// A product among the best sold.
#[derive(Debug, Serialize, ToSchema)]
pub struct TopProductBody {
    /// The product.
    product_id: Uuid,
    /// Its title.
    title: Option<String>,
    /// Pieces ordered and not cancelled.
    units_sold: i64,
    /// Orders with it.
    orders: i64,
    /// Booked revenue.
    revenue: i64,
}

/// One day.
#[derive(Debug, Serialize, ToSchema)]
pub struct DayBody {
    /// The day in the period's time zone.
    date: NaiveDate,
    /// Booked revenue.
    revenue: i64,
    /// Orders.
    orders: i64,
    /// Pieces.
    units: i64,
}

impl From<Summary> for SummaryBody {
    fn from(summary: Summary) -> Self {
        Self {
            revenue_booked: summary.revenue_booked,
            revenue_settled: summary.revenue_settled,
            orders: summary.orders,
            units_sold: summary.units_sold,
            average_order_value: summary.average_order_value,
            visitors: summary.visitors,
            conversion_rate: summary.conversion_rate,
            revenue: summary.revenue.into_iter().map(Revenue::into).collect(),
        }
    }
}

impl From<Revenue> for ShopRevenueBody {
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
            booked,
            settled,
            orders,
            average_order_value,
        }
    }
}

impl From<TopProduct> for TopProductBody {
    fn from(top: TopProduct) -> Self {
        let TopProduct {
            product_id,
            title,
            units,
            orders,
            revenue,
            ..
        } = top;
        Self {
            product_id,
            title,
            units_sold: units,
            orders,
            revenue,
        }
    }
}

impl From<Day> for DayBody {
    fn from(day: Day) -> Self {
        let Day {
            date,
            revenue,
            orders,
            units,
        } = day;
        Self {
            date,
            revenue,
            orders,
            units,
        }
    }
}

/// Read a shop's dashboard.
///
/// For the shop's owner and admins. Revenue is booked on the day of the order and settled on the day of delivery;
/// a cancelled item is taken out of the day it was ordered on.
#[utoipa::path(tag = "analytics", security(("bearer" = [])), params(ShopPath, PeriodParams),
    responses((status = 200, body = DashboardBody), Refusals))]
#[get("/analytics/shops/{shop_id}/dashboard")]
pub async fn get_dashboard(
    state: Data<AppState>,
    caller: Caller,
    path: Path<ShopPath>,
    params: Query<PeriodParams>,
) -> Result<Json<DashboardBody>> {
    let (shop_id, period) = (ShopId(path.shop_id), params.period()?);
    flows::authorise(
        &state.db,
        &state.shops,
        shop_id,
        UserId(caller.user_id),
        caller.is_admin(),
    )
    .await?;

    let (before, start, end) = (period.previous().start(), period.start(), period.end());
    let main = state.currency.as_str();
    let mut conn = state.db.conn().await?;
    let sums = store::reports::shop_days(&mut conn, shop_id, &period).await?;
    let visitors = store::visits::count(&mut conn, shop_id, before, start, end).await?;
    let top = store::reports::top_products(&mut conn, Some(shop_id), &period, main, TOP).await?;

    let (now, earlier): (Vec<_>, Vec<_>) = sums.into_iter().partition(|sums| sums.day >= 0);
    Ok(Json(DashboardBody {
        shop_id: path.shop_id,
        period: (&period).into(),
        currency: main.to_owned(),
        summary: summary(&now, main, visitors.now).into(),
        previous: summary(&earlier, main, visitors.before).into(),
        top_products: top.into_iter().map(TopProduct::into).collect(),
        daily: daily(&period, &now, main).into_iter().map(Day::into).collect(),
    }))
}
