//! One's own address book.

use actix_web::web::Data;
use actix_web::{HttpResponse, delete, get, patch, post};
use souk_auth::Caller;
use souk_db::{Claim, Conn};
use souk_http::{Created, IdempotencyKey, Json, Page, PageQuery, Path, Query, Refusals, StoredResponse};
use uuid::Uuid;

use super::address_bodies::{AddressBody, AddressPath, CreateAddressBody, EditAddressBody};
use crate::domain::Address;
use crate::{AppState, Error, Result, ops, store};

/// List one's own addresses, oldest first.
#[utoipa::path(tag = "users", security(("bearer" = [])), params(PageQuery),
    responses((status = 200, body = Page<AddressBody>, description = "One page"), Refusals))]
#[get("/users/me/addresses")]
pub async fn list_addresses(
    state: Data<AppState>,
    caller: Caller,
    query: Query<PageQuery>,
) -> actix_web::Result<Json<Page<AddressBody>>> {
    let after = query.after()?;
    let mut conn = state.db.conn().await.map_err(Error::from)?;
    let rows = store::addresses::list(&mut conn, caller.user_id, after, query.fetch())
        .await
        .map_err(Error::from)?;
    Ok(Json(
        Page::from_rows(rows, &query, |address: &Address| address.id).map(AddressBody::from),
    ))
}

/// Add an address to one's own book.
///
/// The first one is the default; a later one becomes it with `is_default`. A book holds at most 50: then 409
/// `too-many-addresses`.
#[utoipa::path(tag = "users", security(("bearer" = [])), request_body = CreateAddressBody,
    params(("Idempotency-Key" = Option<String>, Header, description = "Makes it safe to send again", max_length = 255)),
    responses((status = 201, body = AddressBody, description = "The new address",
        headers(("Location" = String, description = "Where it is"))), Refusals))]
#[post("/users/me/addresses")]
pub async fn add_address(
    state: Data<AppState>,
    caller: Caller,
    key: IdempotencyKey,
    body: Json<CreateAddressBody>,
) -> Result<StoredResponse> {
    let claim = key
        .into_inner()
        .map(|key| Claim::new(caller.user_id, key, "add_address", &body.0));
    let (place, is_default) = body.into_inner().into();
    let add = async |tx: &mut Conn| -> Result<_> {
        let address = ops::add_address(tx, caller.user_id, place, is_default).await?;
        Ok(AddressBody::from(address))
    };
    let respond =
        |added: AddressBody| Created::at(format!("/api/v1/users/me/addresses/{}", added.id), added).stored();
    state.db.once(claim.as_ref(), add, respond).await
}

/// Read one of one's own addresses.
#[utoipa::path(tag = "users", security(("bearer" = [])), params(AddressPath),
    responses((status = 200, body = AddressBody, description = "The address"), Refusals))]
#[get("/users/me/addresses/{address_id}")]
pub async fn get_address(
    state: Data<AppState>,
    caller: Caller,
    path: Path<AddressPath>,
) -> Result<Json<AddressBody>> {
    let mut conn = state.db.conn().await?;
    let address = store::addresses::find(&mut conn, caller.user_id, path.address_id)
        .await?
        .ok_or(Error::NotFound)?;
    Ok(Json(address.into()))
}

/// Change one of one's own addresses.
///
/// A JSON merge patch: absent fields stay, `null` removes. `is_default: true` takes the default from the other one; it
/// cannot be taken away without a successor. Asking twice changes nothing.
#[utoipa::path(tag = "users", security(("bearer" = [])), params(AddressPath), request_body = EditAddressBody,
    responses((status = 200, body = AddressBody, description = "The address as it is now"), Refusals))]
#[patch("/users/me/addresses/{address_id}")]
pub async fn edit_address(
    state: Data<AppState>,
    caller: Caller,
    path: Path<AddressPath>,
    body: Json<EditAddressBody>,
) -> Result<Json<AddressBody>> {
    let change = body.into_inner().into();
    let address = state
        .db
        .transaction(async |tx| ops::edit_address(tx, caller.user_id, path.address_id, change).await)
        .await?;
    Ok(Json(address.into()))
}

/// Remove one of one's own addresses.
///
/// If it was the default, the newest of the others becomes it. Orders keep the address they were sent to.
#[utoipa::path(tag = "users", security(("bearer" = [])), params(AddressPath),
    responses((status = 204, description = "It is gone"), Refusals))]
#[delete("/users/me/addresses/{address_id}")]
pub async fn remove_address(
    state: Data<AppState>,
    caller: Caller,
    path: Path<AddressPath>,
) -> Result<HttpResponse> {
    let id: Uuid = path.address_id;
    state
        .db
        .transaction(async |tx| ops::remove_address(tx, caller.user_id, id).await)
        .await?;
    Ok(HttpResponse::NoContent().finish())
}
