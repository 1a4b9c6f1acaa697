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
use crate::domain::{Action, KeptStep, ShopError, ShopStatus, StepActor};
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
    /// `owner`, `admin`, or `service`.
    #[schema(example = "admin")]
    actor: &'static str,
    /// The account that did it; null when the service did. Only administrators see which of them it was.
    #[schema(required)]
    actor_id: Option<Uuid>,
    /// Why.
    #[schema(required)]
    reason: Option<String>,
    /// When.
    at: DateTime<Utc>,
}

impl StepBody {
    /// A step of a shop of `owner_id`, as administrators or its owner see it.
    fn of(step: KeptStep, owner_id: Uuid, for_admin: bool) -> Self {
        let actor = step.actor(owner_id);
        Self {
            id: step.id,
            action: step.action,
            from: step.from,
            to: step.to,
            actor: actor.as_str(),
            actor_id: step.actor_id.filter(|_| for_admin || actor == StepActor::Owner),
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
    let for_admin = caller.is_admin();
    Ok(Json(
        Page::from_rows(steps, &page, |step| step.id)
            .map(|step| StepBody::of(step, shop.owner_id, for_admin)),
    ))
}
