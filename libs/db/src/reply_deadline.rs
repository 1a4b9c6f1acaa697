//! A deadline on replies: a server that takes a statement and then says nothing is given up.
//!
//! Keepalives do not notice that: whatever acknowledges packets in its place, a proxy or a frozen host's kernel, keeps the
//! connection alive. So the stream itself counts what was asked and not answered, and fails once nothing has come for too
//! long. What is in the messages does not matter, only where each ends.

use std::convert::Infallible;
use std::future::{Future, Ready, ready};
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep, sleep};
use tokio_postgres::tls::{ChannelBinding, MakeTlsConnect, TlsConnect, TlsStream};

/// Puts a deadline on the replies of each stream.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ReplyDeadline(pub Duration);

impl<S: AsyncRead + AsyncWrite + Unpin> MakeTlsConnect<S> for ReplyDeadline {
    type Stream = WatchedStream<S>;
    type TlsConnect = Self;
    type Error = Infallible;

    fn make_tls_connect(&mut self, _domain: &str) -> Result<Self, Infallible> {
        Ok(*self)
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> TlsConnect<S> for ReplyDeadline {
    type Stream = WatchedStream<S>;
    type Error = Infallible;
    type Future = Ready<Result<WatchedStream<S>, Infallible>>;

    fn connect(self, stream: S) -> Self::Future {
        ready(Ok(WatchedStream::new(stream, self.0)))
    }
}

/// A stream of the Postgres protocol that knows whether a reply is owed.
pub(crate) struct WatchedStream<S> {
    stream: S,
    limit: Duration,
    deadline: Pin<Box<Sleep>>,
    sent: Messages,
    received: Messages,
    /// Requests that the server has not finished.
    owed: u64,
}

impl<S> WatchedStream<S> {
    fn new(stream: S, limit: Duration) -> Self {
        Self {
            stream,
            limit,
            deadline: Box::pin(sleep(limit)),
            sent: Messages::after_startup(),
            received: Messages::default(),
            owed: 0,
        }
    }

    fn restart(&mut self) {
        self.deadline.as_mut().reset(Instant::now() + self.limit);
    }

    fn note_sent(&mut self, bytes: &[u8], context: &mut Context<'_>) {
        let was_idle = self.owed == 0;
        let owed = &mut self.owed;
        // The start, a simple query and a sync: each is answered by one `ReadyForQuery`.
        self.sent.read(bytes, |kind| {
            if matches!(kind, STARTUP | b'Q' | b'S') {
                *owed += 1;
            }
        });
        if was_idle && self.owed > 0 {
            self.restart();
            // Whoever reads was not woken by this: the deadline wakes it.
            let _ = self.deadline.as_mut().poll(context);
        }
    }

    fn note_received(&mut self, bytes: &[u8]) {
        let owed = &mut self.owed;
        self.received.read(bytes, |kind| {
            if kind == b'Z' {
                *owed = owed.saturating_sub(1);
            }
        });
        if self.owed > 0 {
            self.restart();
        }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for WatchedStream<S> {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let before = buffer.filled().len();
        if let Poll::Ready(read) = Pin::new(&mut this.stream).poll_read(context, buffer) {
            this.note_received(buffer.filled().get(before..).unwrap_or_default());
            return Poll::Ready(read);
        }
        if this.owed > 0 && this.deadline.as_mut().poll(context).is_ready() {
            let error = io::Error::new(io::ErrorKind::TimedOut, "Postgres has stopped answering");
            return Poll::Ready(Err(error));
        }
        Poll::Pending
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for WatchedStream<S> {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let written = Pin::new(&mut this.stream).poll_write(context, bytes);
        if let Poll::Ready(Ok(count)) = &written {
            this.note_sent(bytes.get(..*count).unwrap_or_default(), context);
        }
        written
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_flush(context)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_shutdown(context)
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> TlsStream for WatchedStream<S> {
    fn channel_binding(&self) -> ChannelBinding {
        ChannelBinding::none()
    }
}

/// The first message of a client, which has no type.
const STARTUP: u8 = 0;

/// Finds the types of messages in a stream: a byte of type, four of length that count themselves, and the body.
#[derive(Debug, Default)]
struct Messages {
    header: Vec<u8>,
    body: usize,
    is_untyped: bool,
}

impl Messages {
    fn after_startup() -> Self {
        Self {
            is_untyped: true,
            ..Self::default()
        }
    }

    fn read(&mut self, mut bytes: &[u8], mut found: impl FnMut(u8)) {
        while !bytes.is_empty() {
            let skipped = self.body.min(bytes.len());
            self.body -= skipped;
            bytes = bytes.get(skipped..).unwrap_or_default();
            let wanted = if self.is_untyped { 4 } else { 5 } - self.header.len();
            let (more, rest) = bytes.split_at(wanted.min(bytes.len()));
            self.header.extend_from_slice(more);
            bytes = rest;
            if more.len() == wanted {
                found(self.end_header());
            }
        }
    }

    fn end_header(&mut self) -> u8 {
        let (kind, length) = match (self.is_untyped, self.header.as_slice()) {
            (true, [a, b, c, d]) => (STARTUP, [*a, *b, *c, *d]),
            (_, [kind, a, b, c, d]) => (*kind, [*a, *b, *c, *d]),
            _ => (STARTUP, [0; 4]),
        };
        self.body = usize::try_from(u32::from_be_bytes(length))
            .unwrap_or(usize::MAX)
            .saturating_sub(4);
        self.is_untyped = false;
        self.header.clear();
        kind
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};

    use super::*;

    const LIMIT: Duration = Duration::from_millis(1);
    const READY: &[u8] = b"Z\0\0\0\x05I";

    fn startup() -> Vec<u8> {
        [8_u32.to_be_bytes(), 196_608_u32.to_be_bytes()].concat()
    }

    fn query(text: &[u8]) -> Vec<u8> {
        let length = u32::try_from(text.len() + 4).unwrap();
        [b"Q", length.to_be_bytes().as_slice(), text].concat()
    }

    /// A stream that was started, and the server at its other end.
    async fn started() -> (WatchedStream<DuplexStream>, DuplexStream) {
        let (client, mut server) = duplex(1024);
        let mut client = WatchedStream::new(client, LIMIT);
        server.write_all(READY).await.unwrap();
        client.write_all(&startup()).await.unwrap();
        client.read_exact(&mut [0; 6]).await.unwrap();
        (client, server)
    }

    #[tokio::test]
    async fn a_stream_that_owes_nothing_may_be_silent() {
        let (mut client, mut server) = started().await;

        let late = async {
            tokio::time::sleep(LIMIT * 20).await;
            server.write_all(b"N").await.unwrap();
        };
        let (read, ()) = tokio::join!(client.read_u8(), late);

        assert_eq!(read.unwrap(), b'N');
    }

    #[tokio::test]
    async fn a_reply_that_does_not_come_is_given_up() {
        let (mut client, _server) = started().await;
        client.write_all(&query(b"select 1\0")).await.unwrap();

        let error = client.read_u8().await.unwrap_err();

        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
    }

    #[tokio::test]
    async fn a_reply_that_stops_half_way_is_given_up() {
        let (mut client, mut server) = started().await;
        server.write_all(READY).await.unwrap();
        server.write_all(&READY[..3]).await.unwrap();
        // Two requests at once, written in pieces; the reply of the first one is whole.
        for byte in [query(b"select 1\0"), query(b"select 2\0")].concat() {
            client.write_all(&[byte]).await.unwrap();
        }
        client.read_exact(&mut [0; 9]).await.unwrap();

        let error = client.read_u8().await.unwrap_err();

        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
    }

    #[tokio::test]
    async fn each_part_of_a_reply_moves_the_deadline() {
        let (mut client, mut server) = started().await;
        server.write_all(READY).await.unwrap();
        client.write_all(&query(b"select 1\0")).await.unwrap();
        let before = client.deadline.deadline();

        client.read_exact(&mut [0; 3]).await.unwrap();

        assert!(client.deadline.deadline() > before);
        assert_eq!(client.owed, 1);
        client.read_exact(&mut [0; 3]).await.unwrap();
        assert_eq!(client.owed, 0);
    }
}
