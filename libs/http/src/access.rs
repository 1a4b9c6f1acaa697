//! One log line per request, written when its answer has left or was given up.

use std::borrow::Cow;
use std::net::IpAddr;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Instant;

use actix_web::HttpMessage;
use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::web::Bytes;
use souk_telemetry::Flow;
use uuid::Uuid;

use crate::connection::Turn;
use crate::observe::Quiet;

const QUIET: [&str; 3] = ["/health/live", "/health/ready", "/metrics"];
/// A longer piece of a path is nothing that anybody would look for.
const LONGEST: usize = 80;
/// What a client that went away before it was answered is told of with, as nginx does.
const NOBODY_WAITED: u16 = 499;

/// What a server knows of a request beyond HTTP; lies in its extensions, for the log line.
#[derive(Clone, Debug, Default)]
pub struct Logged {
    /// The client's address.
    pub client: Option<IpAddr>,
    /// The path's normal form, where it was spelled differently.
    pub path: Option<String>,
    /// The logged-in user.
    pub user: Option<Uuid>,
    /// Who answered in fact.
    pub upstream: Option<&'static str>,
}

impl From<IpAddr> for Logged {
    fn from(client: IpAddr) -> Self {
        Self {
            client: Some(client),
            ..Self::default()
        }
    }
}

/// A request on its way.
pub(crate) struct Entry {
    /// Until the line is written.
    flow: Option<Flow>,
    method: &'static str,
    path: String,
    started: Instant,
    status: u16,
    logged: Logged,
    bytes: u64,
    whole: bool,
    quiet: bool,
    turn: Option<Turn>,
}

impl Entry {
    pub fn new(request: &ServiceRequest, flow: &Flow, turn: Option<Turn>) -> Self {
        Self {
            flow: Some(flow.clone()),
            method: known(request.method()),
            path: request.path().to_owned(),
            started: Instant::now(),
            status: NOBODY_WAITED,
            logged: Logged::default(),
            bytes: 0,
            whole: false,
            quiet: QUIET.contains(&request.path()),
            turn,
        }
    }

    pub fn turn(&self) -> Option<&Turn> {
        self.turn.as_ref()
    }

    pub fn method(&self) -> &'static str {
        self.method
    }

    pub fn started(&self) -> Instant {
        self.started
    }

    /// The answer, which takes the entry along.
    pub fn answered(mut self, response: ServiceResponse<BoxBody>) -> ServiceResponse<Told> {
        self.status = response.status().as_u16();
        let mut extensions = response.request().extensions_mut();
        self.quiet |= self.status < 400 && extensions.contains::<Quiet>();
        if let Some(logged) = extensions.remove::<Logged>() {
            self.logged = logged;
        }
        drop(extensions);
        response.map_body(|_, body| {
            self.whole = matches!(body.size(), BodySize::None | BodySize::Sized(0));
            Told { body, entry: self }
        })
    }
}

impl Drop for Entry {
    fn drop(&mut self) {
        let Some(flow) = self.flow.take().filter(|_| !self.quiet) else {
            return;
        };
        let path = shown(self.logged.path.as_deref().unwrap_or(&self.path));
        let (method, status) = (self.method, self.status);
        let duration_ms = self.started.elapsed().as_secs_f64() * 1000.0;
        let Logged {
            client,
            user,
            upstream,
            ..
        } = self.logged;
        let is_head = method == "HEAD";
        let tell = || {
            tracing::info!(
                target: "souk::access",
                {
                    http.method = method,
                    http.path = path.as_ref(),
                    http.status = status,
                    duration_ms,
                    bytes = if is_head { 0 } else { self.bytes },
                    client.address = client.map(display),
                    user.id = user.map(display),
                    upstream,
                    broken_off = (!self.whole && !is_head).then_some(true)
                },
                "{method} {path} was answered {status} in {duration_ms:.1} ms"
            );
        };
        flow.enter(tell);
    }
}

/// A body that is counted on its way.
pub struct Told {
    body: BoxBody,
    entry: Entry,
}

impl MessageBody for Told {
    type Error = <BoxBody as MessageBody>::Error;

    fn size(&self) -> BodySize {
        self.body.size()
    }

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, Self::Error>>> {
        let this = self.get_mut();
        let piece = Pin::new(&mut this.body).poll_next(cx);
        match &piece {
            Poll::Ready(Some(Ok(piece))) => {
                let length = u64::try_from(piece.len()).unwrap_or(u64::MAX);
                this.entry.bytes = this.entry.bytes.saturating_add(length);
            }
            Poll::Ready(None) => this.entry.whole = true,
            Poll::Ready(Some(Err(_))) | Poll::Pending => {}
        }
        piece
    }
}

/// A client may invent methods; logs and metrics may not grow with them.
fn known(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}

/// A path without what somebody put there by mistake: e-mail addresses and tokens.
fn shown(path: &str) -> Cow<'_, str> {
    let suspicious = |piece: &str| {
        piece.len() > LONGEST || piece.starts_with("eyJ") || piece.contains('@') || piece.contains("%40")
    };
    if path.len() <= LONGEST && !suspicious(path) && !path.contains("eyJ") {
        return Cow::Borrowed(path);
    }
    let pieces: Vec<&str> = path
        .split('/')
        .take(20)
        .map(|piece| if suspicious(piece) { "..." } else { piece })
        .collect();
    Cow::Owned(pieces.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_shows_no_secrets() {
        let long = format!("/a/{}", "x".repeat(100));
        for (path, seen) in [
            ("/api/v1/products/7", "/api/v1/products/7"),
            ("/api/v1/users/a@example.org", "/api/v1/users/..."),
            ("/api/v1/users/a%40example.org/x", "/api/v1/users/.../x"),
            ("/verify/eyJhbGciOiJFZERTQSJ9.e30.c2ln", "/verify/..."),
            (long.as_str(), "/a/..."),
        ] {
            assert_eq!(shown(path), seen);
        }
    }
}
