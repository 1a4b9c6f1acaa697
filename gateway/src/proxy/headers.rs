//! Which headers cross the gateway, and which ones it writes itself.

use std::borrow::Cow;
use std::net::IpAddr;
use std::time::Duration;

use actix_web::HttpRequest;
use hyper::HeaderMap;
use hyper::header::{HeaderName, HeaderValue};
use souk_auth::{GATEWAY, MeshKeys, SignedRequest, headers as mesh, now_ms};
use souk_telemetry::Flow;

use crate::tokens::Claims;

/// Nobody but the mesh writes headers that begin like this, in whatever spelling.
const OURS: [&str; 5] = ["x-user-", "x-session-", "x-visitor-", "x-mesh-", "x-forwarded-"];

/// Who sends the request that is passed on.
pub struct Sender<'a> {
    /// The logged-in user, if there is one.
    pub claims: Option<&'a Claims>,
    /// Who is looking, logged in or not.
    pub visitor: &'a str,
    /// The client's address.
    pub address: IpAddr,
    /// How the client spoke to us or to the proxy in front.
    pub scheme: &'static str,
}

/// A request as it is sent to a service.
pub struct Sent<'a> {
    /// Path and query.
    pub target: &'a str,
    /// How long the answer is waited for.
    pub timeout: Duration,
}

/// Whether a header claims something that only the mesh may say.
///
/// Some servers take `_` for `-`, so both count.
pub fn is_ours(name: &str) -> bool {
    let name = if name.contains('_') {
        Cow::Owned(name.replace('_', "-"))
    } else {
        Cow::Borrowed(name)
    };
    OURS.iter().any(|ours| name.starts_with(ours)) || name == "x-real-ip"
}

/// The headers that are about one connection and not about the message (RFC 9110, 7.6.1).
pub struct HopByHop(Vec<String>);

impl HopByHop {
    /// `connection` are the values of `Connection`, which may name more of them.
    pub fn new<'a>(connection: impl Iterator<Item = &'a [u8]>) -> Self {
        let lists = connection.filter_map(|list| std::str::from_utf8(list).ok());
        let listed = lists.flat_map(|list| list.split(',')).map(str::trim);
        // By far the most frequent ones are in the fixed list anyway.
        let more = listed.filter(|name| {
            let known = ["", "keep-alive", "close", "upgrade"];
            !known.iter().any(|known| name.eq_ignore_ascii_case(known))
        });
        Self(more.map(str::to_ascii_lowercase).collect())
    }

    /// Whether this is one of them.
    pub fn has(&self, name: &str) -> bool {
        let fixed = matches!(
            name,
            "connection"
                | "keep-alive"
                | "proxy-authenticate"
                | "proxy-authorization"
                | "proxy-connection"
                | "te"
                | "trailer"
                | "transfer-encoding"
                | "upgrade"
        );
        fixed || self.0.iter().any(|listed| listed == name)
    }
}

/// What the gateway reads itself or writes anew.
fn ends_here(name: &str) -> bool {
    let fixed = matches!(
        name,
        "authorization" | "cookie" | "content-length" | "expect" | "forwarded" | "host"
    );
    fixed || name == mesh::REQUEST_ID || name == mesh::TRACEPARENT || is_ours(name)
}

/// The headers for the service: the client's own without what it may not say, and ours, signed for exactly
/// this method and target.
pub fn request_headers(
    request: &HttpRequest,
    sent: &Sent<'_>,
    sender: &Sender<'_>,
    keys: &MeshKeys,
) -> HeaderMap {
    let inbound = request.headers();
    let hop_by_hop = HopByHop::new(inbound.get_all("connection").map(|value| value.as_bytes()));
    let mut headers = HeaderMap::with_capacity(inbound.len() + 12);
    for (name, value) in inbound {
        let name = name.as_str();
        if ends_here(name) || hop_by_hop.has(name) {
            continue;
        }
        // actix speaks an older generation of the same types.
        let name = HeaderName::from_bytes(name.as_bytes());
        if let (Ok(name), Ok(value)) = (name, HeaderValue::from_bytes(value.as_bytes())) {
            headers.append(name, value);
        }
    }
    sign(&mut headers, request, sent, sender, keys);
    set(&mut headers, "x-forwarded-for", &sender.address.to_string());
    set(&mut headers, "x-forwarded-proto", sender.scheme);
    if let Some(host) = inbound.get("host").and_then(|host| host.to_str().ok()) {
        set(&mut headers, "x-forwarded-host", host);
    }
    headers
}

fn sign(
    headers: &mut HeaderMap,
    request: &HttpRequest,
    sent: &Sent<'_>,
    sender: &Sender<'_>,
    keys: &MeshKeys,
) {
    let flow = Flow::current();
    let traceparent = flow.traceparent.child().to_string();
    let user = sender.claims.map(|claims| claims.sub.to_string());
    let session = sender.claims.map(|claims| claims.sid.to_string());
    let signed = SignedRequest {
        method: request.method().as_str(),
        target: sent.target,
        caller: GATEWAY,
        timestamp: now_ms(),
        user_id: user.as_deref(),
        role: sender.claims.map(|claims| claims.role.as_str()),
        session_id: session.as_deref(),
        visitor_id: Some(sender.visitor),
        request_id: Some(&flow.request_id),
        traceparent: Some(&traceparent),
        timeout_ms: Some(u64::try_from(sent.timeout.as_millis()).unwrap_or(u64::MAX)),
    };
    keys.sign_with(&signed, |name, value| set(headers, name, value));
}

fn set(headers: &mut HeaderMap, name: &'static str, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(HeaderName::from_static(name), value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_spelling_of_our_names_passes() {
        for name in [
            "x-user-id",
            "x_user_id",
            "x-user_role",
            "x-session-id",
            "x-visitor-id",
            "x-mesh-signature",
            "x_mesh-caller",
            "x-forwarded-for",
            "x-forwarded-anything",
            "x-real-ip",
        ] {
            assert!(is_ours(name), "{name}");
        }
        for name in [
            "x-username",
            "user-agent",
            "accept",
            "idempotency-key",
            "x-request-id",
        ] {
            assert!(!is_ours(name), "{name}");
        }
    }

    #[test]
    fn what_connection_names_ends_here() {
        let hop_by_hop = HopByHop::new([&b"close, X-Secret"[..], b"X-More"].into_iter());

        for name in [
            "x-secret",
            "x-more",
            "connection",
            "keep-alive",
            "te",
            "upgrade",
            "transfer-encoding",
        ] {
            assert!(hop_by_hop.has(name), "{name}");
        }
        assert!(!hop_by_hop.has("x-other") && !hop_by_hop.has("content-type"));
    }
}
