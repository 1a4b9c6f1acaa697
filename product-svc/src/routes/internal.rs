//! What cart-svc, wishlist-svc and order-svc ask for.

use actix_web::HttpResponse;
use actix_web::web::{self, Data};
use chrono::Utc;
use futures_util::future::try_join_all;
use souk_auth::Peer;
use souk_clients::product::{
    self as wire, LineChange, LookupAnswer, LookupRequest, ReserveAnswer, ReserveOutcome, ReserveRequest,
    ReserveRequests, ReservedLine, Terms, VariationSnapshot,
};
use souk_http::{Json, Path};
use uuid::Uuid;

use crate::domain::{
    Change, ChangeKind, HeldLine, Line, Live, Outcome, Request, Reservation, ReservationId, UserId,
    VariationId,
};
use crate::flows::{Asked, Desk};
use crate::{AppState, Result, ops, store};

/// The routes at the root, which the gateway never passes on.
pub fn configure(app: &mut web::ServiceConfig) {
    app.route("/internal/variations/lookup", web::post().to(look_up_variations))
        .route("/internal/reservations", web::post().to(reserve_stock))
        .route(
            "/internal/reservations/{reservation_id}/release",
            web::post().to(release_reservation),
        );
}

impl From<Live> for VariationSnapshot {
    fn from(live: Live) -> Self {
        let (sellable, archived) = (live.is_sellable(), live.is_archived());
        let variation = live.offer.variation;
        let prices = variation.prices;
        Self {
            variation_id: variation.id.0,
            product_id: variation.product_id.0,
            shop_id: live.shop.id.0,
            owner_id: live.shop.owner_id.0,
            title: live.title,
            sku: live.sku,
            options: variation.options.values().clone(),
            price: prices.money(prices.price),
            original_price: prices.original_price.map(|amount| prices.money(amount)),
            available: live.offer.stock.available,
            stock_version: live.offer.stock.version,
            product_version: live.product_version,
            sellable,
            archived,
        }
    }
}

impl From<ReserveRequest> for Request {
    fn from(request: ReserveRequest) -> Self {
        let lines = request.lines.into_iter().map(|line| Line {
            line_id: line.line_id,
            variation_id: VariationId(line.variation_id),
            quantity: line.quantity,
            unit_price: line.unit_price,
        });
        Self {
            id: ReservationId(request.reservation_id),
            user_id: UserId(request.user_id),
            lines: lines.collect(),
        }
    }
}

impl From<HeldLine> for ReservedLine {
    fn from(line: HeldLine) -> Self {
        let copy = line.copy;
        Self {
            line_id: line.line_id,
            variation_id: line.variation_id.0,
            product_id: copy.product_id.0,
            shop_id: copy.shop_id.0,
            owner_id: copy.owner_id.0,
            title: copy.title,
            sku: copy.sku,
            options: copy.options,
            quantity: line.quantity,
            price: copy.price,
            cost_price: copy.cost_price,
        }
    }
}

impl From<Reservation> for wire::Reservation {
    fn from(reservation: Reservation) -> Self {
        Self {
            reservation_id: reservation.id.0,
            user_id: reservation.user_id.map(|id| id.0).unwrap_or_default(),
            expires_at: reservation.expires_at,
            lines: reservation.lines.into_iter().map(ReservedLine::from).collect(),
        }
    }
}

impl From<Change> for LineChange {
    fn from(change: Change) -> Self {
        let line = change.line;
        Self {
            line_id: line.line_id,
            variation_id: line.variation_id.0,
            kind: match change.kind {
                ChangeKind::Short => wire::ChangeKind::Short,
                ChangeKind::Gone => wire::ChangeKind::Gone,
                ChangeKind::Repriced => wire::ChangeKind::Repriced,
            },
            old: Terms {
                quantity: line.quantity,
                unit_price: line.unit_price,
            },
            new: Terms {
                quantity: change.quantity,
                unit_price: change.unit_price,
            },
        }
    }
}

impl From<Outcome> for ReserveOutcome {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Held(reservation) => Self::Held(reservation.into()),
            Outcome::Refused(changes) => Self::Refused(changes.into_iter().map(LineChange::from).collect()),
            Outcome::Ended => Self::Ended,
        }
    }
}

async fn look_up_variations(
    state: Data<AppState>,
    _: Peer,
    body: Json<LookupRequest>,
) -> Result<Json<LookupAnswer>> {
    let ids: Vec<VariationId> = body
        .into_inner()
        .variation_ids
        .into_iter()
        .map(VariationId)
        .collect();
    let mut conn = state.db.conn().await?;
    let live = store::variations::live(&mut conn, &ids).await?;
    Ok(Json(LookupAnswer {
        items: live.into_iter().map(VariationSnapshot::from).collect(),
    }))
}

async fn reserve_stock(
    desk: Data<Desk>,
    _: Peer,
    body: Json<ReserveRequests>,
) -> Result<Json<ReserveAnswer>> {
    let desk = desk.into_inner();
    let requests = body.into_inner().requests.into_iter();
    let outcomes = try_join_all(requests.map(|request| desk.ask(Asked::now(request.into())))).await?;
    Ok(Json(ReserveAnswer {
        outcomes: outcomes.into_iter().map(ReserveOutcome::from).collect(),
    }))
}

async fn release_reservation(state: Data<AppState>, _: Peer, path: Path<Uuid>) -> Result<HttpResponse> {
    let id = ReservationId(path.into_inner());
    state
        .db
        .transaction(async |tx| ops::release_reservation(tx, id, Utc::now()).await)
        .await?;
    Ok(HttpResponse::NoContent().finish())
}
