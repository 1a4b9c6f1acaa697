//! Error to problem: one exhaustive match.

use actix_web::ResponseError;
use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE};
use souk_clients::ClientError;
use souk_http::Problem;

use crate::Error;
use crate::limits::Stopped;
use crate::proxy::Failed;
use crate::tokens::Refused;

impl From<&Error> for Problem {
    fn from(error: &Error) -> Self {
        match error {
            Error::Token(Refused::Expired) => token("expired-token", "The access token has expired", error),
            Error::Token(Refused::Invalid) => token("invalid-token", "The access token is not valid", error),
            Error::Revoked => token("revoked-token", "The access token was revoked", error),
            Error::LoginRequired => Self::unauthorized("authentication-required", "Log in first"),
            Error::AdminOnly => Self::forbidden("admin-only", "Only an administrator may do this"),
            Error::Revocation(cause) => {
                tracing::warn!(error = %cause, "A request was turned away because nobody can say what was revoked");
                away(
                    StatusCode::SERVICE_UNAVAILABLE,
                    "revocation-unavailable",
                    "Logged-in requests are not possible just now",
                )
            }
            Error::Users(ClientError::Refused(problem)) | Error::Service(ClientError::Refused(problem)) => {
                let mut problem = (**problem).clone();
                problem.more.remove("ended_session");
                Self::relay(problem)
            }
            Error::Users(ClientError::Unavailable { .. })
            | Error::Service(ClientError::Unavailable { .. }) => unreachable(error),
            Error::NotFound => Self::not_found(),
            Error::UnknownQueue => Self::invalid().field("/queue", "unknown_value", error.to_string()),
            Error::Upstream(Failed::Unreachable(_)) => unreachable(error),
            Error::Upstream(Failed::Resting(_, seconds)) => {
                // Not logged: there may be many, and the address that was taken out is in the log.
                Self::new(
                    StatusCode::SERVICE_UNAVAILABLE,
                    "service-unavailable",
                    "The service is not available just now",
                )
                .header(RETRY_AFTER, HeaderValue::from(*seconds))
            }
            Error::Upstream(Failed::Slow(service)) => {
                tracing::warn!(service = service.name(), "A service took too long");
                away(
                    StatusCode::GATEWAY_TIMEOUT,
                    "service-timeout",
                    "The service took too long",
                )
            }
            Error::Upstream(Failed::Broken(_)) => away(
                StatusCode::BAD_GATEWAY,
                "service-broke-off",
                "The service broke off",
            ),
            Error::Path(malformed) => {
                Self::bad_request("malformed-path", "Malformed path").detail(malformed.to_string())
            }
            Error::Host => {
                Self::bad_request("malformed-request", "The request is malformed").detail(error.to_string())
            }
            Error::LongUrl => Self::new(
                StatusCode::URI_TOO_LONG,
                "address-too-long",
                "The address is too long",
            ),
            Error::LargeBody => Self::new(
                StatusCode::PAYLOAD_TOO_LARGE,
                "body-too-large",
                "The body is too large",
            ),
            Error::Limits(Stopped::Over(standing)) => {
                let seconds = standing.retry_after().unwrap_or(1);
                Self::new(
                    StatusCode::TOO_MANY_REQUESTS,
                    "too-many-requests",
                    "Too many requests",
                )
                .detail(format!("Try again in {seconds} s."))
                .header(RETRY_AFTER, HeaderValue::from(seconds))
            }
            // Told once per outage, where it was met.
            Error::Limits(Stopped::Away(_)) => away(
                StatusCode::SERVICE_UNAVAILABLE,
                "limits-unavailable",
                "This is not possible just now",
            ),
            Error::Users(ClientError::Unexpected { .. })
            | Error::Service(ClientError::Unexpected { .. })
            | Error::Grant(_)
            | Error::Ended(_)
            | Error::Signing(_) => Self::internal(error),
        }
    }
}

fn token(slug: &'static str, title: &'static str, error: &Error) -> Problem {
    let challenge = format!("Bearer error=\"invalid_token\", error_description=\"{error}\"");
    Problem::unauthorized(slug, title).header(WWW_AUTHENTICATE, challenge)
}

fn unreachable(error: &Error) -> Problem {
    tracing::warn!(%error, "A request was turned away because a service cannot be reached");
    away(
        StatusCode::SERVICE_UNAVAILABLE,
        "service-unavailable",
        "The service is not available just now",
    )
}

fn away(status: StatusCode, slug: &'static str, title: &'static str) -> Problem {
    Problem::new(status, slug, title).header(RETRY_AFTER, HeaderValue::from_static("1"))
}

impl ResponseError for Error {
    fn status_code(&self) -> StatusCode {
        match self {
            // Writing the problem logs its cause, so it is not made only to look at its status.
            Self::Users(ClientError::Refused(problem)) | Self::Service(ClientError::Refused(problem)) => {
                StatusCode::from_u16(problem.status).unwrap_or(StatusCode::BAD_GATEWAY)
            }
            _ => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    fn error_response(&self) -> actix_web::HttpResponse {
        Problem::from(self).error_response()
    }
}
