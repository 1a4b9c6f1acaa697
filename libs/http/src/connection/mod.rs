//! One connection of a client: how much of a head is read, and how long anybody is waited for.

mod guard;
mod refusal;

use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

pub(crate) use guard::Guard;

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
}

impl Talk {
    /// A request's head is complete; until the value is dropped it is being answered.
    pub fn begin(self: &Rc<Self>) -> Turn {
        self.begun.set(self.begun.get() + 1);
        self.busy.set(self.busy.get() + 1);
        self.unread.set(false);
        Turn(self.clone())
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
