//! Request bodies on their way to a service, piece by piece.

use std::cell::Cell;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, ready};

use actix_web::HttpRequest;
use actix_web::dev::Payload;
use actix_web::http::header;
use futures_util::StreamExt;
use hyper::body::{Body, Bytes, Frame, SizeHint};
use tokio::sync::mpsc;
use tokio::time::Instant;

/// Pieces under way between the two connections; when they are not taken, the client is not read.
const UNDER_WAY: usize = 4;

/// The client went away before its body was complete.
#[derive(Debug, thiserror::Error)]
#[error("the client's body broke off")]
pub struct BrokeOff;

/// A body that can cross to the HTTP client: actix's own is bound to its thread.
pub enum Outbound {
    /// There is none.
    Empty,
    /// Pieces, and how many bytes are left to come if that was announced.
    Pieces(mpsc::Receiver<Result<Bytes, BrokeOff>>, Option<u64>),
}

/// The request's body, and when it last moved.
pub fn outbound(request: &HttpRequest, mut payload: Payload) -> (Outbound, Rc<Cell<Instant>>) {
    let moved = Rc::new(Cell::new(Instant::now()));
    let headers = request.headers();
    let chunked = headers.contains_key(header::TRANSFER_ENCODING);
    let length = headers
        .get(header::CONTENT_LENGTH)
        .and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    // A body in chunks has no length, whatever a second header may say.
    let length = length.filter(|_| !chunked);
    if length.unwrap_or(0) == 0 && !chunked {
        return (Outbound::Empty, moved);
    }
    let (pieces, taken) = mpsc::channel(UNDER_WAY);
    let clock = moved.clone();
    actix_web::rt::spawn(async move {
        while let Some(piece) = payload.next().await {
            let piece = piece.map_err(|_| BrokeOff);
            let broken = piece.is_err();
            if pieces.send(piece).await.is_err() || broken {
                break;
            }
            clock.set(Instant::now());
        }
    });
    (Outbound::Pieces(taken, length), moved)
}

impl Body for Outbound {
    type Data = Bytes;
    type Error = BrokeOff;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BrokeOff>>> {
        match &mut *self {
            Self::Empty => Poll::Ready(None),
            Self::Pieces(pieces, left) => match ready!(pieces.poll_recv(cx)) {
                Some(Ok(piece)) => {
                    let length = u64::try_from(piece.len()).unwrap_or(u64::MAX);
                    *left = left.map(|left| left.saturating_sub(length));
                    Poll::Ready(Some(Ok(Frame::data(piece))))
                }
                Some(Err(error)) => Poll::Ready(Some(Err(error))),
                // Fewer bytes than announced: the client broke off without a word.
                None if left.is_some_and(|left| left > 0) => Poll::Ready(Some(Err(BrokeOff))),
                None => Poll::Ready(None),
            },
        }
    }

    fn is_end_stream(&self) -> bool {
        matches!(self, Self::Empty)
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Empty => SizeHint::with_exact(0),
            Self::Pieces(_, Some(left)) => SizeHint::with_exact(*left),
            Self::Pieces(_, None) => SizeHint::default(),
        }
    }
}
