//! RFC 9457 problems: the one shape of every refusal.

use std::borrow::Cow;
use std::fmt;

use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::{HttpResponse, HttpResponseBuilder, ResponseError};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use souk_telemetry::Flow;
use utoipa::ToSchema;

const TYPES: &str = "https://souk.dev/problems/";

/// A refusal or failure as the client sees it.
#[derive(Clone, Debug, PartialEq)]
pub struct Problem(Box<Inner>);

#[derive(Clone, Debug, PartialEq)]
struct Inner {
    status: StatusCode,
    slug: Cow<'static, str>,
    title: Cow<'static, str>,
    detail: Option<String>,
    errors: Vec<FieldError>,
    more: Map<String, Value>,
    headers: Vec<(HeaderName, HeaderValue)>,
}

/// What is wrong with one field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FieldError {
    /// JSON pointer into the body, or `/name` of a query parameter.
    #[schema(example = "/email")]
    pub pointer: String,
    /// Stable code for programs.
    #[schema(example = "required")]
    pub code: String,
    /// A sentence for people.
    #[schema(example = "This field is required.")]
    pub detail: String,
}

/// The wire form of a problem, `application/problem+json` (RFC 9457).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = Problem)]
pub struct ProblemBody {
    /// Stable address of the kind of problem.
    #[serde(rename = "type")]
    #[schema(example = "https://souk.dev/problems/validation-failed")]
    pub kind: String,
    /// The kind of problem in a few words.
    #[schema(example = "Validation failed")]
    pub title: String,
    /// The HTTP status.
    #[schema(example = 422, minimum = 400, maximum = 599)]
    pub status: u16,
    /// What happened this time, for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// The request's id, to be quoted to support.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "01937f1c-6a2b-7c44-9d0e-3a6f5c1b2e70")]
    pub instance: Option<String>,
    /// What is wrong field by field.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldError>,
    /// Members of a particular kind of problem, such as `changes`.
    #[serde(flatten)]
    #[schema(value_type = Object, additional_properties)]
    pub more: Map<String, Value>,
}

impl ProblemBody {
    /// The stable end of `type`.
    pub fn slug(&self) -> &str {
        self.kind.rsplit('/').next().unwrap_or_default()
    }
}

impl Problem {
    /// A problem of some kind; `slug` becomes the end of its `type`.
    pub fn new(
        status: StatusCode,
        slug: impl Into<Cow<'static, str>>,
        title: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self(Box::new(Inner {
            status,
            slug: slug.into(),
            title: title.into(),
            detail: None,
            errors: Vec::new(),
            more: Map::new(),
            headers: Vec::new(),
        }))
    }

    /// Adds a sentence about this occurrence.
    pub fn detail(mut self, detail: impl Into<String>) -> Self {
        self.0.detail = Some(detail.into());
        self
    }

    /// Adds what is wrong with one field.
    pub fn field(
        mut self,
        pointer: impl Into<String>,
        code: impl Into<String>,
        detail: impl Into<String>,
    ) -> Self {
        self.0.errors.push(FieldError {
            pointer: pointer.into(),
            code: code.into(),
            detail: detail.into(),
        });
        self
    }

    /// Adds a member of its own to the body; the standard ones cannot be replaced.
    pub fn with(mut self, name: &str, value: impl Serialize) -> Self {
        let standard = ["type", "title", "status", "detail", "instance", "errors"];
        if let (false, Ok(value)) = (standard.contains(&name), serde_json::to_value(value)) {
            self.0.more.insert(name.to_owned(), value);
        }
        self
    }

    /// Adds a header to the answer, such as `Retry-After`.
    pub fn header(mut self, name: HeaderName, value: impl TryInto<HeaderValue>) -> Self {
        if let Ok(value) = value.try_into() {
            self.0.headers.push((name, value));
        }
        self
    }

    /// 400: the request itself cannot be understood.
    pub fn bad_request(slug: impl Into<Cow<'static, str>>, title: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, slug, title)
    }

    /// 401 with the challenge that RFC 9110 asks for.
    pub fn unauthorized(slug: impl Into<Cow<'static, str>>, title: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, slug, title)
            .header(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"))
    }

    /// 403: known, and not allowed.
    pub fn forbidden(slug: impl Into<Cow<'static, str>>, title: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::FORBIDDEN, slug, title)
    }

    /// 404 for a thing that is not there, or that is not the caller's to know of.
    pub fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "not-found", "Not found")
    }

    /// 409: a rule of the thing's life refuses.
    pub fn conflict(slug: impl Into<Cow<'static, str>>, title: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::CONFLICT, slug, title)
    }

    /// 412: the thing has changed since it was read.
    pub fn precondition_failed() -> Self {
        Self::new(
            StatusCode::PRECONDITION_FAILED,
            "stale",
            "It has changed since you read it",
        )
    }

    /// 422: understood, and not acceptable.
    pub fn unprocessable(slug: impl Into<Cow<'static, str>>, title: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, slug, title)
    }

    /// 422 for fields; add them with [`Problem::field`].
    pub fn invalid() -> Self {
        Self::unprocessable("validation-failed", "Validation failed")
    }

    /// 500: logs the cause here, once, and tells the client nothing of it.
    pub fn internal(cause: &(impl fmt::Display + ?Sized)) -> Self {
        tracing::error!(error = %cause, "A request failed for an unexpected reason");
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "internal",
            "Something went wrong on our side",
        )
    }

    /// 503: something we need is away; logs the cause and asks the client to come back.
    pub fn unavailable(cause: &(impl fmt::Display + ?Sized)) -> Self {
        tracing::warn!(error = %cause, "A request was turned away because something we need is not reachable");
        Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "unavailable",
            "Not available just now",
        )
        .header(header::RETRY_AFTER, HeaderValue::from_static("1"))
    }

    /// A problem that another service answered, passed on under the running request's id.
    pub fn relay(body: ProblemBody) -> Self {
        let status = StatusCode::from_u16(body.status).unwrap_or(StatusCode::BAD_GATEWAY);
        let slug = body.slug().to_owned();
        let mut problem = match status {
            StatusCode::UNAUTHORIZED => Self::unauthorized(slug, body.title),
            _ => Self::new(status, slug, body.title),
        };
        if let Some(seconds) = body.more.get("retry_after").and_then(Value::as_u64) {
            problem = problem.header(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        problem.0.detail = body.detail;
        problem.0.errors = body.errors;
        problem.0.more = body.more;
        problem
    }

    /// The HTTP status.
    pub fn status(&self) -> StatusCode {
        self.0.status
    }

    /// The stable end of `type`.
    pub fn slug(&self) -> &str {
        &self.0.slug
    }

    /// The wire form; `instance` is the running request's id.
    pub fn to_body(&self) -> ProblemBody {
        let inner = &*self.0;
        ProblemBody {
            kind: format!("{TYPES}{}", inner.slug),
            title: inner.title.clone().into_owned(),
            status: inner.status.as_u16(),
            detail: inner.detail.clone(),
            instance: Flow::with(|flow| flow.request_id.clone()),
            errors: inner.errors.clone(),
            more: inner.more.clone(),
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.0.status.as_u16(), self.0.slug)
    }
}

impl std::error::Error for Problem {}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        self.0.status
    }

    fn error_response(&self) -> HttpResponse {
        let mut response = HttpResponseBuilder::new(self.0.status);
        for (name, value) in &self.0.headers {
            response.insert_header((name.clone(), value.clone()));
        }
        response.insert_header((header::CONTENT_TYPE, "application/problem+json"));
        // A struct of texts always serialises.
        response.body(serde_json::to_vec(&self.to_body()).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_problem_has_all_its_parts_on_the_wire() {
        let problem = Problem::conflict("cart-changed", "The cart has changed")
            .detail("Two lines differ.")
            .field("/lines/0", "short", "Only two are left.")
            .with("changes", [1])
            .with("status", 200);
        let flow = Flow::from_headers(Some("request-1"), None);

        let body = flow
            .scope(async { serde_json::to_value(problem.to_body()).unwrap() })
            .await;

        assert_eq!(
            body,
            serde_json::json!({
                "type": "https://souk.dev/problems/cart-changed", "title": "The cart has changed",
                "status": 409, "detail": "Two lines differ.", "instance": "request-1",
                "errors": [{"pointer": "/lines/0", "code": "short", "detail": "Only two are left."}],
                "changes": [1],
            })
        );
    }

    #[test]
    fn the_cause_of_a_failure_stays_inside() {
        let body = serde_json::to_string(&Problem::internal("password=hunter2").to_body()).unwrap();

        assert!(!body.contains("hunter2"));
    }

    #[test]
    fn a_relayed_problem_says_the_same() {
        let first = Problem::unauthorized("invalid-credentials", "Wrong")
            .detail("d")
            .field("/email", "c", "e")
            .with("left", 2);

        let second = Problem::relay(first.to_body());

        assert_eq!(second, first);
    }

    #[test]
    fn a_body_knows_its_slug() {
        let body: ProblemBody = serde_json::from_value(serde_json::json!({
            "type": "https://souk.dev/problems/out-of-stock", "title": "x", "status": 409, "left": 2
        }))
        .unwrap();

        assert_eq!(
            (body.slug(), body.more["left"].as_u64()),
            ("out-of-stock", Some(2))
        );
    }
}
