//! Documents and the pages that show them; all of it works without internet.

use std::sync::LazyLock;

use actix_web::http::header::{CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE};
use actix_web::web::{self, Bytes, Data};
use actix_web::{HttpResponse, Responder};
use utoipa_swagger_ui::{Config, SwaggerUi};

use crate::AppState;

/// Where the ReDoc page finds its script.
pub const REDOC_BUNDLE: &str = "/redoc/redoc.standalone.js";

/// ReDoc 2.5.4 as its authors built it; its licence lies beside it.
static BUNDLE: &[u8] = include_bytes!("../../assets/redoc.standalone.js.gz");
const REDOC_PAGE: &str = include_str!("../../assets/redoc.html");
static ASYNCAPI: LazyLock<Bytes> = LazyLock::new(|| {
    serde_json::to_vec(&souk_contracts::asyncapi())
        .unwrap_or_default()
        .into()
});

pub(super) fn configure(app: &mut web::ServiceConfig) {
    app.route("/.well-known/jwks.json", web::get().to(jwks))
        .route("/openapi.json", web::get().to(openapi))
        .route("/asyncapi.json", web::get().to(asyncapi))
        .route("/redoc", web::get().to(redoc))
        .route(REDOC_BUNDLE, web::get().to(redoc_bundle))
        .route("/docs", web::get().to(|| async { web::Redirect::to("/docs/") }))
        .service(SwaggerUi::new("/docs/{_:.*}").config(Config::from("/openapi.json")));
}

/// The public keys of access tokens.
pub async fn jwks(state: Data<AppState>) -> impl Responder {
    // Short: a client that meets an unknown `kid` should find it here.
    HttpResponse::Ok()
        .insert_header((CACHE_CONTROL, "public, max-age=60"))
        .json(state.tokens.jwks())
}

/// The API of all services as one document.
pub async fn openapi(state: Data<AppState>) -> HttpResponse {
    json(state.documents.merged().await)
}

/// The events, as AsyncAPI.
pub async fn asyncapi() -> HttpResponse {
    json(ASYNCAPI.clone())
}

async fn redoc() -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "text/html; charset=utf-8"))
        .body(REDOC_PAGE)
}

async fn redoc_bundle() -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "text/javascript; charset=utf-8"))
        .insert_header((CONTENT_ENCODING, "gzip"))
        .insert_header((CACHE_CONTROL, "public, max-age=86400"))
        .body(BUNDLE)
}

fn json(body: Bytes) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "application/json"))
        .body(body)
}
