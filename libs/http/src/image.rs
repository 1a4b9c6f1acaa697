//! Pictures as request bodies.

use actix_web::dev::Payload;
use actix_web::web::Bytes;
use actix_web::{FromRequest, HttpRequest};
use futures_util::future::LocalBoxFuture;
use utoipa::ToSchema;

use crate::Problem;
use crate::body::{check_encoding, read_at_most, too_large};

/// Images may be this large; a larger one is answered 413.
pub const MAX_IMAGE: usize = 5 * 1024 * 1024;

/// A raw body within [`MAX_IMAGE`]. What it is, its content decides: the `Content-Type` is not looked at.
#[derive(Clone, Debug, PartialEq, Eq, ToSchema)]
#[schema(value_type = String, format = Binary)]
pub struct Image(pub Bytes);

impl FromRequest for Image {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let acceptable = check_encoding(request.headers());
        let payload = payload.take();
        Box::pin(async move {
            acceptable?;
            let bytes = read_at_most(payload, MAX_IMAGE)
                .await
                .map_err(|_| broken_off())?
                .ok_or_else(|| too_large("Images may have at most 5 MiB."))?;
            Ok(Self(bytes.freeze()))
        })
    }
}

fn broken_off() -> Problem {
    Problem::bad_request("body-broken-off", "The body ended too early")
}
