//! Products as their events carry them, for search-svc.

use std::collections::BTreeSet;

use actix_web::web::{self, Data};
use souk_auth::Peer;
use souk_clients::snapshots::{
    DeletedProduct, ProductSnapshotAnswer, ProductSnapshotPage, SnapshotLookup, SnapshotPageQuery,
    VersionedProduct,
};
use souk_contracts::events::ProductSnapshot;
use souk_http::{Json, Query};
use uuid::Uuid;

use crate::domain::{Product, ProductId};
use crate::{AppState, Error, Result, ops, store};

/// The routes at the root, which the gateway never passes on.
pub fn configure(app: &mut web::ServiceConfig) {
    app.route("/internal/products", web::get().to(list_product_snapshots))
        .route(
            "/internal/products/lookup",
            web::post().to(look_up_product_snapshots),
        );
}

impl From<&Product> for DeletedProduct {
    fn from(product: &Product) -> Self {
        Self {
            product_id: product.id.0,
            shop_id: product.shop_id.0,
            version: product.version,
        }
    }
}

fn versioned((version, product): (i64, ProductSnapshot)) -> VersionedProduct {
    VersionedProduct { version, product }
}

async fn list_product_snapshots(
    state: Data<AppState>,
    _: Peer,
    query: Query<SnapshotPageQuery>,
) -> Result<Json<ProductSnapshotPage>> {
    let (after, limit) = (query.after.map(ProductId), query.limit());
    let (ids, has_more, found) = state
        .db
        .read_consistent(async |tx| {
            let mut ids = store::products::ids_after(tx, after, limit + 1).await?;
            let shown = usize::try_from(limit).unwrap_or(usize::MAX);
            let has_more = ids.len() > shown;
            ids.truncate(shown);
            let found = ops::read_snapshots(tx, &ids).await?;
            Ok::<_, Error>((ids, has_more, found))
        })
        .await?;
    Ok(Json(ProductSnapshotPage {
        items: found.items.into_iter().map(versioned).collect(),
        unreadable: found.unreadable.iter().map(|id| id.0).collect(),
        next: ids.last().filter(|_| has_more).map(|id| id.0),
    }))
}

async fn look_up_product_snapshots(
    state: Data<AppState>,
    _: Peer,
    body: Json<SnapshotLookup>,
) -> Result<Json<ProductSnapshotAnswer>> {
    let mut missing: BTreeSet<Uuid> = body.into_inner().ids.into_iter().collect();
    let ids: Vec<ProductId> = missing.iter().copied().map(ProductId).collect();
    let found = state
        .db
        .read_consistent(async |tx| ops::read_snapshots(tx, &ids).await)
        .await?;
    let unreadable: Vec<Uuid> = found.unreadable.iter().map(|id| id.0).collect();
    let shown = found.items.iter().map(|(_, product)| product.product_id);
    for id in shown.chain(unreadable.iter().copied()) {
        missing.remove(&id);
    }
    Ok(Json(ProductSnapshotAnswer {
        items: found.items.into_iter().map(versioned).collect(),
        unreadable,
        missing: missing.into_iter().collect(),
        gone: found.deleted.iter().map(DeletedProduct::from).collect(),
    }))
}
