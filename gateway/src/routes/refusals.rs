//! How the operations refuse, for the API document.

use souk_http::ProblemBody;
use utoipa::IntoResponses;

/// How what only operators may do is refused.
#[derive(IntoResponses)]
#[expect(dead_code, reason = "only described, never made")]
pub enum OperatorRefusals {
    /// `authentication-required`, `invalid-token`, `expired-token` or `revoked-token`
    #[response(status = 401, content_type = "application/problem+json")]
    Anonymous(ProblemBody),
    /// `admin-only`
    #[response(status = 403, content_type = "application/problem+json")]
    Forbidden(ProblemBody),
    /// `not-found`
    #[response(status = 404, content_type = "application/problem+json")]
    NotFound(ProblemBody),
    /// `already-settled`, `queue-not-read` or `type-not-awaited`
    #[response(status = 409, content_type = "application/problem+json")]
    Conflict(ProblemBody),
    /// `validation-failed`
    #[response(status = 422, content_type = "application/problem+json")]
    Invalid(ProblemBody),
    /// `revocation-unavailable` or `service-unavailable`
    #[response(status = 503, content_type = "application/problem+json")]
    Unavailable(ProblemBody),
}
