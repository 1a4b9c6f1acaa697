//! Error to problem: one exhaustive match.

use actix_web::ResponseError;
use souk_clients::ClientError;
use souk_http::Problem;
use souk_service::{database_problem, idempotency_problem};

use crate::Error;
use crate::domain::CartError;

impl From<&Error> for Problem {
    fn from(error: &Error) -> Self {
        match error {
            Error::Cart(refusal) => cart(*refusal),
            Error::Products(error) => match **error {
                ClientError::Unavailable { .. } => Self::unavailable(error),
                ClientError::Refused(_) | ClientError::Unexpected { .. } => Self::internal(error),
            },
            Error::Idempotency(error) => idempotency_problem(error),
            Error::Db(error) => database_problem(error),
            Error::Unversioned(_) => Self::internal(error),
        }
    }
}

fn cart(refusal: CartError) -> Problem {
    let problem = match refusal {
        CartError::OwnerHasNoCart => Problem::forbidden("shop-owner-has-no-cart", "Shop owners have no cart"),
        CartError::AccountClosed => Problem::forbidden("account-closed", "The account is closed"),
        CartError::VersionMoved(version) => Problem::precondition_failed().with("version", version),
        CartError::NoSuchLine => Problem::not_found(),
        CartError::UnknownVariation => Problem::unprocessable(
            "unknown-variation",
            "There is no such variation",
        )
        .field("/variation_id", "unknown", refusal.to_string()),
        CartError::NotForSale => Problem::conflict("not-for-sale", "Not for sale"),
        CartError::OwnProduct => Problem::conflict("own-product", "Your own product"),
        CartError::OutOfStock { available, .. } => {
            Problem::conflict("out-of-stock", "Out of stock").with("available", available)
        }
        CartError::TooMany(_) => Problem::conflict("quantity-limit", "Too many pieces of one thing"),
        CartError::CartFull => Problem::conflict("cart-full", "The cart is full"),
        CartError::Unconfirmed => Problem::unavailable(&refusal),
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
