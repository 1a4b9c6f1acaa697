//! Shops as their events carry them, for search-svc.

use std::collections::BTreeSet;

use actix_web::web::{self, Data};
use souk_auth::Peer;
use souk_clients::snapshots::{
    ClosedShop, ShopSnapshotAnswer, ShopSnapshotPage, SnapshotLookup, SnapshotPageQuery, VersionedShop,
};
use souk_http::{Json, Query};
use uuid::Uuid;

use crate::domain::{Shop, ShopStatus};
use crate::{AppState, Result, store};

/// The routes at the root, which the gateway never passes on.
pub fn configure(app: &mut web::ServiceConfig) {
    app.route("/internal/shops", web::get().to(list_shop_snapshots))
        .route("/internal/shops/lookup", web::post().to(look_up_shop_snapshots));
}

impl From<&Shop> for VersionedShop {
    fn from(shop: &Shop) -> Self {
        Self {
            version: shop.version,
            shop: shop.into(),
        }
    }
}

impl From<&Shop> for ClosedShop {
    fn from(shop: &Shop) -> Self {
        Self {
            shop_id: shop.id,
            version: shop.version,
        }
    }
}

/// Shops whose latest event has a snapshot, and those that are closed.
fn split(shops: &[Shop]) -> (Vec<VersionedShop>, Vec<ClosedShop>) {
    let (closed, open): (Vec<&Shop>, Vec<&Shop>) =
        shops.iter().partition(|shop| shop.status == ShopStatus::Closed);
    (
        open.into_iter().map(VersionedShop::from).collect(),
        closed.into_iter().map(ClosedShop::from).collect(),
    )
}

async fn list_shop_snapshots(
    state: Data<AppState>,
    _: Peer,
    query: Query<SnapshotPageQuery>,
) -> Result<Json<ShopSnapshotPage>> {
    let limit = query.limit();
    let mut conn = state.db.conn().await?;
    let mut shops = store::shops::after(&mut conn, query.after, limit + 1).await?;
    let shown = usize::try_from(limit).unwrap_or(usize::MAX);
    let has_more = shops.len() > shown;
    shops.truncate(shown);
    let (items, gone) = split(&shops);
    Ok(Json(ShopSnapshotPage {
        items,
        gone,
        next: shops.last().filter(|_| has_more).map(|shop| shop.id),
    }))
}

async fn look_up_shop_snapshots(
    state: Data<AppState>,
    _: Peer,
    body: Json<SnapshotLookup>,
) -> Result<Json<ShopSnapshotAnswer>> {
    let mut missing: BTreeSet<Uuid> = body.into_inner().ids.into_iter().collect();
    let ids: Vec<Uuid> = missing.iter().copied().collect();
    let mut conn = state.db.conn().await?;
    let shops = store::shops::find_all(&mut conn, &ids).await?;
    let (items, gone) = split(&shops);
    for item in &items {
        missing.remove(&item.shop.shop_id);
    }
    Ok(Json(ShopSnapshotAnswer {
        items,
        missing: missing.into_iter().collect(),
        gone,
    }))
}
