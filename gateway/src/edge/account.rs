//! Which account a request is about, before it is handled.

use actix_web::HttpMessage;
use actix_web::dev::{Payload, ServiceRequest};
use actix_web::web::{Bytes, BytesMut};
use futures_util::stream::{self, StreamExt};
use serde::Deserialize;
use souk_http::MAX_JSON;

#[derive(Deserialize)]
struct Named {
    email: Option<String>,
}

/// The e-mail address in a JSON body, as it was typed. The body is there for the handler afterwards, which
/// refuses what is not JSON or not allowed.
pub async fn typed_email(request: &mut ServiceRequest) -> Option<String> {
    let mut payload = request.take_payload();
    let mut bytes = BytesMut::new();
    let mut failed = None;
    while bytes.len() <= MAX_JSON {
        match payload.next().await {
            Some(Ok(piece)) => bytes.extend_from_slice(&piece),
            Some(Err(error)) => {
                failed = Some(Err(error));
                break;
            }
            None => break,
        }
    }
    let bytes: Bytes = bytes.freeze();
    let named = serde_json::from_slice::<Named>(&bytes).ok();
    let again = stream::iter([Ok(bytes)])
        .chain(stream::iter(failed))
        .chain(payload);
    request.set_payload(Payload::Stream {
        payload: again.boxed_local(),
    });
    named?.email
}
