//! The routes by which operators look at what a service could not handle, and decide about it.

use actix_web::http::StatusCode;
use actix_web::web::{self, Data};
use actix_web::{HttpResponse, ResponseError};
use souk_auth::{Admin, Peer};
use souk_clients::parked::{
    ParkTypeBody, ParkedBody, ParkedCause, ParkedCountBody, ParkedDecisionBody, ParkedDetailBody,
    ParkedQuery, ParkedQueueBody, ParkedState, UnknownTypeBody,
};
use souk_contracts::OpenEnum;
use souk_db::{Db, DbError};
use souk_http::{Json, Path, Problem, Query};
use souk_outbox::{
    ParkedCause as Cause, ParkedDecision, ParkedError, ParkedFilter, ParkedMessage, ParkedState as State,
    UnknownType, audit_of_parked, drop_all_parked, drop_parked, find_parked, list_parked, list_unknown_types,
    park_unknown_type, replay_all_parked, replay_parked,
};
use uuid::Uuid;

use crate::database_problem;

/// The database whose parked messages these routes are about.
pub(crate) struct Parked(pub Db);

/// The routes at the root, which the gateway never passes on.
pub(crate) fn configure(app: &mut web::ServiceConfig) {
    app.route("/internal/parked", web::get().to(list))
        .route("/internal/parked/replay", web::post().to(replay_all))
        .route("/internal/parked/drop", web::post().to(give_all_up))
        .route("/internal/parked/types", web::get().to(list_types))
        .route("/internal/parked/types", web::post().to(park_type))
        .route("/internal/parked/{id}", web::get().to(get))
        .route("/internal/parked/{id}", web::delete().to(give_up))
        .route("/internal/parked/{id}/replay", web::post().to(replay));
}

#[derive(Debug, thiserror::Error)]
#[error(transparent)]
struct Error(#[from] ParkedError);

impl From<DbError> for Error {
    fn from(error: DbError) -> Self {
        Self(error.into())
    }
}

impl From<&Error> for Problem {
    fn from(Error(error): &Error) -> Self {
        match error {
            ParkedError::NotFound => Self::not_found(),
            ParkedError::Settled(_) => {
                Self::conflict("already-settled", "It was decided otherwise before").detail(error.to_string())
            }
            ParkedError::NoReader(_) => Self::conflict(
                "queue-not-read",
                "No version of the service reads this queue any more",
            )
            .detail(error.to_string()),
            ParkedError::NotAwaited => {
                Self::conflict("type-not-awaited", "The queue does not wait for this type")
            }
            ParkedError::Db(error) => database_problem(error),
        }
    }
}

impl ResponseError for Error {
    fn status_code(&self) -> StatusCode {
        Problem::from(self).status()
    }

    fn error_response(&self) -> HttpResponse {
        Problem::from(self).error_response()
    }
}

async fn list(
    parked: Data<Parked>,
    _: Peer,
    _: Admin,
    query: Query<ParkedQuery>,
) -> Result<Json<Vec<ParkedBody>>, Error> {
    let query = query.into_inner();
    let filter = ParkedFilter {
        queue: query.queue,
        kind: query.kind,
        state: query.state.map(named),
        cause: query.cause.map(cause),
        after: query.after,
    };
    let mut conn = parked.0.conn().await?;
    let found = list_parked(&mut conn, &filter, query.limit).await?;
    Ok(Json(found.into_iter().map(body).collect()))
}

async fn get(
    parked: Data<Parked>,
    _: Peer,
    _: Admin,
    id: Path<Uuid>,
) -> Result<Json<ParkedDetailBody>, Error> {
    let mut conn = parked.0.conn().await?;
    let mut message = find_parked(&mut conn, *id).await?.ok_or(ParkedError::NotFound)?;
    let audit = audit_of_parked(&mut conn, *id).await?;
    let payload = std::mem::take(&mut message.payload);
    Ok(Json(ParkedDetailBody {
        message: body(message),
        payload: String::from_utf8_lossy(&payload).into_owned(),
        audit: audit.into_iter().map(decision).collect(),
    }))
}

async fn replay(
    parked: Data<Parked>,
    _: Peer,
    Admin(operator): Admin,
    id: Path<Uuid>,
) -> Result<Json<ParkedBody>, Error> {
    let message = parked
        .0
        .transaction(async |tx| replay_parked(tx, *id, operator.user_id).await)
        .await?;
    Ok(Json(body(message)))
}

async fn replay_all(
    parked: Data<Parked>,
    _: Peer,
    Admin(operator): Admin,
    wanted: Json<ParkedQueueBody>,
) -> Result<Json<ParkedCountBody>, Error> {
    let messages = parked
        .0
        .transaction(async |tx| {
            replay_all_parked(tx, &wanted.queue, wanted.cause.map(cause), operator.user_id).await
        })
        .await?;
    Ok(Json(ParkedCountBody { messages }))
}

async fn give_all_up(
    parked: Data<Parked>,
    _: Peer,
    Admin(operator): Admin,
    wanted: Json<ParkedQueueBody>,
) -> Result<Json<ParkedCountBody>, Error> {
    let messages = parked
        .0
        .transaction(async |tx| {
            drop_all_parked(tx, &wanted.queue, wanted.cause.map(cause), operator.user_id).await
        })
        .await?;
    Ok(Json(ParkedCountBody { messages }))
}

async fn give_up(
    parked: Data<Parked>,
    _: Peer,
    Admin(operator): Admin,
    id: Path<Uuid>,
) -> Result<Json<ParkedBody>, Error> {
    let message = parked
        .0
        .transaction(async |tx| drop_parked(tx, *id, operator.user_id).await)
        .await?;
    Ok(Json(body(message)))
}

async fn list_types(parked: Data<Parked>, _: Peer, _: Admin) -> Result<Json<Vec<UnknownTypeBody>>, Error> {
    let mut conn = parked.0.conn().await?;
    let found = list_unknown_types(&mut conn).await?;
    Ok(Json(found.into_iter().map(type_body).collect()))
}

async fn park_type(
    parked: Data<Parked>,
    _: Peer,
    Admin(operator): Admin,
    wanted: Json<ParkTypeBody>,
) -> Result<Json<UnknownTypeBody>, Error> {
    let found = parked
        .0
        .transaction(async |tx| park_unknown_type(tx, &wanted.queue, &wanted.kind, operator.user_id).await)
        .await?;
    Ok(Json(type_body(found)))
}

fn type_body(unknown: UnknownType) -> UnknownTypeBody {
    UnknownTypeBody {
        queue: unknown.queue,
        kind: unknown.kind,
        first_seen_at: unknown.first_seen_at,
        parked_since: unknown.parked_since,
    }
}

fn cause(cause: ParkedCause) -> Cause {
    match cause {
        ParkedCause::Unreadable => Cause::Unreadable,
        ParkedCause::Refused => Cause::Refused,
        ParkedCause::Failed => Cause::Failed,
        ParkedCause::UnknownType => Cause::UnknownType,
        ParkedCause::DeliveryLimit => Cause::DeliveryLimit,
    }
}

fn body(message: ParkedMessage) -> ParkedBody {
    ParkedBody {
        id: message.id,
        queue: message.queue,
        event_id: message.event_id,
        kind: message.kind,
        reason: message.reason,
        cause: message.cause,
        first_failed_at: message.first_failed_at,
        last_failed_at: message.last_failed_at,
        state: told(message.state),
    }
}

/// A state as it is told.
pub(crate) fn told(state: OpenEnum<State>) -> OpenEnum<ParkedState> {
    OpenEnum::read(state.as_str())
}

fn named(state: ParkedState) -> State {
    match state {
        ParkedState::Parked => State::Parked,
        ParkedState::Replaying => State::Replaying,
        ParkedState::Replayed => State::Replayed,
        ParkedState::Dropped => State::Dropped,
    }
}

fn decision(decision: ParkedDecision) -> ParkedDecisionBody {
    ParkedDecisionBody {
        action: decision.action,
        actor_id: decision.actor_id,
        at: decision.at,
    }
}
