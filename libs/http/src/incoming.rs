//! A request's body, watched while it is read: not too long, not too slow.

use std::cell::Cell;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};
use std::time::Duration;

use actix_web::HttpMessage;
use actix_web::dev::{Payload, ServiceRequest};
use actix_web::error::PayloadError;
use actix_web::http::StatusCode;
use actix_web::http::header::{TRANSFER_ENCODING, UPGRADE};
use actix_web::web::Bytes;
use futures_util::Stream;
use souk_telemetry::Deadline;
use tokio::time::{Instant, Sleep, sleep_until};

use crate::connection::{BodyState, Talk, Turn};
use crate::{ConnectionLimits, Problem};

/// A body may not trickle either: beyond the time it may stand still, it must bring so much in a second.
const LEAST_PER_SECOND: u64 = 512;

/// What became of a body.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Fate {
    #[default]
    Good,
    TooLarge,
    TooSlow,
}

/// What a watched body came to.
pub(crate) struct Watch(Rc<Cell<Fate>>);

impl Watch {
    /// Why the body was not read to its end, when that was the client's doing.
    pub fn refusal(&self) -> Option<Problem> {
        match self.0.get() {
            Fate::Good => None,
            Fate::TooLarge => Some(Problem::new(
                StatusCode::PAYLOAD_TOO_LARGE,
                "body-too-large",
                "The body is too large",
            )),
            Fate::TooSlow => Some(Problem::new(
                StatusCode::REQUEST_TIMEOUT,
                "request-timeout",
                "The request took too long",
            )),
        }
    }
}

/// Puts a watch on a request's body, if it has one.
pub(crate) fn watch(
    request: &mut ServiceRequest,
    turn: Option<&Turn>,
    limits: &ConnectionLimits,
    deadline: Option<&Deadline>,
) -> Option<Watch> {
    if is_upgrade(request) {
        if let Some(turn) = turn {
            turn.talk().switch();
        }
        return None;
    }
    let payload = request.take_payload();
    if matches!(payload, Payload::None) {
        return None;
    }
    let fate = Rc::new(Cell::new(Fate::Good));
    let talk = turn.map(|turn| turn.talk().clone());
    if let Some(talk) = &talk {
        talk.body_read(BodyState::Buffered);
    }
    let watched = Watched {
        payload,
        talk,
        deadline: deadline.cloned(),
        left: limits.body_bytes,
        pace: limits.body.map(Pace::new),
        fate: fate.clone(),
        ended: false,
    };
    request.set_payload(Payload::Stream {
        payload: Box::pin(watched),
    });
    Some(Watch(fate))
}

/// What follows such a head is no body. The HTTP/1 reader takes it so even where a length is announced.
fn is_upgrade(request: &ServiceRequest) -> bool {
    let upgrade = request
        .headers()
        .get(UPGRADE)
        .and_then(|value| value.to_str().ok());
    upgrade.is_some_and(|value| value.trim().eq_ignore_ascii_case("websocket"))
        && !request.headers().contains_key(TRANSFER_ENCODING)
}

struct Watched {
    payload: Payload,
    talk: Option<Rc<Talk>>,
    /// Of the request: it begins anew with each piece.
    deadline: Option<Deadline>,
    left: Option<u64>,
    pace: Option<Pace>,
    fate: Rc<Cell<Fate>>,
    ended: bool,
}

impl Watched {
    fn fail(&mut self, fate: Fate, error: PayloadError) -> Poll<Option<Result<Bytes, PayloadError>>> {
        self.fate.set(fate);
        self.payload = Payload::None;
        Poll::Ready(Some(Err(error)))
    }

    fn report(&self, state: BodyState) {
        if let Some(talk) = &self.talk {
            talk.body_read(state);
        }
    }
}

impl Stream for Watched {
    type Item = Result<Bytes, PayloadError>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        match Pin::new(&mut this.payload).poll_next(cx) {
            Poll::Ready(Some(Ok(piece))) => {
                this.report(BodyState::Buffered);
                if let Some(deadline) = &this.deadline {
                    deadline.restart();
                }
                let length = u64::try_from(piece.len()).unwrap_or(u64::MAX);
                if let Some(pace) = &mut this.pace {
                    pace.moved(length);
                }
                if let Some(left) = &mut this.left {
                    match left.checked_sub(length) {
                        Some(rest) => *left = rest,
                        None => return this.fail(Fate::TooLarge, PayloadError::Overflow),
                    }
                }
                Poll::Ready(Some(Ok(piece)))
            }
            Poll::Ready(end) => {
                this.ended = end.is_none();
                this.report(BodyState::Done);
                Poll::Ready(end)
            }
            Poll::Pending => {
                this.report(BodyState::Starved);
                if this.pace.as_mut().is_some_and(|pace| pace.is_over(cx)) {
                    let late = std::io::Error::from(std::io::ErrorKind::TimedOut);
                    return this.fail(Fate::TooSlow, PayloadError::Io(late));
                }
                Poll::Pending
            }
        }
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        self.report(BodyState::Done);
        if let (false, Some(talk)) = (self.ended, &self.talk) {
            talk.leave_unread();
        }
    }
}

/// Counts only the time in which somebody wants to read and there is nothing: a reader that holds the client
/// back does so at its own expense.
struct Pace {
    still: Duration,
    waited: Duration,
    allowed: Duration,
    since: Option<Instant>,
    timer: Option<Pin<Box<Sleep>>>,
}

impl Pace {
    fn new(still: Duration) -> Self {
        Self {
            still,
            waited: Duration::ZERO,
            allowed: still,
            since: None,
            timer: None,
        }
    }

    fn moved(&mut self, bytes: u64) {
        if let Some(since) = self.since.take() {
            self.waited += since.elapsed();
        }
        self.allowed += Duration::from_millis(bytes.saturating_mul(1000) / LEAST_PER_SECOND);
    }

    fn is_over(&mut self, cx: &mut Context<'_>) -> bool {
        let now = Instant::now();
        let since = *self.since.get_or_insert(now);
        let by = since + self.still.min(self.allowed.saturating_sub(self.waited));
        let timer = self.timer.get_or_insert_with(|| Box::pin(sleep_until(by)));
        if timer.deadline() != by {
            timer.as_mut().reset(by);
        }
        timer.as_mut().poll(cx).is_ready()
    }
}
