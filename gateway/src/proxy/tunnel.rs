//! WebSockets: after the handshake bytes pass both ways, unread.

use std::cell::Cell;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::dev::Payload;
use actix_web::http::{Method, Version, header};
use actix_web::{HttpRequest, HttpResponse};
use futures_util::StreamExt;
use hyper::body::Bytes;
use hyper::header::HeaderValue;
use hyper::{HeaderMap, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWriteExt, ReadBuf};
use tokio::net::TcpStream;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::time::Instant;
use tokio_util::sync::{CancellationToken, DropGuard};

use super::answer::copy_headers;
use super::pool::Lease;
use super::quiet::{Lasting, Limits, Quiet};
use super::upstream::Answer;

const PIECE: usize = 8 * 1024;

/// Whether a request asks for a WebSocket. No other protocol is switched to.
pub fn is_websocket(request: &HttpRequest) -> bool {
    let websocket = request
        .headers()
        .get(header::UPGRADE)
        .is_some_and(|value| value.as_bytes().eq_ignore_ascii_case(b"websocket"));
    websocket
        && request.head().upgrade()
        && *request.method() == Method::GET
        && request.version() == Version::HTTP_11
}

/// Asks the service for a WebSocket too: these headers belong to one connection and were left out.
pub fn ask_for_websocket(headers: &mut HeaderMap) {
    headers.insert(hyper::header::CONNECTION, HeaderValue::from_static("upgrade"));
    headers.insert(hyper::header::UPGRADE, HeaderValue::from_static("websocket"));
}

/// Whether the service agreed.
pub fn is_switched(answer: &Answer) -> bool {
    answer.response.status() == StatusCode::SWITCHING_PROTOCOLS
}

/// Joins the two connections; `payload` is what the client sends. Nothing when the service's connection is
/// not to be had.
pub async fn tunnel(answer: Answer, payload: Payload, limits: &Limits) -> Option<HttpResponse> {
    let Answer { mut response, lease } = answer;
    let upgraded = hyper::upgrade::on(&mut response).await.ok()?;
    let parts = upgraded.downcast::<TokioIo<TcpStream>>().ok()?;
    let (read, write) = parts.io.into_inner().into_split();
    let closed = CancellationToken::new();
    let sent = Rc::new(Cell::new(Instant::now()));
    actix_web::rt::spawn(send_on(payload, write, sent.clone(), closed.clone()));
    let mut switched = HttpResponse::SwitchingProtocols();
    let mut switched = switched.upgrade("websocket").finish();
    copy_headers(response.headers(), &mut switched);
    Some(switched.set_body(BoxBody::new(Tunnel {
        read,
        early: parts.read_buf,
        space: vec![0; PIECE],
        sent,
        quiet: Quiet::new(limits.stream_idle),
        lasting: Lasting::new("websocket", &limits.ending),
        _closed: closed.drop_guard(),
        _lease: lease,
    })))
}

/// From the client to the service, until one of them has closed.
async fn send_on(
    mut payload: Payload,
    mut write: OwnedWriteHalf,
    sent: Rc<Cell<Instant>>,
    closed: CancellationToken,
) {
    let pass = async {
        while let Some(Ok(piece)) = payload.next().await {
            if write.write_all(&piece).await.is_err() {
                return;
            }
            sent.set(Instant::now());
        }
    };
    // The service's connection is closed for sending when `write` goes.
    tokio::select! {
        () = pass => {}
        () = closed.cancelled() => {}
    }
}

/// From the service to the client. When this goes, the other direction ends too.
struct Tunnel {
    read: OwnedReadHalf,
    /// What came together with the answer to the handshake.
    early: Bytes,
    space: Vec<u8>,
    sent: Rc<Cell<Instant>>,
    quiet: Quiet,
    lasting: Lasting,
    _closed: DropGuard,
    _lease: Lease,
}

impl MessageBody for Tunnel {
    type Error = std::io::Error;

    fn size(&self) -> BodySize {
        BodySize::Stream
    }

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, Self::Error>>> {
        let this = self.get_mut();
        if !this.early.is_empty() {
            return Poll::Ready(Some(Ok(std::mem::take(&mut this.early))));
        }
        let mut piece = ReadBuf::new(&mut this.space);
        match Pin::new(&mut this.read).poll_read(cx, &mut piece) {
            Poll::Ready(Ok(())) if !piece.filled().is_empty() => {
                this.quiet.moved();
                return Poll::Ready(Some(Ok(Bytes::copy_from_slice(piece.filled()))));
            }
            // Closed or broken: all that the client can be told is the end.
            Poll::Ready(_) => return Poll::Ready(None),
            Poll::Pending => {}
        }
        this.quiet.moved_at(this.sent.get());
        if this.lasting.poll(cx).is_ready() || this.quiet.poll(cx).is_ready() {
            return Poll::Ready(None);
        }
        Poll::Pending
    }
}
