//! A shop's products.

use actix_web::get;
use actix_web::web::Data;
use souk_http::{Json, Page, PageQuery, Path, Query, Refusals};
use uuid::Uuid;

use super::hits::ProductHit;
use crate::{AppState, Error, Result, store};

/// List a shop's products.
///
/// The newest first, as hits without highlights; only those that are switched on.
#[utoipa::path(tag = "search",
    params(("shop_id" = Uuid, Path, description = "Id of an approved shop"), PageQuery),
    responses((status = 200, body = Page<ProductHit>), Refusals))]
#[get("/search/shops/{shop_id}/products")]
pub async fn list_shop_products(
    state: Data<AppState>,
    shop_id: Path<Uuid>,
    page: Query<PageQuery>,
) -> actix_web::Result<Json<Page<ProductHit>>> {
    let before: Option<Uuid> = page.after()?;
    let rows = visible_products(&state, shop_id.into_inner(), before, page.fetch()).await?;
    let cards = Page::from_rows(rows, &page, |card| card.id);
    Ok(Json(cards.map(|card| ProductHit::new(card, None))))
}

async fn visible_products(
    state: &AppState,
    shop_id: Uuid,
    before: Option<Uuid>,
    limit: i64,
) -> Result<Vec<crate::domain::Card>> {
    let mut conn = state.db.conn().await?;
    let shop = store::shops::facts(&mut conn, &[shop_id]).await?.pop();
    shop.and_then(|shop| shop.card()).ok_or(Error::NoSuchShop)?;
    let rows = store::products::active_of_shop(&mut conn, shop_id, before, limit).await?;
    Ok(rows.iter().filter_map(|facts| facts.card()).collect())
}
