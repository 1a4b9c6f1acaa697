//! Which account an e-mail address belongs to, for services that are told one.

use actix_web::web::{self, Data};
use souk_auth::Peer;
use souk_clients::user::FindByEmailBody;
use souk_http::Json;
use uuid::Uuid;

use crate::{AppState, Result, store};

/// The routes at the root, which the gateway never passes on.
pub fn configure(app: &mut web::ServiceConfig) {
    app.route("/internal/users/by-email", web::post().to(find_by_email));
}

async fn find_by_email(
    state: Data<AppState>,
    _: Peer,
    body: Json<FindByEmailBody>,
) -> Result<Json<Option<Uuid>>> {
    let mut conn = state.db.conn().await?;
    let found = store::mailboxes::find_credentials(&mut conn, &body.email).await?;
    Ok(Json(found.map(|(user, _)| user.id)))
}
