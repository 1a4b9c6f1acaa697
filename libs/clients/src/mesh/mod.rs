//! A signed, traced, time-limited call to another service.

use std::time::Duration;

use reqwest::header::{CONTENT_TYPE, HeaderName, HeaderValue, RETRY_AFTER};
use reqwest::{Method, Request, Response, StatusCode, Url};
use serde::Serialize;
use serde::de::DeserializeOwned;
use souk_auth::{Caller, MeshKeys, SignedRequest, now_ms};
use souk_http::ProblemBody;
use souk_telemetry::Flow;

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

    /// Whether asking again later may help.
    pub fn is_unavailable(&self) -> bool {
        matches!(self, Self::Unavailable { .. })
    }
}

/// Calls one service of the mesh.
#[derive(Clone)]
pub struct MeshClient {
    http: reqwest::Client,
    base: Url,
    caller: &'static str,
    keys: MeshKeys,
    behalf: Option<Caller>,
    timeout: Duration,
}

impl MeshClient {
    /// A client for the service at `base_url`; `caller` is the asking service's own name.
    ///
    /// # Errors
    /// When `base_url` is no URL.
    pub fn new(base_url: &str, caller: &'static str, keys: MeshKeys) -> Result<Self, ClientError> {
        let unexpected = |reason: String| ClientError::Unexpected {
            service: base_url.to_owned(),
            reason,
        };
        let base = Url::parse(base_url).map_err(|error| unexpected(error.to_string()))?;
        if base.host().is_none() {
            return Err(unexpected("the URL has no host".to_owned()));
        }
        // Does nothing when the process has one already.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = reqwest::Client::builder()
            .no_proxy()
            .http1_only()
            .tcp_nodelay(true)
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(CONNECT_TIMEOUT)
            .pool_idle_timeout(IDLE_TIMEOUT)
            .build()
            .map_err(|error| unexpected(error.to_string()))?;
        Ok(Self {
            http,
            base,
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

    /// The service's address.
    pub fn base_url(&self) -> &str {
        self.base.as_str()
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
    /// # Errors
    /// See [`ClientError`].
    pub async fn call<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        body: Option<&(impl Serialize + ?Sized)>,
    ) -> Result<T, ClientError> {
        let request = self.request(method, path, body)?;
        let response = self
            .http
            .execute(request)
            .await
            .map_err(|error| self.unavailable(&error))?;
        let status = response.status();
        if status.is_success() {
            let bytes = response.bytes().await.map_err(|error| self.unavailable(&error))?;
            // 204 has no body, and `()` reads from null.
            let text: &[u8] = if bytes.is_empty() { b"null" } else { &bytes };
            serde_json::from_slice(text).map_err(|error| self.unexpected(error))
        } else {
            Err(self.refused(status, response).await)
        }
    }

    fn request(
        &self,
        method: Method,
        path: &str,
        body: Option<&(impl Serialize + ?Sized)>,
    ) -> Result<Request, ClientError> {
        let address = format!("{}{path}", self.base.as_str().trim_end_matches('/'));
        let url = Url::parse(&address).map_err(|error| self.unexpected(error))?;
        let mut request = Request::new(method, url);
        *request.timeout_mut() = Some(self.timeout);
        if let Some(body) = body {
            let json = serde_json::to_vec(body).map_err(|error| self.unexpected(error))?;
            *request.body_mut() = Some(json.into());
            request
                .headers_mut()
                .insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        }
        for (name, value) in self.signed(&request) {
            let value = HeaderValue::from_str(&value).map_err(|error| self.unexpected(error))?;
            request.headers_mut().insert(HeaderName::from_static(name), value);
        }
        Ok(request)
    }

    fn signed(&self, request: &Request) -> Vec<(&'static str, String)> {
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
        })
    }

    async fn refused(&self, status: StatusCode, response: Response) -> ClientError {
        let retry_after = response
            .headers()
            .get(RETRY_AFTER)
            .and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
        let body = response.bytes().await.unwrap_or_default();
        let problem = serde_json::from_slice::<ProblemBody>(&body)
            .ok()
            .map(|mut problem| {
                if let Some(seconds) = retry_after {
                    problem
                        .more
                        .entry("retry_after")
                        .or_insert_with(|| seconds.into());
                }
                problem
            });
        match (status, problem) {
            // The same whether the service said so itself or something in between did.
            (
                StatusCode::SERVICE_UNAVAILABLE | StatusCode::BAD_GATEWAY | StatusCode::GATEWAY_TIMEOUT,
                problem,
            ) => {
                let reason = problem.map_or_else(|| status.to_string(), |problem| problem.slug().to_owned());
                ClientError::Unavailable {
                    service: self.base.to_string(),
                    reason,
                }
            }
            (status, Some(problem)) if status.is_client_error() => ClientError::Refused(Box::new(problem)),
            (status, _) => self.unexpected(status),
        }
    }

    fn unavailable(&self, error: &reqwest::Error) -> ClientError {
        let reason = if error.is_timeout() {
            "it took too long".to_owned()
        } else {
            chain(error)
        };
        ClientError::Unavailable {
            service: self.base.to_string(),
            reason,
        }
    }

    fn unexpected(&self, reason: impl ToString) -> ClientError {
        ClientError::Unexpected {
            service: self.base.to_string(),
            reason: reason.to_string(),
        }
    }
}

/// reqwest's own message stops before the cause.
fn chain(error: &dyn std::error::Error) -> String {
    std::iter::successors(error.source(), |cause| cause.source())
        .last()
        .map_or_else(|| error.to_string(), ToString::to_string)
}
