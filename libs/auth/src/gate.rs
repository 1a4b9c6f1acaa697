//! Lets in only what the mesh has signed.

use std::time::Duration;

use actix_web::HttpMessage;
use actix_web::dev::ServiceRequest;
use actix_web::http::header::HeaderMap;
use souk_http::{CallerTimeout, Gate, Problem};
use uuid::Uuid;

use crate::internal::{AllowList, InternalRoute};
use crate::signed::{Refusal, SignedRequest, now_ms};
use crate::{Caller, MeshKeys, headers};

/// Health and metrics are asked by those who hold no key.
const OPEN: [&str; 3] = ["/health/live", "/health/ready", "/metrics"];

/// What the signature vouches for; the only source of the extractors.
#[derive(Clone, Debug)]
pub(crate) struct Identity {
    pub peer: String,
    pub caller: Option<Caller>,
    pub visitor: Option<String>,
}

/// Refuses what is unsigned, altered or out of time, on every route but health and metrics; then every caller that may
/// not call the route. A route under `/internal` that is not among `internal` is closed to all.
pub fn mesh_gate(keys: MeshKeys, internal: impl IntoIterator<Item = InternalRoute>) -> Gate {
    let allowed = AllowList::new(internal);
    Gate::new(move |request| {
        if OPEN.contains(&request.path()) {
            return Ok(());
        }
        let (identity, timeout) = identify(&keys, request, now_ms()).map_err(|refusal| {
            tracing::warn!(reason = %refusal, "A request without a valid mesh signature was refused");
            Problem::unauthorized("mesh-signature", "Not signed by the mesh")
        })?;
        allowed.check(request, &identity.peer, identity.caller.is_some())?;
        let mut extensions = request.extensions_mut();
        extensions.insert(identity);
        if let Some(timeout) = timeout {
            extensions.insert(CallerTimeout(timeout));
        }
        drop(extensions);
        Ok(())
    })
}

/// Who calls, and how long the caller waits.
fn identify(
    keys: &MeshKeys,
    request: &ServiceRequest,
    now: i64,
) -> Result<(Identity, Option<Duration>), Refusal> {
    let headers = request.headers();
    let signature = only(headers, headers::MESH_SIGNATURE)?.ok_or(Refusal::Unsigned)?;
    let caller = only(headers, headers::MESH_CALLER)?.ok_or(Refusal::Unsigned)?;
    let timestamp = only(headers, headers::MESH_TIMESTAMP)?.ok_or(Refusal::Unsigned)?;
    let signed = SignedRequest {
        method: request.method().as_str(),
        target: request
            .uri()
            .path_and_query()
            .map_or("/", |target| target.as_str()),
        caller,
        timestamp: timestamp.parse().map_err(|_| Refusal::Unsigned)?,
        user_id: only(headers, headers::USER_ID)?,
        role: only(headers, headers::USER_ROLE)?,
        session_id: only(headers, headers::SESSION_ID)?,
        visitor_id: only(headers, headers::VISITOR_ID)?,
        request_id: only(headers, headers::REQUEST_ID)?,
        traceparent: only(headers, headers::TRACEPARENT)?,
        timeout_ms: timeout_ms(only(headers, headers::MESH_TIMEOUT)?)?,
    };
    keys.verify(&signed, signature, now)?;
    let identity = Identity {
        peer: caller.to_owned(),
        caller: user(&signed)?,
        visitor: signed.visitor_id.map(str::to_owned),
    };
    Ok((identity, signed.timeout_ms.map(Duration::from_millis)))
}

/// In the one spelling that is signed: digits without a sign or leading zeros.
fn timeout_ms(text: Option<&str>) -> Result<Option<u64>, Refusal> {
    let Some(text) = text else { return Ok(None) };
    let timeout_ms: u64 = text.parse().map_err(|_| Refusal::Altered)?;
    if timeout_ms.to_string() == text {
        Ok(Some(timeout_ms))
    } else {
        Err(Refusal::Altered)
    }
}

fn user(signed: &SignedRequest<'_>) -> Result<Option<Caller>, Refusal> {
    let Some(user_id) = signed.user_id else {
        return Ok(None);
    };
    let uuid = |text: &str| Uuid::parse_str(text).map_err(|_| Refusal::Altered);
    let role = signed.role.ok_or(Refusal::Altered)?;
    Ok(Some(Caller {
        user_id: uuid(user_id)?,
        role: role.parse().map_err(|_| Refusal::Altered)?,
        session_id: signed.session_id.map(uuid).transpose()?,
    }))
}

/// A header that is there at most once: of two, who knows which one was signed.
fn only<'a>(headers: &'a HeaderMap, name: &'static str) -> Result<Option<&'a str>, Refusal> {
    let mut values = headers.get_all(name);
    match (values.next(), values.next()) {
        (None, _) => Ok(None),
        (Some(value), None) => {
            let text = value.to_str().map_err(|_| Refusal::Altered)?;
            Ok(Some(text).filter(|text| !text.is_empty()))
        }
        (Some(_), Some(_)) => Err(Refusal::Altered),
    }
}
