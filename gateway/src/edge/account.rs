//! Which account a request is about: its body is read once, as its handler takes it, before it is counted.

use std::future::{Ready, ready};

use actix_web::dev::{Payload, ServiceRequest};
use actix_web::http::Method;
use actix_web::{FromRequest, HttpMessage, HttpRequest};
use serde::de::DeserializeOwned;
use souk_clients::user::{RegisterBody, ResetBody};
use souk_http::{Json, Problem};
use validator::Validate;

use super::login::LoginBody;
use crate::flows::authenticate;
use crate::limits::Names;
use crate::{AppState, Worker};

/// Where a request says which account it is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum AccountSource {
    Login,
    Registration,
    PasswordReset,
    /// Nothing in the body counts: the mail goes to whom the token is of.
    Token,
}

/// A body that names an account.
trait NamesAccount: DeserializeOwned + Validate + 'static {
    fn email(&self) -> &str;
}

/// What reading the body came to; lies in the request's extensions until the handler takes it.
struct ReadBody<T>(Result<Json<T>, Problem>);

/// The JSON body of a request that is counted by the account that it names: the value that was counted. A handler cannot
/// read such a body in any other way, for by then it is read.
pub struct CountedJson<T>(pub T);

impl AccountSource {
    /// By method and path in normal form.
    fn of(method: &Method, path: &str) -> Option<Self> {
        match path.strip_prefix("/api/v1/auth/") {
            Some("login") if *method == Method::POST => Some(Self::Login),
            Some("register") if *method == Method::POST => Some(Self::Registration),
            Some("password-reset") if *method == Method::POST => Some(Self::PasswordReset),
            Some("verify-email/resend") if *method == Method::POST => Some(Self::Token),
            _ => None,
        }
    }
}

/// The hash of the account that a request is about; `None` for a request that is about none, or that its handler will
/// refuse because of its body or token.
pub async fn account_of(
    state: &AppState,
    worker: &Worker,
    request: &mut ServiceRequest,
    path: &str,
) -> Option<String> {
    let names = worker.quotas.names();
    match AccountSource::of(request.method(), path)? {
        AccountSource::Login => read::<LoginBody>(request, names).await,
        AccountSource::Registration => read::<RegisterBody>(request, names).await,
        AccountSource::PasswordReset => read::<ResetBody>(request, names).await,
        AccountSource::Token => {
            let authenticated = authenticate(request.headers(), &state.tokens, &worker.checks).await;
            Some(names.user(authenticated.ok()??.sub))
        }
    }
}

async fn read<T: NamesAccount>(request: &mut ServiceRequest, names: &Names) -> Option<String> {
    let mut payload = request.take_payload();
    let body = Json::<T>::from_request(request.request(), &mut payload).await;
    let account = body.as_ref().ok().map(|body| names.account(body.email()));
    request.extensions_mut().insert(ReadBody(body));
    account
}

impl<T: 'static> FromRequest for CountedJson<T> {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let read = request.extensions_mut().remove::<ReadBody<T>>();
        ready(match read {
            Some(ReadBody(body)) => body.map(|Json(body)| Self(body)),
            None => Err(Problem::internal("a body that names an account was not read")),
        })
    }
}

impl NamesAccount for LoginBody {
    fn email(&self) -> &str {
        &self.email
    }
}

impl NamesAccount for RegisterBody {
    fn email(&self) -> &str {
        &self.email
    }
}

impl NamesAccount for ResetBody {
    fn email(&self) -> &str {
        &self.email
    }
}
