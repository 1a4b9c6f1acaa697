//! All that the mesh keeps of the caller.

use std::fs::File;
use std::io::{self, Read};

use actix_web::http::header;
use actix_web::web::{Bytes, Data};
use actix_web::{HttpResponse, get};
use futures_util::stream::{self, Stream};
use souk_auth::Caller;
use souk_http::Refusals;

use crate::flows::Exporter;
use crate::{AppState, Result};

/// How much is read of the archive at a time.
const PIECE: u64 = 64 * 1024;

/// Export all data of one's own account.
///
/// A zip archive with a JSON file for each service: account, addresses and sessions, shops, products, cart, wishlist,
/// orders, and the events that name the account; and the avatar. If a service is away the answer is 503 `unavailable`,
/// never a part for the whole.
#[utoipa::path(tag = "users", security(("bearer" = [])),
    responses((status = 200, description = "The archive", body = String, content_type = "application/zip",
        headers(("Content-Disposition" = String, description = "A name to keep it under"))), Refusals))]
#[get("/users/me/export")]
pub async fn export_me(state: Data<AppState>, caller: Caller) -> Result<HttpResponse> {
    let exporter = Exporter {
        db: state.db.clone(),
        media: state.media.clone(),
        keepers: state.keepers.clone(),
    };
    let archive = exporter.export(caller.user_id).await?;
    let length = archive.metadata()?.len();
    Ok(HttpResponse::Ok()
        .content_type("application/zip")
        .insert_header((
            header::CONTENT_DISPOSITION,
            "attachment; filename=\"souk-export.zip\"",
        ))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .no_chunking(length)
        .streaming(pieces(archive)))
}

/// The file piece by piece, read off the request threads.
fn pieces(file: File) -> impl Stream<Item = io::Result<Bytes>> {
    stream::try_unfold(file, async |file| {
        let (piece, file) = tokio::task::spawn_blocking(move || {
            let mut piece = Vec::new();
            (&file).take(PIECE).read_to_end(&mut piece)?;
            io::Result::Ok((piece, file))
        })
        .await
        .map_err(io::Error::other)??;
        Ok((!piece.is_empty()).then(|| (Bytes::from(piece), file)))
    })
}
