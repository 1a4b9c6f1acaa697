//! The edge towards clients: what stands around every request, whoever handles it.

mod account;
mod coding;
mod cors;
mod headers;
mod host;
mod login;
mod settings;
mod visit;

use std::borrow::Cow;

use actix_web::body::BoxBody;
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::http::header::CONTENT_LENGTH;
use actix_web::http::{StatusCode, Uri};
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{HttpMessage, HttpRequest, HttpResponse, ResponseError};
use souk_http::{Around, Logged};

pub use self::account::CountedJson;
use self::coding::Asked;
pub use self::cors::Cors;
pub use self::login::LoginBody;
pub use self::settings::EdgeSettings;
pub use self::visit::{Visit, known};
use crate::limits::{Asker, Rule, Strict, network};
use crate::proxy::{Service, normalise};
use crate::{AppState, Error, Result, Worker};

/// A request for a service, its path in normal form.
pub struct Bound {
    /// What came.
    pub request: HttpRequest,
    /// Its body.
    pub payload: Payload,
    /// Its path.
    pub path: String,
    /// Whom it is for.
    pub service: Service,
    /// What all workers share.
    pub state: Data<AppState>,
    /// What this one has.
    pub worker: Data<Worker>,
}

/// The gateway's way around every request. What is for a service goes to `forward`, without being looked for among
/// our own routes.
pub fn around<F>(forward: fn(Bound) -> F) -> Around
where
    F: Future<Output = Result<HttpResponse>> + 'static,
{
    Around::new(move |request, next| Box::pin(meet(request, next, forward)))
}

async fn meet<F: Future<Output = Result<HttpResponse>>>(
    mut request: ServiceRequest,
    next: Next<BoxBody>,
    forward: fn(Bound) -> F,
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
    let mut response = enter(&state, &worker, request, &next, forward).await?;
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

async fn enter<F: Future<Output = Result<HttpResponse>>>(
    state: &Data<AppState>,
    worker: &Data<Worker>,
    mut request: ServiceRequest,
    next: &Next<BoxBody>,
    forward: fn(Bound) -> F,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    if let Some(answer) = state.cors.preflight(request.method(), request.headers()) {
        return Ok(request.into_response(answer));
    }
    let uri = request.uri().clone();
    let (path, admitted) = match admit(state, worker, &mut request, &uri).await {
        Ok(admitted) => admitted,
        Err(error) => return Ok(request.into_response(error.error_response())),
    };
    let response = match Service::of(&path) {
        Some(service) => {
            let (request, payload) = request.into_parts();
            let bound = Bound {
                request: request.clone(),
                payload,
                path: path.into_owned(),
                service,
                state: state.clone(),
                worker: worker.clone(),
            };
            let answer = forward(bound).await;
            ServiceResponse::new(request, answer.unwrap_or_else(|error| error.error_response()))
        }
        None => next.call(request).await?,
    };
    if let Some((rule, asker)) = admitted
        && response.status() == StatusCode::OK
    {
        worker.quotas.remember(rule, &asker);
    }
    Ok(response)
}

/// The path in normal form of a request that may go on; who asked, where that is worth remembering.
async fn admit<'a>(
    state: &AppState,
    worker: &'a Worker,
    request: &mut ServiceRequest,
    uri: &'a Uri,
) -> Result<(Cow<'a, str>, Option<(&'a Strict, Asker)>)> {
    if !host::is_sound(request.headers()) {
        return Err(Error::Host);
    }
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
    // Without limits too: the handler takes what was read here.
    let account = account::account_of(state, worker, request, &path).await;
    let limits = &worker.quotas;
    let (standing, admitted) = match limits.rules().of(request.method(), &path) {
        Rule::Free => return Ok((path, None)),
        Rule::Counted(rule) => (limits.count_address(rule, network), None),
        Rule::Strict(rule) => {
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
    Ok((path, admitted))
}
