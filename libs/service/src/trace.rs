//! The routes by which operators learn what became of an order's events.

use actix_web::http::StatusCode;
use actix_web::web::{self, Data};
use actix_web::{HttpResponse, ResponseError};
use serde_json::Value;
use souk_auth::{Admin, Peer};
use souk_clients::trace::{
    HANDLED_PATH, HandledBody, HandledEventBody, HandledQuery, MOST_EVENTS, ParkedEventBody, WRITTEN_PATH,
    WrittenBody, WrittenQuery,
};
use souk_contracts::Envelope;
use souk_contracts::topology::QUEUES;
use souk_db::{Db, DbError};
use souk_http::Json;
use souk_outbox::{WrittenEvent, handled, parked_events, written_between};

use crate::database_problem;
use crate::parked::told;

/// The service, and the database whose events these routes are about.
pub(crate) struct Traced {
    /// Its name.
    pub name: &'static str,
    /// Its database.
    pub db: Db,
}

/// The routes at the root, which the gateway never passes on.
pub(crate) fn configure(app: &mut web::ServiceConfig) {
    app.route(WRITTEN_PATH, web::post().to(written))
        .route(HANDLED_PATH, web::post().to(received));
}

#[derive(Debug, thiserror::Error)]
#[error(transparent)]
struct Error(#[from] DbError);

impl ResponseError for Error {
    fn status_code(&self) -> StatusCode {
        database_problem(&self.0).status()
    }

    fn error_response(&self) -> HttpResponse {
        database_problem(&self.0).error_response()
    }
}

async fn written(
    traced: Data<Traced>,
    _: Peer,
    _: Admin,
    query: Json<WrittenQuery>,
) -> Result<Json<Vec<WrittenBody>>, Error> {
    let spans: Vec<_> = query.spans.iter().map(|span| (span.from, span.to)).collect();
    let mut mentioned: Vec<String> = query
        .correlation_ids
        .iter()
        .map(|id| member("correlationid", id))
        .collect();
    mentioned.extend(query.order_id.map(|id| member("order_id", &id.to_string())));
    let mut conn = traced.db.conn().await?;
    let found = written_between(&mut conn, &spans, &mentioned, MOST_EVENTS).await?;
    // A text may mention an id that it is not about.
    let bodies = found.into_iter().filter_map(|event| body(event, &query));
    Ok(Json(bodies.collect()))
}

/// A member of an object as it stands in an envelope. Requests name themselves, so an id alone may be any word.
fn member(name: &str, value: &str) -> String {
    format!("\"{name}\":{}", Value::from(value))
}

fn body(event: WrittenEvent, query: &WrittenQuery) -> Option<WrittenBody> {
    let envelope: Envelope<Value> = serde_json::from_str(&event.body).ok()?;
    let order_id = envelope.data.get("order_id").and_then(Value::as_str);
    let order_id = order_id.and_then(|id| id.parse().ok());
    let is_of_order = order_id.is_some() && order_id == query.order_id;
    let came_of_it = envelope
        .correlationid
        .as_ref()
        .is_some_and(|id| query.correlation_ids.contains(id));
    (is_of_order || came_of_it).then_some(WrittenBody {
        event_id: event.id,
        kind: envelope.kind,
        exchange: event.exchange,
        subject: envelope.subject,
        order_id,
        written_at: event.written_at,
        published_at: event.published_at,
        correlation_id: envelope.correlationid,
        causation_id: envelope.causationid,
    })
}

async fn received(
    traced: Data<Traced>,
    _: Peer,
    _: Admin,
    query: Json<HandledQuery>,
) -> Result<Json<HandledBody>, Error> {
    let own = QUEUES.iter().filter(|queue| queue.service() == traced.name);
    let queues: Vec<&str> = own.map(|queue| queue.name).collect();
    let mut conn = traced.db.conn().await?;
    let handled = handled(&mut conn, &queues, &query.event_ids).await?;
    let parked = parked_events(&mut conn, &query.event_ids).await?;
    Ok(Json(HandledBody {
        handled: handled
            .into_iter()
            .map(|event| HandledEventBody {
                queue: event.queue,
                event_id: event.event_id,
                at: event.handled_at,
            })
            .collect(),
        parked: parked
            .into_iter()
            .filter_map(|message| {
                Some(ParkedEventBody {
                    event_id: message.event_id?.parse().ok()?,
                    queue: message.queue,
                    at: message.last_failed_at,
                    state: told(message.state),
                })
            })
            .collect(),
    }))
}
