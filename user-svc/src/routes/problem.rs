//! Error to problem: one exhaustive match.

use actix_web::ResponseError;
use souk_db::{DbError, IdempotencyError};
use souk_http::Problem;

use crate::Error;
use crate::domain::{PasswordError, RefreshError};

impl From<&Error> for Problem {
    fn from(error: &Error) -> Self {
        match error {
            Error::Password(refusal) => {
                let code = match refusal {
                    PasswordError::Length => "length",
                    PasswordError::Common => "common",
                };
                Self::invalid().field("/password", code, refusal.to_string())
            }
            Error::Refresh(refusal @ RefreshError::Invalid) => invalid_refresh_token(refusal),
            Error::Refresh(refusal @ RefreshError::Reused { session_id }) => {
                invalid_refresh_token(refusal).with("ended_session", session_id)
            }
            Error::EmailTaken => Self::conflict("email-taken", "The e-mail address is taken")
                .detail(error.to_string())
                .field("/email", "taken", error.to_string()),
            Error::InvalidCredentials => {
                Self::unauthorized("invalid-credentials", "Wrong e-mail address or password")
            }
            Error::NotFound => Self::not_found(),
            Error::Idempotency(IdempotencyError::KeyReused) => Self::unprocessable(
                "idempotency-key-reused",
                "This Idempotency-Key was used for another request",
            ),
            Error::Db(error) | Error::Idempotency(IdempotencyError::Db(error)) => database(error),
            Error::Idempotency(IdempotencyError::Stored(_))
            | Error::Hash(_)
            | Error::Broken(_)
            | Error::Unversioned(_) => Self::internal(error),
        }
    }
}

fn invalid_refresh_token(refusal: &RefreshError) -> Problem {
    Problem::unauthorized("invalid-refresh-token", "The refresh token is not valid")
        .detail(refusal.to_string())
}

fn database(error: &DbError) -> Problem {
    if error.is_unavailable() || error.is_contention() {
        Problem::unavailable(error)
    } else {
        Problem::internal(error)
    }
}

impl ResponseError for Error {
    fn status_code(&self) -> actix_web::http::StatusCode {
        Problem::from(self).status()
    }

    fn error_response(&self) -> actix_web::HttpResponse {
        Problem::from(self).error_response()
    }
}
