//! The history of a shop.

use actix_web::get;
use actix_web::web::Data;
use chrono::{DateTime, Utc};
use serde::Serialize;
use souk_auth::Caller;
use souk_contracts::OpenEnum;
use souk_http::{Json, Page, PageQuery, Path, Query, Refusals};
use utoipa::ToSchema;
use uuid::Uuid;

use super::bodies::{ShopStatusBody, viewer};
use crate::domain::{Action, KeptStep, ShopError, ShopStatus};
use crate::{AppState, Error, store};

/// One step of a shop's history.
#[derive(Debug, Serialize, ToSchema)]
pub struct StepBody {
    /// Id.
    id: Uuid,
    /// `applied`, `approved`, `rejected`, `resubmitted`, `suspended`, `reinstated`, `verified` or `closed`.
    #[schema(value_type = String, example = "rejected")]
    action: OpenEnum<Action>,
    /// Where the shop stood; null for the application itself.
    #[schema(required, value_type = Option<ShopStatusBody>)]
    from: Option<OpenEnum<ShopStatus>>,
    /// Where it stood after.
    #[schema(value_type = ShopStatusBody)]
    to: OpenEnum<ShopStatus>,
    /// Who did it; null when the service did.
    #[schema(required)]
    actor_id: Option<Uuid>,
    /// Why.
    #[schema(required)]
    reason: Option<String>,
    /// When.
    at: DateTime<Utc>,
}

impl From<KeptStep> for StepBody {
    fn from(step: KeptStep) -> Self {
        Self {
            id: step.id,
            action: step.action,
            from: step.from,
            to: step.to,
            actor_id: step.actor_id,
            reason: step.reason,
            at: step.at,
        }
    }
}

/// Read a shop's history.
///
/// From the first step to the last, for its owner and administrators.
#[utoipa::path(tag = "shop approval", security(("bearer" = [])),
    params(("shop_id" = Uuid, Path, description = "The shop"), PageQuery),
    responses((status = 200, description = "A page", body = Page<StepBody>), Refusals))]
#[get("/shops/{shop_id}/history")]
pub async fn list_shop_history(
    state: Data<AppState>,
    caller: Caller,
    shop_id: Path<Uuid>,
    page: Query<PageQuery>,
) -> actix_web::Result<Json<Page<StepBody>>> {
    let after = page.after::<Uuid>()?;
    let mut conn = state.db.conn().await.map_err(Error::from)?;
    let shop = store::shops::find(&mut conn, shop_id.0)
        .await?
        .ok_or(Error::from(ShopError::NotFound))?;
    shop.run_by(viewer(Some(&caller))).map_err(Error::from)?;
    let steps = store::history::list(&mut conn, shop.id, after, page.fetch()).await?;
    Ok(Json(
        Page::from_rows(steps, &page, |step| step.id).map(StepBody::from),
    ))
}
