//! Answers on their way back to the client, piece by piece.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use actix_web::HttpResponse;
use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderName, HeaderValue};
use hyper::Response;
use hyper::body::{Body, Bytes, Incoming};
use hyper::http::header;

use super::headers::{HopByHop, is_ours};

/// Turns a service's answer into ours; its body is not read before the client takes it.
pub fn answer(upstream: Response<Incoming>) -> HttpResponse {
    let (head, body) = upstream.into_parts();
    let status = StatusCode::from_u16(head.status.as_u16()).unwrap_or(StatusCode::BAD_GATEWAY);
    let length = head
        .headers
        .get(header::CONTENT_LENGTH)
        .and_then(|length| length.to_str().ok()?.parse().ok());
    let hop_by_hop = HopByHop::new(
        head.headers
            .get_all(header::CONNECTION)
            .iter()
            .map(|value| value.as_bytes()),
    );
    let mut response = HttpResponse::new(status);
    for (name, value) in &head.headers {
        let ends_here = matches!(name.as_str(), "content-length" | "x-request-id" | "traceparent");
        if ends_here || hop_by_hop.has(name.as_str()) || is_ours(name.as_str()) {
            continue;
        }
        let name = HeaderName::from_bytes(name.as_str().as_bytes());
        if let (Ok(name), Ok(value)) = (name, HeaderValue::from_bytes(value.as_bytes())) {
            response.headers_mut().append(name, value);
        }
    }
    let size = match (status.as_u16(), length) {
        (204 | 304, _) => BodySize::None,
        (_, Some(length)) => BodySize::Sized(length),
        (_, None) if body.is_end_stream() => BodySize::Sized(0),
        (_, None) => BodySize::Stream,
    };
    response.set_body(BoxBody::new(Relayed { body, size }))
}

struct Relayed {
    body: Incoming,
    size: BodySize,
}

impl MessageBody for Relayed {
    type Error = hyper::Error;

    /// What the service said, so that the answer to HEAD has the length of the answer to GET.
    fn size(&self) -> BodySize {
        self.size
    }

    fn poll_next(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, hyper::Error>>> {
        loop {
            match ready!(Pin::new(&mut self.body).poll_frame(cx)) {
                // Trailers are left out.
                Some(Ok(frame)) => {
                    if let Ok(data) = frame.into_data() {
                        return Poll::Ready(Some(Ok(data)));
                    }
                }
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                None => return Poll::Ready(None),
            }
        }
    }
}
