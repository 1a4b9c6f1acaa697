//! What order-svc asks before an order.

use actix_web::web::{self, Data};
use souk_auth::Peer;
use souk_clients::user::AddressRecord;
use souk_http::{Json, Path};
use uuid::Uuid;

use crate::{AppState, Result, store};

/// The routes at the root, which the gateway never passes on.
pub fn configure(app: &mut web::ServiceConfig) {
    app.route(
        "/internal/users/{user_id}/addresses/{address_id}",
        web::get().to(get_address),
    );
}

async fn get_address(
    state: Data<AppState>,
    _: Peer,
    path: Path<(Uuid, Uuid)>,
) -> Result<Json<Option<AddressRecord>>> {
    let (user_id, id) = path.into_inner();
    let mut conn = state.db.conn().await?;
    let address = store::addresses::find(&mut conn, user_id, id).await?;
    Ok(Json(address.map(Into::into)))
}
