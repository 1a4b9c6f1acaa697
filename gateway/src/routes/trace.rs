//! For operators: the story of an order.

use actix_web::Responder;
use actix_web::get;
use actix_web::http::header::CACHE_CONTROL;
use actix_web::web::Data;
use chrono::{DateTime, Utc};
use serde::Serialize;
use souk_http::{Json, Path, Refusals};
use utoipa::ToSchema;
use uuid::Uuid;

use super::refusals::OperatorRefusals;
use super::session::Operator;
use crate::flows::{self, Missing, Step, StepKind, Trace, Why};
use crate::{AppState, Result};

/// What happened to an order in all services, and what has not happened yet.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Trace)]
pub struct TraceBody {
    /// The order.
    order_id: Uuid,
    /// Its number for people.
    #[schema(example = "SK-7F3K-9Q2M")]
    number: String,
    /// Where it stands: `processing`, `shipped`, `completed` or `cancelled`.
    #[schema(example = "processing")]
    status: String,
    /// When it was placed.
    placed_at: DateTime<Utc>,
    /// Whether nothing is missing and everybody could be asked.
    complete: bool,
    /// Whether a part of it is older than the 14 days for which events are kept; nothing of that part is missing.
    expired: bool,
    /// What happened, oldest first.
    steps: Vec<StepBody>,
    /// What must have happened and has not.
    #[schema(example = json!([]))]
    missing: Vec<MissingBody>,
    /// Services that could not be asked just now.
    #[schema(example = json!([]))]
    unavailable: Vec<&'static str>,
}

/// Something that happened.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = TraceStep)]
pub struct StepBody {
    /// When.
    at: DateTime<Utc>,
    /// What kind of step.
    kind: StepKindBody,
    /// Where.
    #[schema(example = "cart-svc")]
    service: &'static str,
    /// An entry of the order's timeline, or the type of an event.
    #[schema(example = "order.created")]
    what: String,
    /// The event; `null` for an entry of the timeline.
    event_id: Option<Uuid>,
    /// The request or event that an event came of, where it was written.
    caused_by: Option<String>,
    /// The queue that an event came through, where it was handled or parked.
    #[schema(example = "cart-svc.orders")]
    queue: Option<&'static str>,
    /// How many milliseconds after the event was written.
    #[schema(example = 23)]
    lag_ms: Option<i64>,
    /// How many milliseconds after the order was placed; stock is reserved just before.
    #[schema(example = 31)]
    since_placed_ms: i64,
}

/// What kind of step.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[schema(as = TraceStepKind)]
#[serde(rename_all = "snake_case")]
pub enum StepKindBody {
    /// An entry of the order's timeline.
    Timeline,
    /// An event was decided.
    Written,
    /// The broker had it.
    Published,
    /// It took effect.
    Handled,
    /// It could not be handled.
    Parked,
}

/// Something that must have happened and has not.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = TraceMissing)]
pub struct MissingBody {
    /// Why.
    why: WhyBody,
    /// Whose turn it is.
    #[schema(example = "cart-svc")]
    service: &'static str,
    /// The type of the event.
    #[schema(example = "order.created")]
    what: String,
    /// The event; `null` when none was written.
    event_id: Option<Uuid>,
    /// The queue that it must come through; `null` when it is not published yet.
    #[schema(example = "cart-svc.orders")]
    queue: Option<&'static str>,
}

/// Why something has not happened.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[schema(as = TraceWhy)]
#[serde(rename_all = "snake_case")]
pub enum WhyBody {
    /// The timeline has it, and no event tells it.
    NotWritten,
    /// It was written, and the broker does not have it.
    NotPublished,
    /// The broker had it, and it did not take effect.
    NotHandled,
    /// It waits for an operator among the parked messages.
    Parked,
    /// The service that should tell could not be asked.
    Unavailable,
}

impl From<Trace> for TraceBody {
    fn from(trace: Trace) -> Self {
        Self {
            complete: trace.is_complete(),
            order_id: trace.order.id,
            number: trace.order.number,
            status: trace.order.status,
            placed_at: trace.order.created_at,
            expired: trace.expired,
            steps: trace.steps.into_iter().map(StepBody::from).collect(),
            missing: trace.missing.into_iter().map(MissingBody::from).collect(),
            unavailable: trace.unavailable,
        }
    }
}

impl From<Step> for StepBody {
    fn from(step: Step) -> Self {
        Self {
            at: step.at,
            kind: step.kind.into(),
            service: step.service,
            what: step.what,
            event_id: step.event_id,
            caused_by: step.caused_by,
            queue: step.queue,
            lag_ms: step.lag_ms,
            since_placed_ms: step.since_placed_ms,
        }
    }
}

impl From<StepKind> for StepKindBody {
    fn from(kind: StepKind) -> Self {
        match kind {
            StepKind::Timeline => Self::Timeline,
            StepKind::Written => Self::Written,
            StepKind::Published => Self::Published,
            StepKind::Handled => Self::Handled,
            StepKind::Parked => Self::Parked,
        }
    }
}

impl From<Missing> for MissingBody {
    fn from(missing: Missing) -> Self {
        Self {
            why: missing.why.into(),
            service: missing.service,
            what: missing.what,
            event_id: missing.event_id,
            queue: missing.queue,
        }
    }
}

impl From<Why> for WhyBody {
    fn from(why: Why) -> Self {
        match why {
            Why::NotWritten => Self::NotWritten,
            Why::NotPublished => Self::NotPublished,
            Why::NotHandled => Self::NotHandled,
            Why::Parked => Self::Parked,
            Why::Unavailable => Self::Unavailable,
        }
    }
}

/// Tell the story of an order.
///
/// Its timeline, the events that came of it in all services, when each was written, published and handled by every
/// queue that wants it, and which of that is still missing. A service that is away is named; without order-svc there
/// is no story.
///
/// Asked with the id of a request (`X-Request-ID`), it is the story of the order that the request placed or moved on,
/// within the 14 days for which events are kept; an hour where a client has made up an id that is no UUIDv7.
#[utoipa::path(tag = "operations", security(("bearer" = [])),
    params(("order" = String, Path, description = "Id or number of an order, or id of a request", max_length = 64, example = "SK-7F3K-9Q2M")),
    responses((status = 200, description = "The story so far", body = TraceBody), OperatorRefusals, Refusals))]
#[get("/ops/trace/{order}")]
pub async fn trace_order(
    state: Data<AppState>,
    Operator(operator): Operator,
    order: Path<String>,
) -> Result<impl Responder> {
    let trace = flows::trace_order(&state.services, operator, &order).await?;
    let body = Json(TraceBody::from(trace));
    Ok(body.customize().insert_header((CACHE_CONTROL, "no-store")))
}
