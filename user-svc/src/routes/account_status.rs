//! Whether somebody may act under an account, for services that must know when nobody can.

use actix_web::web::{self, Data};
use souk_auth::Peer;
use souk_clients::user::AccountStatus;
use souk_http::{Json, Path};
use uuid::Uuid;

use crate::{AppState, Result, store};

/// The routes at the root, which the gateway never passes on.
pub fn configure(app: &mut web::ServiceConfig) {
    app.route("/internal/users/{user_id}/status", web::get().to(get_status));
}

async fn get_status(state: Data<AppState>, _: Peer, user_id: Path<Uuid>) -> Result<Json<AccountStatus>> {
    let mut conn = state.db.conn().await?;
    let user = store::users::find(&mut conn, *user_id).await?;
    Ok(Json(AccountStatus {
        is_active: user.is_some_and(|user| user.is_active),
    }))
}
