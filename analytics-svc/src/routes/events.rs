//! The event log.

use actix_web::get;
use actix_web::web::Data;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use souk_auth::Admin;
use souk_http::{Json, Page, PageQuery, Query, Refusals};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;
use validator::Validate;

use super::period::bound;
use crate::domain::{Bound, LoggedEvent, PeriodError};
use crate::store::events::{EventFilter, Place};
use crate::{AppState, Result, store};

/// Which events.
#[derive(Debug, Deserialize, Validate, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct EventParams {
    /// Of this type only.
    #[serde(rename = "type")]
    #[validate(length(min = 1, max = 100))]
    #[param(min_length = 1, max_length = 100, example = "order.created")]
    kind: Option<String>,
    /// About this account only: the customer or visitor, or the owner of the shop it is about.
    user_id: Option<Uuid>,
    /// About this shop only.
    shop_id: Option<Uuid>,
    /// From this time on, or from the beginning of this day in UTC.
    #[validate(length(max = 40))]
    #[param(max_length = 40, example = "2026-03-01T00:00:00Z")]
    from: Option<String>,
    /// Before this time, or up to the end of this day in UTC.
    #[validate(length(max = 40))]
    #[param(max_length = 40, example = "2026-03-31")]
    to: Option<String>,
}

/// An event as it was told.
#[derive(Debug, Serialize, ToSchema)]
pub struct EventBody {
    /// Its id.
    id: Uuid,
    /// Its type.
    #[serde(rename = "type")]
    #[schema(example = "order.created")]
    kind: String,
    /// Who told it.
    #[schema(example = "/order-svc")]
    source: String,
    /// The id of the thing it is about.
    subject: String,
    /// When it happened.
    time: DateTime<Utc>,
    /// The account it is about; none once the account is erased.
    user_id: Option<Uuid>,
    /// The shop it is about.
    shop_id: Option<Uuid>,
    /// The request that began it all.
    correlation_id: Option<String>,
    /// The event or request just before.
    causation_id: Option<String>,
    /// Its payload.
    #[schema(value_type = Object)]
    data: Value,
}

impl From<LoggedEvent> for EventBody {
    fn from(event: LoggedEvent) -> Self {
        Self {
            id: event.id,
            kind: event.kind,
            source: event.source,
            subject: event.subject,
            time: event.time,
            user_id: event.user_id.map(|id| id.0),
            shop_id: event.shop_id.map(|id| id.0),
            correlation_id: event.correlation_id,
            causation_id: event.causation_id,
            data: event.data,
        }
    }
}

impl EventParams {
    fn filter(&self) -> Result<EventFilter> {
        let (from, to) = (
            bound("from", self.from.as_deref())?,
            bound("to", self.to.as_deref())?,
        );
        if from.zip(to).is_some_and(|(from, to)| from.is_after(to)) {
            return Err(PeriodError::Reversed.into());
        }
        Ok(EventFilter {
            kind: self.kind.clone(),
            user_id: self.user_id,
            shop_id: self.shop_id,
            from: from.map(Bound::start),
            until: to.map(Bound::end),
        })
    }
}

/// List events.
///
/// For admins. The newest come first.
#[utoipa::path(tag = "analytics", security(("bearer" = [])), params(EventParams, PageQuery),
    responses((status = 200, body = Page<EventBody>), Refusals))]
#[get("/analytics/events")]
pub async fn list_events(
    state: Data<AppState>,
    _admin: Admin,
    params: Query<EventParams>,
    page: Query<PageQuery>,
) -> actix_web::Result<Json<Page<EventBody>>> {
    let (filter, after) = (params.filter()?, page.after()?);
    let events = read(&state, filter, after, page.fetch()).await?;
    let page = Page::from_rows(events, &page, |event| (event.time, event.id));
    Ok(Json(page.map(LoggedEvent::into)))
}

async fn read(
    state: &AppState,
    filter: EventFilter,
    after: Option<Place>,
    limit: i64,
) -> Result<Vec<LoggedEvent>> {
    let mut conn = state.db.conn().await?;
    Ok(store::events::page(&mut conn, filter, after, limit).await?)
}
