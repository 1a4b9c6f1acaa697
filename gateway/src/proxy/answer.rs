//! Answers on their way back to the client, piece by piece.

use std::pin::Pin;
use std::task::{Context, Poll};

use actix_web::HttpResponse;
use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderName, HeaderValue};
use hyper::HeaderMap;
use hyper::body::{Body, Bytes, Incoming};
use hyper::http::header;

use super::headers::{HopByHop, is_ours};
use super::pool::Lease;
use super::quiet::{Lasting, Limits, Quiet};
use super::upstream::Answer;

/// Turns a service's answer into ours; its body is not read before the client takes it.
pub fn answer(upstream: Answer, is_head: bool, limits: &Limits) -> HttpResponse {
    let Answer { response, lease } = upstream;
    let (head, body) = response.into_parts();
    let status = StatusCode::from_u16(head.status.as_u16()).unwrap_or(StatusCode::BAD_GATEWAY);
    let length = head
        .headers
        .get(header::CONTENT_LENGTH)
        .and_then(|length| length.to_str().ok()?.parse().ok());
    let size = match (status.as_u16(), length) {
        (204 | 304, _) => BodySize::None,
        (_, Some(length)) => BodySize::Sized(length),
        // What the length of the answer to GET would be is not known.
        (_, None) if is_head => BodySize::None,
        (_, None) if body.is_end_stream() => BodySize::Sized(0),
        (_, None) => BodySize::Stream,
    };
    let events = is_event_stream(&head.headers);
    let mut response = HttpResponse::new(status);
    copy_headers(&head.headers, &mut response);
    response.set_body(BoxBody::new(Relayed {
        body,
        size,
        lease: Some(lease),
        quiet: Quiet::new(if events { limits.stream_idle } else { limits.idle }),
        lasting: events.then(|| Box::new(Lasting::new("events", &limits.ending))),
    }))
}

/// Copies what may cross the gateway.
pub fn copy_headers(from: &HeaderMap, to: &mut HttpResponse) {
    let connection = from.get_all(header::CONNECTION).iter();
    let hop_by_hop = HopByHop::new(connection.map(|value| value.as_bytes()));
    for (name, value) in from {
        let ends_here = matches!(name.as_str(), "content-length" | "x-request-id" | "traceparent");
        if ends_here || hop_by_hop.has(name.as_str()) || is_ours(name.as_str()) {
            continue;
        }
        let name = HeaderName::from_bytes(name.as_str().as_bytes());
        if let (Ok(name), Ok(value)) = (name, HeaderValue::from_bytes(value.as_bytes())) {
            to.headers_mut().append(name, value);
        }
    }
}

fn is_event_stream(headers: &HeaderMap) -> bool {
    headers
        .get(header::CONTENT_TYPE)
        .is_some_and(|kind| kind.as_bytes().starts_with(b"text/event-stream"))
}

/// Why an answer broke off half-way.
#[derive(Debug, thiserror::Error)]
enum BrokeOff {
    #[error("the service broke off")]
    Service(#[from] hyper::Error),
    #[error("the service stood still for too long")]
    Standstill,
}

struct Relayed {
    body: Incoming,
    size: BodySize,
    lease: Option<Lease>,
    quiet: Quiet,
    lasting: Option<Box<Lasting>>,
}

impl Relayed {
    /// The connection can be used again only when all of the answer was read.
    fn finish(&mut self) {
        if let Some(lease) = self.lease.take() {
            lease.finish();
        }
    }

    fn poll_waiting(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, BrokeOff>>> {
        let ending = self.lasting.as_mut().map(|lasting| lasting.poll(cx));
        if ending.is_some_and(|ending| ending.is_ready()) {
            // The client sees a proper end, and comes again elsewhere.
            return Poll::Ready(None);
        }
        self.quiet.poll(cx).map(|()| Some(Err(BrokeOff::Standstill)))
    }
}

impl MessageBody for Relayed {
    type Error = Box<dyn std::error::Error>;

    /// What the service said, so that the answer to HEAD has the length of the answer to GET.
    fn size(&self) -> BodySize {
        self.size
    }

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, Self::Error>>> {
        loop {
            // An answer whose length was told ends there: nobody needs to wake us again to say so.
            if self.body.is_end_stream() {
                self.finish();
                return Poll::Ready(None);
            }
            match Pin::new(&mut self.body).poll_frame(cx) {
                Poll::Ready(Some(Ok(frame))) => {
                    // Trailers are left out.
                    if let Ok(data) = frame.into_data() {
                        self.quiet.moved();
                        return Poll::Ready(Some(Ok(data)));
                    }
                }
                Poll::Ready(Some(Err(error))) => {
                    return Poll::Ready(Some(Err(BrokeOff::from(error).into())));
                }
                Poll::Ready(None) => {
                    self.finish();
                    return Poll::Ready(None);
                }
                Poll::Pending => {
                    let waiting = self.poll_waiting(cx);
                    return waiting.map(|end| end.map(|broken| broken.map_err(Into::into)));
                }
            }
        }
    }
}

impl Drop for Relayed {
    fn drop(&mut self) {
        // A body without content is never asked for.
        if self.body.is_end_stream() {
            self.finish();
        }
    }
}
