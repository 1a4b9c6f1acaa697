//! How the operations refuse, for the API document.

use souk_http::ProblemBody;
use utoipa::IntoResponses;

/// How a checkout is refused.
#[derive(IntoResponses)]
#[expect(dead_code, reason = "only described, never made")]
pub enum CheckoutRefusals {
    /// `idempotency-key-required`, `idempotency-key-malformed`, `malformed-json`
    #[response(status = 400, content_type = "application/problem+json")]
    Malformed(ProblemBody),
    /// `authentication-required`
    #[response(status = 401, content_type = "application/problem+json")]
    Anonymous(ProblemBody),
    /// `shop-owner-has-no-cart`
    #[response(status = 403, content_type = "application/problem+json")]
    Owner(ProblemBody),
    /// `cart-empty`, `cart-changed` (with `changes`), `cart-already-ordered`, `own-product`, `reservation-lapsed`,
    /// `account-closed`
    #[response(status = 409, content_type = "application/problem+json")]
    Conflict(ProblemBody),
    /// `validation-failed`, `idempotency-key-reused`
    #[response(status = 422, content_type = "application/problem+json")]
    Invalid(ProblemBody),
    /// `unavailable`: nothing is half done, try again with the same key
    #[response(status = 503, content_type = "application/problem+json")]
    Unavailable(ProblemBody),
}

/// How tracking is refused.
#[derive(IntoResponses)]
#[expect(dead_code, reason = "only described, never made")]
pub enum TrackingRefusals {
    /// `not-found`: number and address do not belong together
    #[response(status = 404, content_type = "application/problem+json")]
    NotFound(ProblemBody),
    /// `validation-failed`
    #[response(status = 422, content_type = "application/problem+json")]
    Invalid(ProblemBody),
    /// `unavailable`
    #[response(status = 503, content_type = "application/problem+json")]
    Unavailable(ProblemBody),
}

/// How a change of an order or an item is refused.
#[derive(IntoResponses)]
#[expect(dead_code, reason = "only described, never made")]
pub enum ChangeRefusals {
    /// `authentication-required`
    #[response(status = 401, content_type = "application/problem+json")]
    Anonymous(ProblemBody),
    /// `not-the-customer`, `not-the-shop-owner`
    #[response(status = 403, content_type = "application/problem+json")]
    Forbidden(ProblemBody),
    /// `not-found`: there is none, or it is none of the caller's
    #[response(status = 404, content_type = "application/problem+json")]
    NotFound(ProblemBody),
    /// `illegal-transition`
    #[response(status = 409, content_type = "application/problem+json")]
    Conflict(ProblemBody),
    /// `validation-failed`
    #[response(status = 422, content_type = "application/problem+json")]
    Invalid(ProblemBody),
}

/// How reading orders is refused.
#[derive(IntoResponses)]
#[expect(dead_code, reason = "only described, never made")]
pub enum ListRefusals {
    /// `authentication-required`
    #[response(status = 401, content_type = "application/problem+json")]
    Anonymous(ProblemBody),
    /// `admin-only`
    #[response(status = 403, content_type = "application/problem+json")]
    Forbidden(ProblemBody),
    /// `validation-failed`
    #[response(status = 422, content_type = "application/problem+json")]
    Invalid(ProblemBody),
}

/// How reading one order is refused.
#[derive(IntoResponses)]
#[expect(dead_code, reason = "only described, never made")]
pub enum ReadRefusals {
    /// `authentication-required`
    #[response(status = 401, content_type = "application/problem+json")]
    Anonymous(ProblemBody),
    /// `not-found`: there is none, or it is none of the caller's
    #[response(status = 404, content_type = "application/problem+json")]
    NotFound(ProblemBody),
}
