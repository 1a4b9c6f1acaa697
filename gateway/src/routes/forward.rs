//! Everything that is not the gateway's own: passed on to its service.

use std::time::Duration;

use actix_web::dev::Payload;
use actix_web::http::Method;
use actix_web::http::header::USER_AGENT;
use actix_web::{HttpMessage, HttpRequest, HttpResponse};
use hyper::{HeaderMap, Uri};
use souk_http::{Logged, RouteLabel};

use crate::edge::{self, Bound, Visit};
use crate::flows::{authenticate, end_as_told};
use crate::proxy::{
    Asked, Failed, Outbound, Sender, Sent, Service, answer, ask_for_websocket, is_repeatable, is_switched,
    is_websocket, request_headers, tunnel,
};
use crate::{Result, Worker};

/// Passes a request on, with who sends it, and the answer back.
pub async fn forward(bound: Bound) -> Result<HttpResponse> {
    let Bound {
        request,
        payload,
        path,
        service,
        state,
        worker,
    } = bound;
    request.extensions_mut().insert(RouteLabel(service.name()));
    if let Some(logged) = request.extensions_mut().get_mut::<Logged>() {
        logged.upstream = Some(service.name());
    }
    let claims = authenticate(request.headers(), &state.tokens, &worker.checks).await?;
    if let Some(claims) = &claims {
        edge::known(&request, &worker, &path, claims)?;
    }
    let (address, scheme) = match request.extensions().get::<Visit>() {
        Some(visit) => (visit.address, visit.scheme),
        None => (
            state.trusted.client_of(&request),
            state.trusted.scheme_of(&request),
        ),
    };
    let visitor = match &claims {
        Some(claims) => claims.sub.to_string(),
        None => {
            let agent = request.headers().get(USER_AGENT).map(|agent| agent.as_bytes());
            state.visitors.name(address, agent.unwrap_or_default())
        }
    };
    let sender = Sender {
        claims: claims.as_deref(),
        visitor: &visitor,
        address,
        scheme,
    };
    // The service sees the normal form, so that is what is signed.
    let target = match request.uri().query() {
        Some(query) => format!("{path}?{query}"),
        None => path,
    };
    let headers = |timeout| {
        let sent = Sent {
            target: &target,
            timeout,
        };
        request_headers(&request, &sent, &sender, &state.keys)
    };
    pass_on(&request, payload, service, &target, &worker, headers).await
}

async fn pass_on(
    request: &HttpRequest,
    payload: Payload,
    service: Service,
    target: &str,
    worker: &Worker,
    headers: impl Fn(Duration) -> HeaderMap,
) -> Result<HttpResponse> {
    let broken = Failed::Broken(service);
    let websocket = is_websocket(request);
    let (body, payload) = if websocket {
        (Outbound::Empty, Some(payload))
    } else {
        (Outbound::new(request, payload), None)
    };
    let asked = Asked {
        method: request.method().clone(),
        uri: Uri::try_from(target).map_err(|_| broken)?,
        headers: |timeout| {
            let mut headers = headers(timeout);
            if websocket {
                ask_for_websocket(&mut headers);
            }
            headers
        },
        body,
        repeatable: is_repeatable(request.method(), request.headers()),
    };
    let upstream = worker.upstreams.send(service, asked).await?;
    if service == Service::User {
        end_as_told(&worker.revocations, upstream.response.headers()).await?;
    }
    match payload {
        Some(payload) if is_switched(&upstream) => {
            let switched = tunnel(upstream, payload, &worker.limits).await;
            Ok(switched.ok_or(broken)?)
        }
        None if is_switched(&upstream) => Err(broken.into()),
        _ => {
            let is_head = *request.method() == Method::HEAD;
            Ok(answer(upstream, is_head, &worker.limits))
        }
    }
}
