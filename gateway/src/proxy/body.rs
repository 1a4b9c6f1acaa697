//! Request bodies on their way to a service, piece by piece.

use std::cell::Cell;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, ready};

use actix_web::HttpRequest;
use actix_web::dev::Payload;
use actix_web::http::header;
use futures_util::Stream;
use hyper::body::{Body, Bytes, Frame, SizeHint};
use tokio::time::Instant;

/// The client went away before its body was complete.
#[derive(Debug, thiserror::Error)]
#[error("the client's body broke off")]
pub struct BrokeOff;

/// How far a body has come; known to the one who waits for the answer.
#[derive(Clone)]
pub struct Progress(Rc<(Cell<Instant>, Cell<bool>)>);

impl Progress {
    /// When the body last moved.
    pub fn moved(&self) -> Instant {
        self.0.0.get()
    }

    /// Whether all of it was sent.
    pub fn is_complete(&self) -> bool {
        self.0.1.get()
    }
}

/// A request's body. The connection takes a piece when it has sent the last one, so a service that does not
/// read holds the client back.
pub enum Outbound {
    /// There is none.
    Empty,
    /// It comes from the client's connection.
    Pieces(Pieces),
}

/// A body that comes in pieces.
pub struct Pieces {
    payload: Payload,
    /// How many bytes are left to come, if that was announced.
    left: Option<u64>,
    progress: Progress,
}

impl Outbound {
    /// The body of a request.
    pub fn new(request: &HttpRequest, payload: Payload) -> Self {
        let headers = request.headers();
        let chunked = headers.contains_key(header::TRANSFER_ENCODING);
        let length = headers
            .get(header::CONTENT_LENGTH)
            .and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
        // A body in chunks has no length, whatever a second header may say.
        let left = length.filter(|_| !chunked);
        if left.unwrap_or(0) == 0 && !chunked {
            return Self::Empty;
        }
        Self::Pieces(Pieces {
            payload,
            left,
            progress: Progress(Rc::new((Cell::new(Instant::now()), Cell::default()))),
        })
    }

    /// Whether there is nothing to send.
    pub fn is_empty(&self) -> bool {
        matches!(self, Self::Empty)
    }

    /// How far it has come; nothing when there is none.
    pub fn progress(&self) -> Option<Progress> {
        match self {
            Self::Empty => None,
            Self::Pieces(pieces) => Some(pieces.progress.clone()),
        }
    }
}

impl Body for Outbound {
    type Data = Bytes;
    type Error = BrokeOff;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BrokeOff>>> {
        let Self::Pieces(pieces) = &mut *self else {
            return Poll::Ready(None);
        };
        let piece = ready!(Pin::new(&mut pieces.payload).poll_next(cx));
        let (moved, complete) = &*pieces.progress.0;
        moved.set(Instant::now());
        Poll::Ready(match piece {
            Some(Ok(piece)) => {
                let length = u64::try_from(piece.len()).unwrap_or(u64::MAX);
                pieces.left = pieces.left.map(|left| left.saturating_sub(length));
                complete.set(pieces.left == Some(0));
                Some(Ok(Frame::data(piece)))
            }
            Some(Err(_)) => Some(Err(BrokeOff)),
            // Fewer bytes than announced: the client broke off without a word.
            None if pieces.left.is_some_and(|left| left > 0) => Some(Err(BrokeOff)),
            None => {
                complete.set(true);
                None
            }
        })
    }

    fn is_end_stream(&self) -> bool {
        self.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Empty => SizeHint::with_exact(0),
            Self::Pieces(Pieces { left: Some(left), .. }) => SizeHint::with_exact(*left),
            Self::Pieces(Pieces { left: None, .. }) => SizeHint::default(),
        }
    }
}
