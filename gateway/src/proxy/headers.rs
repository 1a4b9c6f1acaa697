//! Which headers cross the gateway, and which ones it writes itself.

use std::borrow::Cow;
use std::net::IpAddr;

use actix_web::HttpRequest;
use hyper::HeaderMap;
use hyper::header::{
    AUTHORIZATION, CONNECTION, CONTENT_LENGTH, COOKIE, EXPECT, FORWARDED, HOST, HeaderName, HeaderValue,
    PROXY_AUTHENTICATE, PROXY_AUTHORIZATION, TE, TRAILER, TRANSFER_ENCODING, UPGRADE,
};
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

/// Whether a header is about one connection and not about the message (RFC 9110, 7.6.1).
pub fn is_hop_by_hop(name: &HeaderName, all: &HeaderMap) -> bool {
    const HOP: [HeaderName; 7] = [
        CONNECTION,
        PROXY_AUTHENTICATE,
        PROXY_AUTHORIZATION,
        TE,
        TRAILER,
        TRANSFER_ENCODING,
        UPGRADE,
    ];
    let listed = || {
        let lists = all
            .get_all(CONNECTION)
            .iter()
            .filter_map(|list| list.to_str().ok());
        lists
            .flat_map(|list| list.split(','))
            .any(|listed| listed.trim().eq_ignore_ascii_case(name.as_str()))
    };
    HOP.contains(name) || matches!(name.as_str(), "keep-alive" | "proxy-connection") || listed()
}

/// The headers for the service: the client's own without what it may not say, and ours, signed for exactly
/// this method and target.
pub fn request_headers(
    request: &HttpRequest,
    target: &str,
    sender: &Sender<'_>,
    keys: &MeshKeys,
) -> HeaderMap {
    let inbound = to_http1(request);
    let mut headers = HeaderMap::with_capacity(inbound.len() + 12);
    for (name, value) in &inbound {
        let dropped = [AUTHORIZATION, COOKIE, CONTENT_LENGTH, EXPECT, FORWARDED, HOST].contains(name)
            || is_hop_by_hop(name, &inbound)
            || is_ours(name.as_str());
        if !dropped {
            headers.append(name.clone(), value.clone());
        }
    }
    for (name, value) in signed(request, target, sender, keys) {
        set(&mut headers, name, &value);
    }
    set(&mut headers, "x-forwarded-for", &sender.address.to_string());
    set(&mut headers, "x-forwarded-proto", sender.scheme);
    if let Some(host) = inbound.get(HOST) {
        headers.insert("x-forwarded-host", host.clone());
    }
    headers
}

fn signed(
    request: &HttpRequest,
    target: &str,
    sender: &Sender<'_>,
    keys: &MeshKeys,
) -> Vec<(&'static str, String)> {
    let flow = Flow::current();
    let traceparent = flow.traceparent.child().to_string();
    let user = sender.claims.map(|claims| claims.sub.to_string());
    let session = sender.claims.map(|claims| claims.sid.to_string());
    keys.sign(&SignedRequest {
        method: request.method().as_str(),
        target,
        caller: GATEWAY,
        timestamp: now_ms(),
        user_id: user.as_deref(),
        role: sender.claims.map(|claims| claims.role.as_str()),
        session_id: session.as_deref(),
        visitor_id: Some(sender.visitor),
        request_id: Some(&flow.request_id),
        traceparent: Some(&traceparent),
    })
}

fn set(headers: &mut HeaderMap, name: &'static str, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(HeaderName::from_static(name), value);
    }
}

/// actix speaks an older generation of the same types.
fn to_http1(request: &HttpRequest) -> HeaderMap {
    let mut headers = HeaderMap::with_capacity(request.headers().len());
    for (name, value) in request.headers() {
        let name = HeaderName::from_bytes(name.as_str().as_bytes());
        if let (Ok(name), Ok(value)) = (name, HeaderValue::from_bytes(value.as_bytes())) {
            headers.append(name, value);
        }
    }
    // Written anew, and never the client's.
    headers.remove(mesh::REQUEST_ID);
    headers.remove(mesh::TRACEPARENT);
    headers
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
        let mut headers = HeaderMap::new();
        headers.append(CONNECTION, HeaderValue::from_static("close, X-Secret"));
        let is = |name: &'static str| is_hop_by_hop(&HeaderName::from_static(name), &headers);

        assert!(is("x-secret") && is("connection") && is("keep-alive") && is("te") && is("upgrade"));
        assert!(!is("x-other") && !is("content-type"));
    }
}
