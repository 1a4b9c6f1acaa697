//! The edge towards clients: what stands around every request, whoever handles it.

mod account;
mod coding;
mod cors;
mod headers;
mod host;
mod settings;
mod visit;

use std::borrow::Cow;

use actix_web::body::BoxBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::StatusCode;
use actix_web::http::header::CONTENT_LENGTH;
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{HttpMessage, ResponseError};
use souk_http::{Around, Logged};

use self::coding::Asked;
pub use self::cors::Cors;
pub use self::settings::EdgeSettings;
pub use self::visit::{Visit, known};
use crate::limits::{Asker, Rule, Strict, network};
use crate::proxy::normalise;
use crate::{AppState, Error, Result, Worker};

/// The gateway's way around every request.
pub fn around() -> Around {
    Around::new(|request, next| Box::pin(meet(request, next)))
}

async fn meet(
    mut request: ServiceRequest,
    next: Next<BoxBody>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let (Some(state), Some(worker)) = (
        request.app_data::<Data<AppState>>().cloned(),
        request.app_data::<Data<Worker>>().cloned(),
    ) else {
        return next.call(request).await;
    };
    let address = state.trusted.client_of(request.request());
    let scheme = state.trusted.scheme_of(request.request());
    request.extensions_mut().insert(Logged::from(address));
    request.extensions_mut().insert(Visit {
        address,
        scheme,
        standing: None,
    });
    let origin = state.cors.allowed(request.headers());
    let asked = Asked::of(request.headers_mut());
    let mut response = enter(&state, &worker, request, &next).await?;
    let request = response.request().clone();
    let headers_out = response.headers_mut();
    headers::write(request.path(), scheme == "https", headers_out);
    state.cors.write(origin, headers_out);
    if let Some(standing) = request
        .extensions()
        .get::<Visit>()
        .and_then(|visit| visit.standing.as_ref())
    {
        standing.write(headers_out);
    }
    Ok(asked.write(response))
}

async fn enter(
    state: &AppState,
    worker: &Data<Worker>,
    mut request: ServiceRequest,
    next: &Next<BoxBody>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    if let Some(answer) = state.cors.preflight(request.method(), request.headers()) {
        return Ok(request.into_response(answer));
    }
    let admitted = match admit(state, worker, &mut request).await {
        Ok(admitted) => admitted,
        Err(error) => return Ok(request.into_response(error.error_response())),
    };
    let response = next.call(request).await?;
    if let Some((rule, asker)) = admitted
        && response.status() == StatusCode::OK
    {
        worker.quotas.remember(rule, &asker);
    }
    Ok(response)
}

/// Whether a request may go on; who asked, where that is worth remembering.
async fn admit<'a>(
    state: &AppState,
    worker: &'a Worker,
    request: &mut ServiceRequest,
) -> Result<Option<(&'a Strict, Asker)>> {
    if !host::is_sound(request.headers()) {
        return Err(Error::Host);
    }
    let uri = request.uri().clone();
    let length = uri.path_and_query().map_or(0, |target| target.as_str().len());
    if length > state.max_url_bytes {
        return Err(Error::LongUrl);
    }
    let announced = request
        .headers()
        .get(CONTENT_LENGTH)
        .and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    if announced.is_some_and(|length| length > state.max_body_bytes) {
        return Err(Error::LargeBody);
    }
    // Before any rule looks at a path, it has one meaning.
    let path = normalise(uri.path())?;
    if let (Cow::Owned(path), Some(logged)) = (&path, request.extensions_mut().get_mut::<Logged>()) {
        logged.path = Some(path.clone());
    }
    let network = request
        .extensions()
        .get::<Visit>()
        .map_or(0, |visit| network(visit.address));
    let limits = &worker.quotas;
    let (standing, admitted) = match limits.rules().of(request.method(), &path) {
        Rule::Free => return Ok(None),
        Rule::Counted(rule) => (limits.count_address(rule, network), None),
        Rule::Strict(rule) => {
            let typed = typed_account(request, rule).await;
            let account = typed.map(|email| limits.names().account(&email));
            let asker = Asker { network, account };
            (
                limits.take(rule, &asker, &worker.revocations).await,
                Some((rule, asker)),
            )
        }
    };
    let met = match &standing {
        Ok(standing) => standing.clone(),
        Err(stopped) => stopped.standing().cloned(),
    };
    if let Some(visit) = request.extensions_mut().get_mut::<Visit>() {
        visit.met(met);
    }
    standing?;
    Ok(admitted)
}

async fn typed_account(request: &mut ServiceRequest, rule: &Strict) -> Option<String> {
    if rule.names_account() {
        account::typed_email(request).await
    } else {
        None
    }
}
