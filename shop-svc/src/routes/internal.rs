//! What other services ask.

use actix_web::web::{self, Data};
use souk_auth::Peer;
use souk_clients::shop::ShopRecord;
use souk_http::{Json, Path};
use uuid::Uuid;

use crate::domain::Shop;
use crate::{AppState, Result, store};

/// The routes at the root, which the gateway never passes on.
pub fn configure(app: &mut web::ServiceConfig) {
    app.route("/internal/shops/by-owner/{user_id}", web::get().to(get_shop_of))
        .route("/internal/shops/{shop_id}", web::get().to(get_shop));
}

impl From<Shop> for ShopRecord {
    fn from(shop: Shop) -> Self {
        let status = shop.published_status().into();
        Self {
            id: shop.id,
            owner_id: shop.owner_id,
            name: shop.name,
            slug: shop.slug,
            logo_url: shop.logo_url,
            is_verified: shop.is_verified,
            status,
            version: shop.version,
        }
    }
}

async fn get_shop(state: Data<AppState>, _: Peer, shop_id: Path<Uuid>) -> Result<Json<Option<ShopRecord>>> {
    let mut conn = state.db.conn().await?;
    Ok(Json(
        store::shops::find(&mut conn, shop_id.0).await?.map(Into::into),
    ))
}

async fn get_shop_of(
    state: Data<AppState>,
    _: Peer,
    user_id: Path<Uuid>,
) -> Result<Json<Option<ShopRecord>>> {
    let mut conn = state.db.conn().await?;
    Ok(Json(
        store::shops::find_open_of(&mut conn, user_id.0)
            .await?
            .map(Into::into),
    ))
}
