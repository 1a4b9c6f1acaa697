//! A signed, traced, time-limited call to another service.

mod addresses;
mod answer;

use std::fmt::Display;
use std::sync::Arc;
use std::time::{Duration, Instant};

use reqwest::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use reqwest::{Method, Request, Url};
use serde::Serialize;
use serde::de::DeserializeOwned;
use souk_auth::{Caller, MeshKeys, SignedRequest, now_ms};
use souk_http::ProblemBody;
use souk_telemetry::{Deadline, Flow};

use addresses::{Address, Addresses};
use answer::{read, unavailable, unexpected};

const TIMEOUT: Duration = Duration::from_secs(2);
const CONNECT_TIMEOUT: Duration = Duration::from_secs(1);
/// Shorter than a server keeps an idle connection, so that a call does not meet one that is being closed.
const IDLE_TIMEOUT: Duration = Duration::from_secs(60);

/// Why a call brought no answer of the kind asked for.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// The service is away, too slow, or says that it cannot answer now.
    #[error("{service} is not available: {reason}")]
    Unavailable {
        /// Whom we asked.
        service: String,
        /// What happened.
        reason: String,
    },
    /// The service refused, and said why.
    #[error("refused: {} {}", .0.status, .0.slug())]
    Refused(Box<ProblemBody>),
    /// An answer that we do not understand, or a call that could not even be made: a bug on one side.
    #[error("{service} gave an unexpected answer: {reason}")]
    Unexpected {
        /// Whom we asked.
        service: String,
        /// What was unexpected.
        reason: String,
    },
}

impl ClientError {
    /// The problem, when it is the one with this slug.
    pub fn refusal(&self, slug: &str) -> Option<&ProblemBody> {
        match self {
            Self::Refused(problem) if problem.slug() == slug => Some(problem),
            _ => None,
        }
    }

    /// The same failure for another who asked together with this one, when the service is not available.
    pub fn outage(&self) -> Option<Self> {
        match self {
            Self::Unavailable { service, reason } => Some(Self::Unavailable {
                service: service.clone(),
                reason: reason.clone(),
            }),
            Self::Refused(_) | Self::Unexpected { .. } => None,
        }
    }

    /// Whether asking again later may help.
    pub fn is_unavailable(&self) -> bool {
        matches!(self, Self::Unavailable { .. })
    }
}

/// Calls one service of the mesh.
#[derive(Clone)]
pub struct MeshClient {
    http: reqwest::Client,
    addresses: Addresses,
    caller: &'static str,
    keys: MeshKeys,
    behalf: Option<Caller>,
    timeout: Duration,
}

impl MeshClient {
    /// A client for the service at `urls`, one or several with commas between; `caller` is the asking
    /// service's own name.
    ///
    /// # Errors
    /// When one of `urls` is no URL.
    pub fn new(urls: &str, caller: &'static str, keys: MeshKeys) -> Result<Self, ClientError> {
        let unexpected = |reason: String| ClientError::Unexpected {
            service: urls.to_owned(),
            reason,
        };
        let addresses = Addresses::parse(urls).map_err(unexpected)?;
        // Does nothing when the process has one already.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = reqwest::Client::builder()
            .no_proxy()
            .http1_only()
            // Inside the mesh nothing is encrypted: the certificates of all authorities would be kept by each client.
            .tls_certs_only([])
            .tcp_nodelay(true)
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(CONNECT_TIMEOUT)
            .pool_idle_timeout(IDLE_TIMEOUT)
            .build()
            .map_err(|error| unexpected(error.to_string()))?;
        Ok(Self {
            http,
            addresses,
            caller,
            keys,
            behalf: None,
            timeout: TIMEOUT,
        })
    }

    /// The same client, asking on behalf of a user.
    pub fn on_behalf_of(&self, user: &Caller) -> Self {
        Self {
            behalf: Some(*user),
            ..self.clone()
        }
    }

    /// The same client with another time limit per call.
    pub fn timeout(&self, timeout: Duration) -> Self {
        Self {
            timeout,
            ..self.clone()
        }
    }

    /// A client for each address of the service alone.
    pub fn each(&self) -> impl Iterator<Item = Self> {
        self.addresses.each().map(|addresses| Self {
            addresses,
            ..self.clone()
        })
    }

    /// Where the service is, as it was written; several addresses with commas between.
    pub fn address(&self) -> &str {
        self.addresses.as_str()
    }

    /// `GET`; `path` may have a query.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, ClientError> {
        self.call(Method::GET, path, None::<&()>).await
    }

    /// `POST` with a JSON body; `T` may be `()` for 204.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn post<T: DeserializeOwned>(
        &self,
        path: &str,
        body: &(impl Serialize + ?Sized),
    ) -> Result<T, ClientError> {
        self.call(Method::POST, path, Some(body)).await
    }

    /// `PUT` with a JSON body.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn put<T: DeserializeOwned>(
        &self,
        path: &str,
        body: &(impl Serialize + ?Sized),
    ) -> Result<T, ClientError> {
        self.call(Method::PUT, path, Some(body)).await
    }

    /// `DELETE`.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn delete<T: DeserializeOwned>(&self, path: &str) -> Result<T, ClientError> {
        self.call(Method::DELETE, path, None::<&()>).await
    }

    /// Any call: signs it, sends it, reads the answer.
    ///
    /// An address that refuses the connection has got nothing, so the next one is asked, whatever the method.
    /// When a connection breaks before an answer came, only idempotent methods are sent again, once.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn call<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        body: Option<&(impl Serialize + ?Sized)>,
    ) -> Result<T, ClientError> {
        let addresses = self.addresses.in_turn();
        let json = body.map(serde_json::to_vec).transpose();
        let json = json.map_err(|error| unexpected(self.addresses.as_str(), error))?;
        let until = Instant::now() + self.time_limit(&addresses)?;
        let mut may_repeat = method.is_idempotent();
        let mut at = 0;
        loop {
            let Some(address) = addresses.get(at) else {
                return Err(unexpected(self.addresses.as_str(), "the service has no address"));
            };
            let is_last = at + 1 >= addresses.len();
            let left = until.saturating_duration_since(Instant::now());
            let request = self.request(address, left, &method, path, json.as_deref())?;
            match self.http.execute(request).await {
                Ok(response) => return read(address, response).await,
                Err(error) if error.is_connect() => {
                    address.rest();
                    if is_last {
                        return Err(unavailable(address, &error));
                    }
                    at += 1;
                }
                Err(error) if may_repeat && !error.is_timeout() => {
                    may_repeat = false;
                    at += usize::from(!is_last);
                }
                Err(error) => return Err(unavailable(address, &error)),
            }
        }
    }

    /// How long this call may take: no longer than the request it is made for.
    fn time_limit(&self, addresses: &[Arc<Address>]) -> Result<Duration, ClientError> {
        let remaining = Deadline::current().map_or(self.timeout, |deadline| deadline.remaining());
        match addresses.first() {
            // Nobody waits for the answer any more: the work is not begun.
            Some(address) if remaining.is_zero() => Err(ClientError::Unavailable {
                service: address.as_str().to_owned(),
                reason: "the request it was asked for is over".to_owned(),
            }),
            _ => Ok(remaining.min(self.timeout)),
        }
    }

    fn request(
        &self,
        address: &Address,
        timeout: Duration,
        method: &Method,
        path: &str,
        json: Option<&[u8]>,
    ) -> Result<Request, ClientError> {
        let unexpected = |reason: &dyn Display| unexpected(address.as_str(), reason);
        let url = Url::parse(&format!("{}{path}", address.as_str())).map_err(|error| unexpected(&error))?;
        let mut request = Request::new(method.clone(), url);
        *request.timeout_mut() = Some(timeout);
        if let Some(json) = json {
            *request.body_mut() = Some(json.to_owned().into());
            request
                .headers_mut()
                .insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        }
        for (name, value) in self.signed(&request, timeout) {
            let value = HeaderValue::from_str(&value).map_err(|error| unexpected(&error))?;
            request.headers_mut().insert(HeaderName::from_static(name), value);
        }
        Ok(request)
    }

    fn signed(&self, request: &Request, timeout: Duration) -> Vec<(&'static str, String)> {
        // The URL as it will be sent, after the parser has normalised it.
        let url = request.url();
        let target = match url.query() {
            Some(query) => format!("{}?{query}", url.path()),
            None => url.path().to_owned(),
        };
        let flow = Flow::current();
        let traceparent = flow.traceparent.child().to_string();
        let user = self.behalf.map(|user| user.user_id.to_string());
        let session = self
            .behalf
            .and_then(|user| user.session_id)
            .map(|id| id.to_string());
        self.keys.sign(&SignedRequest {
            method: request.method().as_str(),
            target: &target,
            caller: self.caller,
            timestamp: now_ms(),
            user_id: user.as_deref(),
            role: self.behalf.map(|user| user.role.as_str()),
            session_id: session.as_deref(),
            visitor_id: None,
            request_id: Some(&flow.request_id),
            traceparent: Some(&traceparent),
            timeout_ms: Some(u64::try_from(timeout.as_millis()).unwrap_or(u64::MAX)),
        })
    }
}
