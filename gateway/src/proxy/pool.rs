//! One worker's connections to one address. They never leave the worker's thread, so nothing is locked.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::io;
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant};

use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::rt::TokioIo;
use tokio::net::{TcpStream, lookup_host};
use tokio::time::timeout;

use super::body::Outbound;
use super::endpoint::Endpoint;

const CONNECT: Duration = Duration::from_secs(1);
/// Shorter than a service keeps an idle connection.
const IDLE: Duration = Duration::from_secs(60);
const MOST_IDLE: usize = 256;

/// Why there is no connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unconnected {
    /// Nobody listens, or the name leads nowhere: known at once.
    Refused,
    /// Nobody answered in time.
    Lost,
}

/// The connections to one address.
pub struct Pool {
    endpoint: Arc<Endpoint>,
    idle: RefCell<VecDeque<(SendRequest<Outbound>, Instant)>>,
    /// Requests under way, up to the last byte of their answers.
    under_way: Cell<usize>,
    /// Where the next connection goes when the name has several addresses.
    turn: Cell<usize>,
}

impl Pool {
    /// No connection yet.
    pub fn new(endpoint: Arc<Endpoint>) -> Rc<Self> {
        Rc::new(Self {
            endpoint,
            idle: RefCell::default(),
            under_way: Cell::default(),
            turn: Cell::default(),
        })
    }

    /// Whose connections these are.
    pub fn endpoint(&self) -> &Endpoint {
        &self.endpoint
    }

    /// How many requests are under way.
    pub fn under_way(&self) -> usize {
        self.under_way.get()
    }

    /// The connection that was used last, if one is idle.
    pub fn idle(&self, now: Instant) -> Option<SendRequest<Outbound>> {
        let mut idle = self.idle.borrow_mut();
        if idle
            .back()
            .is_some_and(|(_, since)| now.duration_since(*since) > IDLE)
        {
            // The ones below are older still.
            idle.clear();
            return None;
        }
        idle.retain(|(sender, _)| !sender.is_closed());
        // One that has just been given back may not have seen the end of its answer yet.
        let ready = idle.iter().rposition(|(sender, _)| sender.is_ready())?;
        idle.remove(ready).map(|(sender, _)| sender)
    }

    /// A new connection, driven by this thread.
    pub async fn connect(&self) -> Result<SendRequest<Outbound>, Unconnected> {
        let stream = match timeout(CONNECT, self.open()).await {
            Ok(Ok(stream)) => stream,
            Ok(Err(_)) => return Err(Unconnected::Refused),
            Err(_) => return Err(Unconnected::Lost),
        };
        // Without it small requests wait for the acknowledgement of the last one; nothing else is lost.
        let _ = stream.set_nodelay(true);
        let (sender, connection) = http1::handshake(TokioIo::new(stream))
            .await
            .map_err(|_| Unconnected::Refused)?;
        actix_web::rt::spawn(connection.with_upgrades());
        Ok(sender)
    }

    async fn open(&self) -> io::Result<TcpStream> {
        let mut found: Vec<_> = lookup_host((self.endpoint.name(), self.endpoint.port()))
            .await?
            .collect();
        let turn = self.turn.replace(self.turn.get().wrapping_add(1));
        let first = turn.checked_rem(found.len()).unwrap_or_default();
        found.rotate_left(first);
        TcpStream::connect(found.as_slice()).await
    }

    fn put_back(&self, sender: SendRequest<Outbound>) {
        let mut idle = self.idle.borrow_mut();
        if idle.len() >= MOST_IDLE {
            idle.pop_front();
        }
        idle.push_back((sender, Instant::now()));
    }
}

/// One request under way.
pub struct Ticket {
    pool: Rc<Pool>,
    on_trial: bool,
}

impl Ticket {
    /// Counts the request; `on_trial` when it is the one that finds out whether the address is well again.
    pub fn new(pool: &Rc<Pool>, on_trial: bool) -> Self {
        pool.under_way.set(pool.under_way.get().saturating_add(1));
        Self {
            pool: pool.clone(),
            on_trial,
        }
    }

    /// The connections it may use.
    pub fn pool(&self) -> &Pool {
        &self.pool
    }

    /// What became of it was told to the endpoint.
    pub fn settled(&mut self) {
        self.on_trial = false;
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        let under_way = self.pool.under_way.get();
        self.pool.under_way.set(under_way.saturating_sub(1));
        if self.on_trial {
            self.pool.endpoint.end_trial();
        }
    }
}

/// A connection whose answer is being read. Dropped before [`Lease::finish`], it is closed.
pub struct Lease {
    sender: SendRequest<Outbound>,
    ticket: Ticket,
}

impl Lease {
    /// A request under way and its connection.
    pub fn new(sender: SendRequest<Outbound>, ticket: Ticket) -> Self {
        Self { sender, ticket }
    }

    /// The answer was read to its end.
    pub fn finish(self) {
        self.ticket.pool.put_back(self.sender);
    }
}
