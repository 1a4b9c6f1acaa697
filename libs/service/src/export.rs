//! The route by which user-svc gathers what a service keeps of a user.

use actix_web::web::{self, Data};
use souk_auth::Peer;
use souk_clients::export::{ExportPage, ExportQuery};
use souk_db::{Db, DbError, ExportCursor, Exported, Section};
use souk_http::{Cursor, Json, Path, Problem, Query};
use uuid::Uuid;

use crate::database_problem;

struct Keeps {
    db: Db,
    sections: &'static [Section],
}

/// `GET /internal/users/{user_id}/export` over these sections; for [`souk_http::Server::setup`].
pub fn export(
    db: Db,
    sections: &'static [Section],
) -> impl Fn(&mut web::ServiceConfig) + Send + Sync + 'static {
    let keeps = Data::new(Keeps { db, sections });
    move |app| {
        app.app_data(keeps.clone())
            .route("/internal/users/{user_id}/export", web::get().to(export_user));
    }
}

/// A page of what is kept, as it goes over the wire.
pub fn export_page(page: Exported) -> ExportPage {
    ExportPage {
        kind: page.kind.to_owned(),
        rows: page.rows,
        next: page.next.map(|cursor| Cursor::encode(&cursor)),
    }
}

async fn export_user(
    keeps: Data<Keeps>,
    _: Peer,
    user_id: Path<Uuid>,
    query: Query<ExportQuery>,
) -> Result<Json<ExportPage>, Problem> {
    let cursor = match &query.after {
        Some(after) => Cursor::decode(after)?,
        None => (0, None),
    };
    let page = read(&keeps, *user_id, cursor)
        .await
        .map_err(|error| database_problem(&error))?
        .ok_or_else(Problem::not_found)?;
    Ok(Json(export_page(page)))
}

async fn read(keeps: &Keeps, user_id: Uuid, cursor: ExportCursor) -> Result<Option<Exported>, DbError> {
    let mut conn = keeps.db.conn().await?;
    souk_db::export(&mut conn, keeps.sections, user_id, cursor).await
}
