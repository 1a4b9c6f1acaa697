//! Where is my parcel, for those who are not logged in.

use actix_web::Responder;
use actix_web::get;
use actix_web::http::header::CACHE_CONTROL;
use actix_web::web::Data;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use souk_contracts::OpenEnum;
use souk_http::{Json, Path, Query, Refusals};
use utoipa::{IntoParams, ToSchema};
use validator::Validate;

use super::refusals::TrackingRefusals;
use crate::domain::{ItemStatus, OrderError, Parcel, What};
use crate::{AppState, Result, store};

/// Whose parcel it is.
#[derive(Deserialize, Validate, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct TrackingQuery {
    /// The e-mail address of the customer who ordered it.
    #[validate(length(min = 1, max = 254))]
    #[param(min_length = 1, max_length = 254, example = "aygun@example.org")]
    email: String,
}

/// What is known of a tracking number.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Tracking)]
pub struct TrackingBody {
    /// The number.
    #[schema(example = "AZ123456789")]
    tracking_number: String,
    /// What left under it, newest order first; seldom more than one.
    parcels: Vec<ParcelBody>,
}

/// What left together.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Parcel)]
pub struct ParcelBody {
    /// The order's number.
    #[schema(example = "SK-7F3K-9Q2M")]
    order_number: String,
    /// Who carries it.
    #[schema(required, example = "Azerpost")]
    carrier: Option<String>,
    /// `shipped`, `delivered` when all of it has arrived, or `cancelled` when it was lost.
    #[schema(value_type = ItemStatus)]
    status: OpenEnum<ItemStatus>,
    /// What is in it.
    items: Vec<ParcelItemBody>,
    /// What happened to it, oldest first.
    history: Vec<ParcelStepBody>,
}

/// Something in a parcel.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ParcelItem)]
pub struct ParcelItemBody {
    /// The product's title when it was ordered.
    #[schema(example = "Weekend bag")]
    title: String,
    /// How many.
    #[schema(minimum = 1, maximum = 999, example = 2)]
    quantity: i32,
    /// Where it stands.
    #[schema(value_type = ItemStatus)]
    status: OpenEnum<ItemStatus>,
}

/// A step of a parcel.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ParcelStep)]
pub struct ParcelStepBody {
    /// When.
    at: DateTime<Utc>,
    /// `item_shipped`, `item_delivered` or `item_cancelled`.
    #[schema(example = "item_shipped")]
    what: String,
}

impl From<Parcel> for ParcelBody {
    fn from(parcel: Parcel) -> Self {
        let items = parcel.items.into_iter().map(|item| ParcelItemBody {
            title: item.title,
            quantity: item.quantity,
            status: item.status,
        });
        let step = |(at, what): (DateTime<Utc>, OpenEnum<What>)| ParcelStepBody {
            at,
            what: what.as_str().to_owned(),
        };
        Self {
            order_number: parcel.order_number,
            carrier: parcel.carrier,
            status: parcel.status,
            items: items.collect(),
            history: parcel.steps.into_iter().map(step).collect(),
        }
    }
}

/// Track a parcel.
///
/// For everybody who knows its number and the e-mail address of the customer; a wrong address and an unknown number
/// are answered alike.
#[utoipa::path(tag = "orders",
    params(("tracking_number" = String, Path, min_length = 1, max_length = 100, example = "AZ123456789",
        description = "The carrier's number"), TrackingQuery),
    responses((status = 200, body = TrackingBody), TrackingRefusals, Refusals))]
#[get("/tracking/{tracking_number}")]
pub async fn track_parcel(
    state: Data<AppState>,
    tracking_number: Path<String>,
    query: Query<TrackingQuery>,
) -> Result<impl Responder> {
    let number = tracking_number.into_inner();
    // The same work for an unknown address as for a known one: how long the answer takes must not tell them apart.
    let customer = state.users.find_by_email(&query.email).await?;
    let user_id = customer.unwrap_or_default();
    let mut conn = state.db.conn().await?;
    let orders = store::orders::shipped_as(&mut conn, &number, user_id).await?;
    let ids: Vec<_> = orders.iter().map(|order| order.id).collect();
    let mut stories = store::timeline::of_all(&mut conn, &ids).await?;
    let parcels: Vec<ParcelBody> = orders
        .iter()
        .flat_map(|order| {
            let story = stories.remove(&order.id).unwrap_or_default();
            Parcel::of(order, &number, &story)
        })
        .map(ParcelBody::from)
        .collect();
    if parcels.is_empty() {
        return Err(OrderError::NotFound.into());
    }
    let body = Json(TrackingBody {
        tracking_number: number,
        parcels,
    });
    Ok(body.customize().insert_header((CACHE_CONTROL, "no-store")))
}
