//! What services could not handle, for operators.

use actix_web::web::Data;
use actix_web::{delete, get, post};
use serde::{Deserialize, Serialize};
use souk_clients::parked::{
    ParkTypeBody, ParkedBody, ParkedCause, ParkedClient, ParkedCountBody, ParkedDetailBody, ParkedQuery,
    ParkedQueueBody, ParkedState, UnknownTypeBody,
};
use souk_http::{Cursor, Json, PageQuery, Path, Query, Refusals};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;
use validator::Validate;

use super::refusals::OperatorRefusals;
use super::session::Operator;
use crate::flows::Parked;
use crate::{AppState, Result};

/// Which parked messages to list.
#[derive(Debug, Deserialize, Validate, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ListParkedQuery {
    /// Of this queue.
    #[validate(length(min = 1, max = 100))]
    #[param(min_length = 1, max_length = 100, example = "search-svc.catalogue")]
    queue: Option<String>,
    /// Of this event type.
    #[serde(rename = "type")]
    #[validate(length(min = 1, max = 100))]
    #[param(min_length = 1, max_length = 100, example = "product.updated")]
    kind: Option<String>,
    /// That stand so; `parked` are those that wait for a decision.
    #[param(inline)]
    state: Option<ParkedState>,
    /// That were parked by this kind of failure.
    #[param(inline)]
    cause: Option<ParkedCause>,
}

/// Types of events that queues wait for.
#[derive(Debug, Serialize, ToSchema)]
pub struct UnknownTypeList {
    /// Oldest first.
    items: Vec<UnknownTypeBody>,
    /// Services that could not be asked just now.
    #[schema(example = json!([]))]
    unavailable: Vec<&'static str>,
}

/// A page of parked messages.
#[derive(Debug, Serialize, ToSchema)]
pub struct ParkedPage {
    /// Newest first.
    items: Vec<ParkedBody>,
    /// Pass it as `cursor` to get the next page; `null` on the last one.
    #[schema(required, example = json!(null))]
    next_cursor: Option<String>,
    /// Services that could not be asked just now; what they keep is not in the list.
    #[schema(example = json!([]))]
    unavailable: Vec<&'static str>,
}

/// List messages that could not be handled.
///
/// Of all services, newest first, also those that were replayed or dropped. Each is kept by the service that reads
/// its queue.
#[utoipa::path(tag = "operations", security(("bearer" = [])), params(ListParkedQuery, PageQuery),
    responses((status = 200, description = "A page", body = ParkedPage), OperatorRefusals, Refusals))]
#[get("/ops/parked")]
pub async fn list_parked(
    state: Data<AppState>,
    Operator(operator): Operator,
    query: Query<ListParkedQuery>,
    page: Query<PageQuery>,
) -> actix_web::Result<Json<ParkedPage>> {
    let after: Option<Uuid> = page.after()?;
    let query = query.into_inner();
    let wanted = ParkedQuery {
        queue: query.queue,
        kind: query.kind,
        state: query.state,
        cause: query.cause,
        after,
        limit: page.fetch(),
    };
    let mut found = Parked::new(&state.services, operator).list(&wanted).await?;
    let shown = usize::try_from(page.limit()).unwrap_or(1);
    let more = found.messages.len() > shown;
    found.messages.truncate(shown);
    let last = found.messages.last().filter(|_| more);
    Ok(Json(ParkedPage {
        next_cursor: last.map(|message| Cursor::encode(&message.id)),
        items: found.messages,
        unavailable: found.unavailable,
    }))
}

/// List event types that queues wait for.
///
/// A service that meets a type which only a newer version knows leaves its queue to that version, and the queue waits.
/// Types that are parked instead are listed too, until a version that knows them has come.
#[utoipa::path(tag = "operations", security(("bearer" = [])),
    responses((status = 200, description = "The types", body = UnknownTypeList), OperatorRefusals, Refusals))]
#[get("/ops/parked/types")]
pub async fn list_unknown_types(
    state: Data<AppState>,
    Operator(operator): Operator,
) -> Result<Json<UnknownTypeList>> {
    let found = Parked::new(&state.services, operator).unknown_types().await?;
    Ok(Json(UnknownTypeList {
        items: found.types,
        unavailable: found.unavailable,
    }))
}

/// Park an event type of a queue.
///
/// For a version that was taken back and stays so: the queue goes on, and messages of the type are parked, to be
/// replayed by `cause` when a version that knows the type has come. Repeating the call changes nothing.
#[utoipa::path(tag = "operations", security(("bearer" = [])), request_body = ParkTypeBody,
    responses((status = 200, description = "The type as it stands now", body = UnknownTypeBody),
        OperatorRefusals, Refusals))]
#[post("/ops/parked/types")]
pub async fn park_event_type(
    state: Data<AppState>,
    Operator(operator): Operator,
    body: Json<ParkTypeBody>,
) -> Result<Json<UnknownTypeBody>> {
    let parked = Parked::new(&state.services, operator);
    let ask = async |client: ParkedClient| client.park_type(&body).await;
    Ok(Json(parked.of_queue(&body.queue, ask).await?))
}

/// Show a parked message.
///
/// With what it says and who decided what about it.
#[utoipa::path(tag = "operations", security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "Id of the parked message")),
    responses((status = 200, description = "The message", body = ParkedDetailBody), OperatorRefusals, Refusals))]
#[get("/ops/parked/{id}")]
pub async fn get_parked(
    state: Data<AppState>,
    Operator(operator): Operator,
    id: Path<Uuid>,
) -> Result<Json<ParkedDetailBody>> {
    let parked = Parked::new(&state.services, operator);
    let found = parked.find(async |client| client.get(*id).await).await?;
    Ok(Json(found))
}

/// Replay a parked message.
///
/// It goes to the queue that it came from and to no other. Asking twice is one replay; what fails again is parked
/// again.
#[utoipa::path(tag = "operations", security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "Id of the parked message")),
    responses((status = 200, description = "The message as it stands now", body = ParkedBody),
        OperatorRefusals, Refusals))]
#[post("/ops/parked/{id}/replay")]
pub async fn replay_parked(
    state: Data<AppState>,
    Operator(operator): Operator,
    id: Path<Uuid>,
) -> Result<Json<ParkedBody>> {
    let parked = Parked::new(&state.services, operator);
    let replayed = parked.find(async |client| client.replay(*id).await).await?;
    Ok(Json(replayed))
}

/// Replay everything that waits of a queue, or what one kind of failure parked.
#[utoipa::path(tag = "operations", security(("bearer" = [])), request_body = ParkedQueueBody,
    responses((status = 200, description = "How many messages are on their way", body = ParkedCountBody),
        OperatorRefusals, Refusals))]
#[post("/ops/parked/replay")]
pub async fn replay_parked_queue(
    state: Data<AppState>,
    Operator(operator): Operator,
    body: Json<ParkedQueueBody>,
) -> Result<Json<ParkedCountBody>> {
    let parked = Parked::new(&state.services, operator);
    let ask = async |client: ParkedClient| client.replay_all(&body).await;
    Ok(Json(parked.of_queue(&body.queue, ask).await?))
}

/// Drop everything that waits of a queue, or what one kind of failure parked.
#[utoipa::path(tag = "operations", security(("bearer" = [])), request_body = ParkedQueueBody,
    responses((status = 200, description = "How many messages were dropped", body = ParkedCountBody),
        OperatorRefusals, Refusals))]
#[post("/ops/parked/drop")]
pub async fn drop_parked_queue(
    state: Data<AppState>,
    Operator(operator): Operator,
    body: Json<ParkedQueueBody>,
) -> Result<Json<ParkedCountBody>> {
    let parked = Parked::new(&state.services, operator);
    let ask = async |client: ParkedClient| client.give_all_up(&body).await;
    Ok(Json(parked.of_queue(&body.queue, ask).await?))
}

/// Drop a parked message.
///
/// It will not be handled. It stays in the list, as dropped.
#[utoipa::path(tag = "operations", security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "Id of the parked message")),
    responses((status = 200, description = "The message as it stands now", body = ParkedBody),
        OperatorRefusals, Refusals))]
#[delete("/ops/parked/{id}")]
pub async fn drop_parked(
    state: Data<AppState>,
    Operator(operator): Operator,
    id: Path<Uuid>,
) -> Result<Json<ParkedBody>> {
    let parked = Parked::new(&state.services, operator);
    let dropped = parked.find(async |client| client.give_up(*id).await).await?;
    Ok(Json(dropped))
}
