//! Error to problem: one exhaustive match.

use actix_web::ResponseError;
use souk_http::Problem;
use souk_service::{database_problem, idempotency_problem};

use crate::Error;
use crate::domain::{AddressError, PasswordError, RefreshError};

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
            Error::Address(refusal) => address(*refusal),
            Error::EmailTaken => Self::conflict("email-taken", "The e-mail address is taken")
                .detail(error.to_string())
                .field("/email", "taken", error.to_string()),
            Error::InvalidCredentials => {
                Self::unauthorized("invalid-credentials", "Wrong e-mail address or password")
            }
            Error::NotFound => Self::not_found(),
            Error::Idempotency(error) => idempotency_problem(error),
            Error::Db(error) => database_problem(error),
            Error::Hash(_) | Error::Broken(_) | Error::Unversioned(_) => Self::internal(error),
        }
    }
}

fn address(refusal: AddressError) -> Problem {
    match refusal {
        AddressError::PostalCode => {
            Problem::invalid().field("/postal_code", "postal_code", refusal.to_string())
        }
        AddressError::NoDefault => Problem::invalid().field("/is_default", "no_default", refusal.to_string()),
        AddressError::TooMany => {
            Problem::conflict("too-many-addresses", "The address book is full").detail(refusal.to_string())
        }
    }
}

fn invalid_refresh_token(refusal: &RefreshError) -> Problem {
    Problem::unauthorized("invalid-refresh-token", "The refresh token is not valid")
        .detail(refusal.to_string())
}

impl ResponseError for Error {
    fn status_code(&self) -> actix_web::http::StatusCode {
        Problem::from(self).status()
    }

    fn error_response(&self) -> actix_web::HttpResponse {
        Problem::from(self).error_response()
    }
}
