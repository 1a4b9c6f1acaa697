//! Error to problem: one exhaustive match.

use actix_web::ResponseError;
use souk_clients::account::STALE_ATTEMPT;
use souk_http::Problem;
use souk_service::{database_problem, idempotency_problem};

use crate::Error;
use crate::domain::{AccountError, ShopError, TextError};

impl From<&Error> for Problem {
    fn from(error: &Error) -> Self {
        match error {
            Error::Shop(refusal) => shop(*refusal),
            Error::Account(refusal) => account(*refusal),
            Error::Text(refusal) => {
                let pointer = match refusal {
                    TextError::Name => "/name",
                    TextError::About => "/about",
                    TextError::Reason => "/reason",
                };
                Self::invalid().field(pointer, "length", refusal.to_string())
            }
            Error::Stale => Self::precondition_failed(),
            Error::Idempotency(error) => idempotency_problem(error),
            Error::Db(error) => database_problem(error),
            Error::Unversioned(_) | Error::Corrupt(_) => Self::internal(error),
        }
    }
}

fn account(refusal: AccountError) -> Problem {
    let (slug, title) = match refusal {
        AccountError::OpenShop => ("open-shop", "The account has an open shop"),
        AccountError::Stale => (STALE_ATTEMPT, "A later attempt is under way"),
        AccountError::Closed => ("account-closed", "The account is being closed"),
    };
    Problem::conflict(slug, title).detail(refusal.to_string())
}

fn shop(refusal: ShopError) -> Problem {
    let problem = match refusal {
        ShopError::NotFound => Problem::not_found(),
        ShopError::NotYours => Problem::forbidden("not-your-shop", "Not your shop"),
        ShopError::HasOpenShop => Problem::conflict("already-has-shop", "You have a shop already"),
        ShopError::UnknownStatus(_) => Problem::conflict("unknown-status", "A newer version has changed it"),
        ShopError::IllegalTransition(..) => {
            Problem::conflict("illegal-transition", "Its status does not allow this")
        }
        ShopError::Closed => Problem::conflict("shop-closed", "The shop is closed"),
        ShopError::OwnerInactive => Problem::conflict("owner-inactive", "The owner cannot log in"),
        ShopError::UnfinishedItems(_) => Problem::conflict("unfinished-order-items", "Customers still wait"),
    };
    problem.detail(refusal.to_string())
}

impl ResponseError for Error {
    fn status_code(&self) -> actix_web::http::StatusCode {
        Problem::from(self).status()
    }

    fn error_response(&self) -> actix_web::HttpResponse {
        Problem::from(self).error_response()
    }
}
