//! The socket as the HTTP/1 reader sees it: it ends for those who are too slow or too long.
//!
//! actix times the first head of a connection only, and neither the heads after it nor a client that does not
//! read. What it refuses itself has no body.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use actix_web::http::StatusCode;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Instant, Sleep, sleep_until};

use super::refusal::Refusal;
use super::{BodyState, ConnectionLimits, Talk};

/// actix ends idle connections by itself; this is for those that it forgets.
const MARGIN: Duration = Duration::from_secs(5);
/// Bytes of a body nobody wants that are read for the sake of the next request.
const MOST_UNREAD: usize = 16 * 1024 * 1024;

/// How often a half-closed connection is checked for a reset: once the end of a socket was read, reading it reports no
/// error.
const LOOK: Duration = Duration::from_millis(250);

/// A socket that knows whether its connection has failed.
pub(crate) trait Socket: AsyncRead + AsyncWrite + Unpin {
    /// Whether the other side has reset the connection, also after its end was read.
    fn has_failed(&self) -> bool;
}

impl Socket for TcpStream {
    fn has_failed(&self) -> bool {
        !matches!(self.take_error(), Ok(None))
    }
}

/// How the end of what the client sends is taken while a request is being answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum HalfClose {
    /// The client has gone, and its request ends.
    Disconnects,
    /// The same, unless the request was announced as the last one: then its answer is waited for.
    AwaitsLastAnswer,
}

/// What was read since the last request.
#[derive(Default)]
struct Head {
    after: u64,
    bytes: usize,
    has_line: bool,
    /// Everything that may be read was read, and the reader has not had a look at the last of it.
    full: bool,
}

/// A socket with limits.
pub(crate) struct Guard<T> {
    io: T,
    peer: Option<SocketAddr>,
    limits: ConnectionLimits,
    half_close: HalfClose,
    /// Nothing more will come; the end was not yet passed on.
    ended: bool,
    /// The end was passed on while a request is being answered; from then on the socket is looked at now and then.
    next_look: Option<Pin<Box<Sleep>>>,
    talk: Rc<Talk>,
    head: Head,
    read_by: Option<Instant>,
    write_by: Option<Instant>,
    timer: Option<Pin<Box<Sleep>>>,
    /// Everything that a request was answered is written, up to this request.
    written: u64,
    refusal: Option<Refusal>,
    closed: bool,
}

impl<T: Socket> Guard<T> {
    pub fn new(io: T, peer: Option<SocketAddr>, limits: ConnectionLimits, half_close: HalfClose) -> Self {
        Self {
            io,
            peer,
            limits,
            half_close,
            ended: false,
            next_look: None,
            talk: Rc::default(),
            head: Head::default(),
            read_by: None,
            write_by: None,
            timer: None,
            written: 0,
            refusal: None,
            closed: false,
        }
    }

    pub fn talk(&self) -> Rc<Talk> {
        self.talk.clone()
    }

    /// Reads between two requests.
    fn poll_head(&mut self, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let begun = self.talk.begun.get();
        if self.head.after != begun {
            self.begin_head(begun);
        }
        let unread = self.talk.unread.get();
        let most = if unread {
            MOST_UNREAD
        } else {
            self.limits.head_bytes
        };
        let room = most.saturating_sub(self.head.bytes);
        if room == 0 {
            return self.poll_full(unread, cx);
        }
        let read = ready_or_pending(poll_read_at_most(&mut self.io, room, cx, buf));
        match read {
            Some(Ok(0)) => self.poll_end(cx),
            Some(Ok(piece)) => {
                if self.head.bytes == 0 {
                    self.read_by = Some(Instant::now() + self.limits.head);
                }
                self.head.bytes += piece;
                let filled = buf.filled();
                let new = filled.get(filled.len() - piece..).unwrap_or_default();
                self.head.has_line |= new.contains(&b'\n');
                Poll::Ready(Ok(()))
            }
            Some(Err(error)) => Poll::Ready(Err(error)),
            None => {
                self.wait_for_head();
                if self.is_due(cx) {
                    return self.poll_late(cx);
                }
                Poll::Pending
            }
        }
    }

    /// The client sends nothing more.
    fn poll_end(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let is_new = !std::mem::replace(&mut self.ended, true);
        if self.half_close == HalfClose::Disconnects {
            return Poll::Ready(Ok(()));
        }
        if !self.talk.is_busy() {
            if is_new && self.head.bytes > 0 {
                // The reader may find a whole head in what it has got.
                cx.waker().wake_by_ref();
                return Poll::Pending;
            }
            return Poll::Ready(Ok(()));
        }
        if !self.talk.is_last.get() {
            // More was to come on this connection: the client is gone, and waits for no answer.
            return Poll::Ready(Err(io::ErrorKind::ConnectionAborted.into()));
        }
        // After the end actix reads no more of the body than it can take at once.
        if self.talk.poll_body(cx) == BodyState::Buffered {
            return Poll::Pending;
        }
        self.look_later();
        Poll::Ready(Ok(()))
    }

    fn look_later(&mut self) {
        let at = Instant::now() + LOOK;
        match &mut self.next_look {
            Some(timer) => timer.as_mut().reset(at),
            None => self.next_look = Some(Box::pin(sleep_until(at))),
        }
    }

    /// Fails once a client that waited for its last answer has gone.
    fn check_gone(&mut self, cx: &mut Context<'_>) -> io::Result<()> {
        while let Some(timer) = &mut self.next_look
            && timer.as_mut().poll(cx).is_ready()
        {
            if self.io.has_failed() {
                return Err(io::ErrorKind::ConnectionReset.into());
            }
            self.look_later();
        }
        Ok(())
    }

    fn begin_head(&mut self, after: u64) {
        self.head = Head {
            after,
            ..Head::default()
        };
        self.read_by = None;
    }

    fn wait_for_head(&mut self) {
        if self.read_by.is_none() {
            let new = self.talk.begun.get() == 0;
            let patience = if new {
                self.limits.head
            } else {
                self.limits.idle + MARGIN
            };
            self.read_by = Some(Instant::now() + patience);
        }
    }

    fn poll_full(&mut self, unread: bool, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if !std::mem::replace(&mut self.head.full, true) {
            // The reader may find a whole head in what it has got.
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        if unread {
            self.closed = true;
            return Poll::Ready(Ok(()));
        }
        self.refuse(if self.head.has_line {
            StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE
        } else {
            StatusCode::URI_TOO_LONG
        });
        self.poll_refusal(cx)
    }

    /// Somebody was too slow: told why when nothing else is under way, else cut off.
    fn poll_late(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.write_by.is_some_and(|by| by <= Instant::now()) {
            return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
        }
        if self.head.bytes > 0 && self.is_quiet() && !self.talk.unread.get() {
            self.refuse(StatusCode::REQUEST_TIMEOUT);
            return self.poll_refusal(cx);
        }
        self.closed = true;
        Poll::Ready(Ok(()))
    }

    fn refuse(&mut self, status: StatusCode) {
        self.refusal = Some(Refusal::new(status, self.peer));
        self.read_by = None;
        self.write_by = None;
    }

    /// Ends like the end of the stream.
    fn poll_refusal(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let Some(refusal) = &mut self.refusal else {
            return Poll::Ready(Ok(()));
        };
        if let Poll::Ready(done) = refusal.poll(&mut self.io, cx) {
            return Poll::Ready(done);
        }
        self.read_by = Some(refusal.until);
        if self.is_due(cx) {
            Poll::Ready(Ok(()))
        } else {
            Poll::Pending
        }
    }

    /// Whether no answer of a request is under way: what is written now is the reader's own.
    fn is_quiet(&self) -> bool {
        !self.talk.is_busy() && self.written == self.talk.begun.get()
    }

    /// Whether someone is too late. The timer is set anew only when it would fire too late.
    fn is_due(&mut self, cx: &mut Context<'_>) -> bool {
        let Some(due) = self.read_by.into_iter().chain(self.write_by).min() else {
            return false;
        };
        let timer = self.timer.get_or_insert_with(|| Box::pin(sleep_until(due)));
        if timer.deadline() > due {
            timer.as_mut().reset(due);
        }
        while timer.as_mut().poll(cx).is_ready() {
            if due <= Instant::now() {
                return true;
            }
            timer.as_mut().reset(due);
        }
        false
    }
}

impl<T: Socket> AsyncRead for Guard<T> {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        // Told that the client has closed, actix closes too; else it waits for what the client still sends.
        if this.closed || this.talk.is_over() {
            return Poll::Ready(Ok(()));
        }
        if this.refusal.is_some() {
            return this.poll_refusal(cx);
        }
        if this.ended {
            return this.poll_end(cx);
        }
        if this.talk.is_busy() {
            // Bodies are timed where they are read; whoever waits for an answer may wait.
            this.read_by = None;
            let before = buf.filled().len();
            ready!(Pin::new(&mut this.io).poll_read(cx, buf))?;
            return if buf.filled().len() > before {
                Poll::Ready(Ok(()))
            } else {
                this.poll_end(cx)
            };
        }
        this.poll_head(cx, buf)
    }
}

impl<T: Socket> AsyncWrite for Guard<T> {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        if this.refusal.is_none()
            && this.is_quiet()
            && let Some(status) = bare_refusal(buf)
        {
            this.refuse(status);
        }
        if this.refusal.is_some() {
            ready!(this.poll_refusal(cx))?;
            return Poll::Ready(Ok(buf.len()));
        }
        match Pin::new(&mut this.io).poll_write(cx, buf) {
            Poll::Pending => {
                let by = Instant::now() + this.limits.write;
                this.write_by.get_or_insert(by);
                if this.is_due(cx) && this.write_by.is_some_and(|by| by <= Instant::now()) {
                    return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
                }
                Poll::Pending
            }
            written => {
                this.write_by = None;
                written
            }
        }
    }

    /// Comes when everything is written: from here on, somebody must be waited for.
    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        this.check_gone(cx)?;
        ready!(Pin::new(&mut this.io).poll_flush(cx))?;
        if this.talk.is_busy() || this.refusal.is_some() || this.closed {
            return Poll::Ready(Ok(()));
        }
        this.written = this.talk.begun.get();
        if this.head.after != this.written {
            this.begin_head(this.written);
        }
        this.wait_for_head();
        if this.is_due(cx) {
            // The next read ends the connection.
            cx.waker().wake_by_ref();
        }
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().io).poll_shutdown(cx)
    }
}

/// Reads into a buffer, and not more than there is room for.
fn poll_read_at_most<T: AsyncRead + Unpin>(
    io: &mut T,
    room: usize,
    cx: &mut Context<'_>,
    buf: &mut ReadBuf<'_>,
) -> Poll<io::Result<usize>> {
    let before = buf.filled().len();
    if buf.remaining() <= room {
        ready!(Pin::new(io).poll_read(cx, buf))?;
        return Poll::Ready(Ok(buf.filled().len() - before));
    }
    let mut part = ReadBuf::new(buf.initialize_unfilled_to(room));
    ready!(Pin::new(io).poll_read(cx, &mut part))?;
    let piece = part.filled().len();
    buf.advance(piece);
    Poll::Ready(Ok(piece))
}

fn ready_or_pending<R>(poll: Poll<R>) -> Option<R> {
    match poll {
        Poll::Ready(ready) => Some(ready),
        Poll::Pending => None,
    }
}

/// The status of an answer that the HTTP/1 reader gave by itself.
fn bare_refusal(answer: &[u8]) -> Option<StatusCode> {
    let status = answer.strip_prefix(b"HTTP/1.1 ")?.get(..3)?;
    let status = StatusCode::from_bytes(status).ok()?;
    status.is_client_error().then_some(status)
}
