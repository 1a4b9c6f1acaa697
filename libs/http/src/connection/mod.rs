//! One connection of a client: how much of a head is read, and how long anybody is waited for.

mod guard;
mod refusal;

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::task::{Context, Waker};
use std::time::Duration;

pub(crate) use guard::{Guard, HalfClose};

/// What a client may take, in bytes and in time.
#[derive(Clone, Copy, Debug)]
pub struct ConnectionLimits {
    /// Bytes of a request's head; more is answered 431, or 414 when its first line alone is longer.
    pub head_bytes: usize,
    /// How long a head may take from its first byte on, and how long a new connection may stay silent.
    pub head: Duration,
    /// Bytes of a body; more is answered 413.
    pub body_bytes: Option<u64>,
    /// How long a body may stand still; then it is answered 408.
    pub body: Option<Duration>,
    /// How long a client may not read what is sent to it.
    pub write: Duration,
    /// How long a connection is kept between two requests.
    pub idle: Duration,
}

impl Default for ConnectionLimits {
    /// For clients of ours, which keep connections that they do not need at once.
    fn default() -> Self {
        Self {
            head_bytes: 96 * 1024,
            head: Duration::from_secs(75),
            body_bytes: None,
            body: None,
            // Longer than the gateway waits for its own client, whom it passes on to.
            write: Duration::from_secs(120),
            idle: Duration::from_secs(75),
        }
    }
}

/// What the connection and the requests on it tell each other; both live on one thread.
#[derive(Debug, Default)]
pub(crate) struct Talk {
    begun: Cell<u64>,
    busy: Cell<u32>,
    unread: Cell<bool>,
    switched: Cell<bool>,
    /// The latest request announced that it is the last one on its connection.
    is_last: Cell<bool>,
    body: Cell<BodyState>,
    /// The connection, which waits for a change of `body`.
    waiting: RefCell<Option<Waker>>,
}

/// How far the body of the latest request has been read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum BodyState {
    /// There is none, or all of it was read, or nobody reads it any more.
    #[default]
    Done,
    /// Some of it may lie in the reader's buffers.
    Buffered,
    /// Everything that came was read, and more is wanted.
    Starved,
}

impl Talk {
    /// A request's head is complete; until the value is dropped it is being answered.
    pub fn begin(self: &Rc<Self>) -> Turn {
        self.begun.set(self.begun.get() + 1);
        self.busy.set(self.busy.get() + 1);
        self.unread.set(false);
        self.body.set(BodyState::Done);
        Turn(self.clone())
    }

    /// Nothing will follow the request: HTTP/1.0, or `Connection: close`.
    pub fn is_last(&self, is_last: bool) {
        self.is_last.set(is_last);
    }

    /// The body of the request was read so far.
    pub fn body_read(&self, state: BodyState) {
        if self.body.replace(state) != state
            && let Some(waiting) = self.waiting.take()
        {
            waiting.wake();
        }
    }

    /// How far the body was read; the connection is woken when that changes.
    fn poll_body(&self, cx: &Context<'_>) -> BodyState {
        *self.waiting.borrow_mut() = Some(cx.waker().clone());
        self.body.get()
    }

    /// A request's body was left behind unread.
    pub fn leave_unread(&self) {
        self.unread.set(true);
    }

    /// What follows the request's head is not HTTP: the connection ends with the answer.
    pub fn switch(&self) {
        self.switched.set(true);
    }

    /// Whether nothing that comes is of use to anybody.
    fn is_over(&self) -> bool {
        self.switched.get() && !self.is_busy()
    }

    fn is_busy(&self) -> bool {
        self.busy.get() > 0
    }
}

/// A request that is being answered.
#[derive(Debug)]
pub(crate) struct Turn(Rc<Talk>);

impl Turn {
    /// The connection it came on.
    pub fn talk(&self) -> &Rc<Talk> {
        &self.0
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.0.busy.set(self.0.busy.get().saturating_sub(1));
    }
}
