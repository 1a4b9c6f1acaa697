//! What product-svc asks before it lets go of stock.

use actix_web::web::{self, Data};
use souk_auth::Peer;
use souk_clients::order::{self, VerdictAnswer};
use souk_http::{Json, Path};
use uuid::Uuid;

use crate::domain::Verdict;
use crate::{AppState, Result, ops};

/// The routes at the root, which the gateway never passes on.
pub fn configure(app: &mut web::ServiceConfig) {
    app.route(
        "/internal/reservations/{reservation_id}/verdict",
        web::post().to(give_verdict),
    );
}

impl From<Verdict> for VerdictAnswer {
    fn from(verdict: Verdict) -> Self {
        match verdict {
            Verdict::Ordered(order_id) => Self {
                verdict: order::Verdict::Ordered,
                order_id: Some(order_id),
            },
            Verdict::Abandoned => Self {
                verdict: order::Verdict::Abandoned,
                order_id: None,
            },
        }
    }
}

async fn give_verdict(
    state: Data<AppState>,
    _: Peer,
    reservation_id: Path<Uuid>,
) -> Result<Json<VerdictAnswer>> {
    let id = reservation_id.into_inner();
    let verdict = state
        .db
        .transaction(async |tx| ops::abandon_reservation(tx, id).await)
        .await?;
    Ok(Json(verdict.into()))
}
