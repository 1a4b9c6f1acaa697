//! A proxy made of the gateway's libraries and nothing else: what they leave of a machine's speed before anything is
//! done for anybody. `bare-proxy <port> <upstream port>`, for GET only.

use std::cell::RefCell;
use std::convert::Infallible;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use actix_web::body::SizedStream;
use actix_web::error::ErrorBadGateway;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::web::{self, Bytes};
use actix_web::{App, Error, HttpRequest, HttpResponse, HttpServer};
use futures_util::stream;
use hyper::Request;
use hyper::body::{Body, Frame, Incoming, SizeHint};
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper::header::{CONTENT_LENGTH, HOST};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

thread_local! {
    /// The connections of this worker that nobody uses.
    static IDLE: RefCell<Vec<SendRequest<Nothing>>> = RefCell::default();
}

fn main() -> io::Result<()> {
    let mut ports = std::env::args().skip(1).map(|port| port.parse::<u16>());
    let (Some(Ok(port)), Some(Ok(upstream))) = (ports.next(), ports.next()) else {
        eprintln!("usage: bare-proxy <port> <upstream port>");
        std::process::exit(2);
    };
    let app =
        move || App::new().default_service(web::to(move |request: HttpRequest| pass(request, upstream)));
    let server = HttpServer::new(app).bind(("127.0.0.1", port))?.workers(2);
    actix_web::rt::System::new().block_on(server.run())
}

async fn pass(request: HttpRequest, upstream: u16) -> Result<HttpResponse, Error> {
    let asked = Request::get(request.uri().to_string())
        .header(HOST, "127.0.0.1")
        .body(Nothing)
        .map_err(ErrorBadGateway)?;
    let mut sender = match idle() {
        Some(sender) => sender,
        None => connect(upstream).await?,
    };
    let (head, body) = sender
        .send_request(asked)
        .await
        .map_err(ErrorBadGateway)?
        .into_parts();
    let mut answer = HttpResponse::Ok();
    if let Some(kind) = head.headers.get("content-type") {
        answer.insert_header((CONTENT_TYPE, kind.as_bytes()));
    }
    let length = head
        .headers
        .get(CONTENT_LENGTH)
        .and_then(|length| length.to_str().ok()?.parse().ok());
    let length = length.ok_or_else(|| ErrorBadGateway("no length"))?;
    Ok(answer.body(SizedStream::new(
        length,
        stream::unfold(
            Relay {
                body,
                sender: Some(sender),
            },
            Relay::next,
        ),
    )))
}

fn idle() -> Option<SendRequest<Nothing>> {
    IDLE.with_borrow_mut(|idle| {
        let ready = idle.iter().rposition(SendRequest::is_ready)?;
        Some(idle.swap_remove(ready))
    })
}

async fn connect(upstream: u16) -> Result<SendRequest<Nothing>, Error> {
    let stream = TcpStream::connect(("127.0.0.1", upstream)).await?;
    stream.set_nodelay(true)?;
    let (sender, connection) = handshake(TokioIo::new(stream)).await.map_err(ErrorBadGateway)?;
    actix_web::rt::spawn(connection);
    Ok(sender)
}

/// An answer on its way, and the connection that it comes over.
struct Relay {
    body: Incoming,
    sender: Option<SendRequest<Nothing>>,
}

impl Relay {
    async fn next(mut self) -> Option<(Result<Bytes, hyper::Error>, Self)> {
        let frame = std::future::poll_fn(|cx| Pin::new(&mut self.body).poll_frame(cx)).await?;
        if self.body.is_end_stream()
            && let Some(sender) = self.sender.take()
        {
            IDLE.with_borrow_mut(|idle| idle.push(sender));
        }
        Some((frame.map(|frame| frame.into_data().unwrap_or_default()), self))
    }
}

/// The body of a GET.
struct Nothing;

impl Body for Nothing {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        Poll::Ready(None)
    }

    fn is_end_stream(&self) -> bool {
        true
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(0)
    }
}
