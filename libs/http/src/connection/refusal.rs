//! Answers to what never became a request.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use actix_web::http::StatusCode;
use souk_telemetry::Flow;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::Instant;

use crate::Problem;

/// How long, and how many bytes, a client may go on sending before it sees a reset instead of the answer.
const LINGER: Duration = Duration::from_secs(5);
const MOST: usize = 16 * 1024 * 1024;
const PIECE: usize = 8 * 1024;
const PIECES: usize = 32;

/// An answer on its way, after which the connection is closed.
pub(super) struct Refusal {
    answer: Vec<u8>,
    written: usize,
    ended: bool,
    drained: usize,
    done: bool,
    pub until: Instant,
}

impl Refusal {
    pub fn new(status: StatusCode, peer: Option<SocketAddr>) -> Self {
        let flow = Flow::begin();
        let answer = flow.clone().enter(|| answer(status, &flow));
        flow.enter(|| tell(status, peer));
        Self {
            answer,
            written: 0,
            ended: false,
            drained: 0,
            done: false,
            until: Instant::now() + LINGER,
        }
    }

    /// Writes the answer, and reads what the client still sends so that it can see the answer.
    pub fn poll<T: AsyncRead + AsyncWrite + Unpin>(
        &mut self,
        io: &mut T,
        cx: &mut Context<'_>,
    ) -> Poll<io::Result<()>> {
        while let Some(rest) = self.answer.get(self.written..).filter(|rest| !rest.is_empty()) {
            match ready!(Pin::new(&mut *io).poll_write(cx, rest))? {
                0 => return Poll::Ready(Err(io::ErrorKind::WriteZero.into())),
                written => self.written += written,
            }
        }
        if !self.ended {
            ready!(Pin::new(&mut *io).poll_shutdown(cx))?;
            self.ended = true;
        }
        for _ in 0..PIECES {
            if self.done || self.drained >= MOST {
                return Poll::Ready(Ok(()));
            }
            let mut piece = [0; PIECE];
            let mut piece = ReadBuf::new(&mut piece);
            ready!(Pin::new(&mut *io).poll_read(cx, &mut piece))?;
            self.drained += piece.filled().len();
            self.done = piece.filled().is_empty();
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    }
}

fn answer(status: StatusCode, flow: &Flow) -> Vec<u8> {
    let problem = problem(status).to_body();
    // A struct of texts always serialises.
    let body = serde_json::to_vec(&problem).unwrap_or_default();
    let head = format!(
        "HTTP/1.1 {} {}\r\ncontent-type: application/problem+json\r\ncontent-length: {}\r\nconnection: close\r\n\
         content-security-policy: default-src 'none'; frame-ancestors 'none'\r\nx-content-type-options: nosniff\r\n\
         x-frame-options: DENY\r\nreferrer-policy: no-referrer\r\nx-request-id: {}\r\n\r\n",
        status.as_u16(),
        status.canonical_reason().unwrap_or_default(),
        body.len(),
        flow.request_id,
    );
    let mut answer = head.into_bytes();
    answer.extend_from_slice(&body);
    answer
}

fn problem(status: StatusCode) -> Problem {
    match status {
        StatusCode::REQUEST_TIMEOUT => Problem::new(status, "request-timeout", "The request took too long"),
        StatusCode::URI_TOO_LONG => Problem::new(status, "address-too-long", "The address is too long"),
        StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE => {
            Problem::new(status, "headers-too-large", "The headers are too large")
        }
        _ => Problem::bad_request("malformed-request", "The request is malformed"),
    }
}

/// Nothing of what was sent is told: nobody knows what it is.
fn tell(status: StatusCode, peer: Option<SocketAddr>) {
    let status = status.as_u16();
    metrics::counter!("http_unreadable_requests_total", "status" => status.to_string()).increment(1);
    tracing::info!(
        target: "souk::access",
        { http.status = status, client.address = peer.map(|peer| tracing::field::display(peer.ip())) },
        "Something that was no request was answered {status}"
    );
}
