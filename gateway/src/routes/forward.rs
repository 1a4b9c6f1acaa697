//! Everything that is not the gateway's own: passed on to its service.

use actix_web::http::header::USER_AGENT;
use actix_web::web::{Data, Payload};
use actix_web::{HttpMessage, HttpRequest, HttpResponse, ResponseError};
use souk_http::{RouteLabel, unmatched};

use crate::flows::{authenticate, end_as_told};
use crate::proxy::{Sender, Service, answer, normalise, outbound, request_headers};
use crate::{AppState, Result, Worker};

/// Passes a request on, with who sends it, and the answer back.
pub async fn forward(
    request: HttpRequest,
    payload: Payload,
    state: Data<AppState>,
    worker: Data<Worker>,
) -> Result<HttpResponse> {
    let path = normalise(request.uri().path())?;
    let Some(service) = Service::of(&path) else {
        return Ok(unmatched(&request).error_response());
    };
    request.extensions_mut().insert(RouteLabel(service.name()));
    let claims = authenticate(request.headers(), &state.tokens, &worker.revocations).await?;
    let address = state.trusted.client_of(&request);
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
        scheme: state.trusted.scheme_of(&request),
    };
    // The service sees the normal form, so that is what is signed.
    let target = match request.uri().query() {
        Some(query) => format!("{path}?{query}"),
        None => path.into_owned(),
    };
    let headers = request_headers(&request, &target, &sender, &state.keys);
    let body = outbound(&request, payload.into_inner());
    let method = request.method().as_str();
    let upstream = worker
        .upstreams
        .send(service, (method, &target), headers, body)
        .await?;
    if service == Service::User {
        end_as_told(&worker.revocations, upstream.headers()).await?;
    }
    Ok(answer(upstream))
}
