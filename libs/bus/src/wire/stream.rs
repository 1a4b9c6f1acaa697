//! A connection whose incoming bytes pass the filter.

use std::io::{self, Read, Write};
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::{Duration, Instant};

use async_rs::traits::Reactor;
use async_rs::util::{DummyIO, RuntimeParts};
use async_rs::{Runtime, Tokio, TokioRuntime};
use futures_io::{AsyncRead, AsyncWrite};
use futures_util::Stream;
use lapin::tcp::{AMQPUriTcpExt, AsyncTcpStream, TLSConfig};
use lapin::uri::AMQPUri;
use lapin::{Connection, ConnectionProperties};

use super::filter::FrameFilter;

/// Bytes that are read at once.
const CHUNK: usize = 32 * 1024;

type Plain = <Tokio as Reactor>::TcpStream;

/// Opens a connection of lapin to the broker at `url` that any message can pass. A service uses [`crate::Bus`]; this is for
/// tools that look into queues themselves.
///
/// # Errors
/// When the URL is none, or the broker is away or refuses.
pub async fn connect(url: &str, properties: ConnectionProperties) -> lapin::Result<Connection> {
    let uri: AMQPUri = url.parse().map_err(io::Error::other)?;
    let tokio = TokioRuntime::tokio_current();
    let filtered = RuntimeParts::new(Tokio::current(), FilteredReactor(Tokio::current()));
    let open = async move |uri: AMQPUri, _: Runtime<_>| {
        // The filter lies outside of TLS: it has to see what the broker says.
        let stream = uri
            .connect_with_config_async(TLSConfig::default(), &tokio)
            .await?;
        Ok(AsyncTcpStream::Plain(FilteredStream::new(stream)))
    };
    Connection::connector(uri, Runtime::new(filtered), open, properties).await
}

/// Tokio's reactor, whose streams are filtered.
#[derive(Clone, Debug)]
struct FilteredReactor(Tokio);

impl Reactor for FilteredReactor {
    type TcpStream = FilteredStream;
    type Sleep = <Tokio as Reactor>::Sleep;

    /// lapin registers nothing; the trait bound of what could be is private to its crate.
    fn register<H: Read + Write + Send + 'static>(
        &self,
        _: H,
    ) -> io::Result<impl AsyncRead + AsyncWrite + Send + Unpin + 'static> {
        Err::<DummyIO, _>(io::ErrorKind::Unsupported.into())
    }

    fn sleep(&self, duration: Duration) -> Self::Sleep {
        self.0.sleep(duration)
    }

    fn interval(&self, duration: Duration) -> impl Stream<Item = Instant> + Send + 'static {
        self.0.interval(duration)
    }

    fn tcp_connect_addr(
        &self,
        address: SocketAddr,
    ) -> impl Future<Output = io::Result<FilteredStream>> + Send + 'static {
        let connecting = self.0.tcp_connect_addr(address);
        async move { Ok(FilteredStream::new(AsyncTcpStream::Plain(connecting.await?))) }
    }
}

/// A stream to the broker.
struct FilteredStream {
    stream: AsyncTcpStream<Plain>,
    filter: FrameFilter,
    /// What passed the filter, and how much of it was read.
    passed: Vec<u8>,
    read: usize,
    chunk: Vec<u8>,
}

impl FilteredStream {
    fn new(stream: AsyncTcpStream<Plain>) -> Self {
        Self {
            stream,
            filter: FrameFilter::default(),
            passed: Vec::new(),
            read: 0,
            chunk: vec![0; CHUNK],
        }
    }
}

impl AsyncRead for FilteredStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut [u8],
    ) -> Poll<io::Result<usize>> {
        let this = &mut *self;
        while this.read == this.passed.len() {
            this.passed.clear();
            this.read = 0;
            let count = ready!(Pin::new(&mut this.stream).poll_read(cx, &mut this.chunk))?;
            if count == 0 {
                return Poll::Ready(Ok(0));
            }
            let chunk = this.chunk.get(..count).unwrap_or_default();
            this.filter.push(chunk, &mut this.passed);
        }
        let waiting = this.passed.get(this.read..).unwrap_or_default();
        let count = waiting.len().min(buffer.len());
        if let (Some(to), Some(from)) = (buffer.get_mut(..count), waiting.get(..count)) {
            to.copy_from_slice(from);
        }
        this.read += count;
        Poll::Ready(Ok(count))
    }
}

impl AsyncWrite for FilteredStream {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_close(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_close(cx)
    }
}
