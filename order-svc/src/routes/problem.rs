//! Error to problem: one exhaustive match.

use actix_web::ResponseError;
use souk_clients::ClientError;
use souk_clients::account::STALE_ATTEMPT;
use souk_http::Problem;
use souk_service::{database_problem, idempotency_problem};

use crate::Error;
use crate::domain::{AccountError, OrderError, PlacementError};

impl From<&Error> for Problem {
    fn from(error: &Error) -> Self {
        match error {
            Error::Order(refusal) => order(refusal),
            Error::Placement(refusal @ PlacementError::OwnShop) => {
                Self::conflict("own-product", "You cannot order from your own shop")
                    .detail(refusal.to_string())
            }
            Error::Placement(refusal @ PlacementError::NoTotal) => {
                Self::conflict("no-order-total", "The cart has no total").detail(refusal.to_string())
            }
            Error::Account(refusal) => account(*refusal),
            Error::CartEmpty => Self::conflict("cart-empty", "The cart is empty"),
            Error::CartChanged(changes) => Self::conflict("cart-changed", "The cart has changed")
                .detail(
                    "Look at `changes`; the same request with \"accept_changes\": true accepts exactly them.",
                )
                .with("changes", changes),
            Error::CartAlreadyOrdered => {
                Self::conflict("cart-already-ordered", "The cart was ordered already")
                    .detail(error.to_string())
            }
            Error::ReservationLapsed => {
                Self::conflict("reservation-lapsed", "The reservation ran out").detail(error.to_string())
            }
            Error::Invalid {
                pointer,
                code,
                detail,
            } => Self::invalid().field(*pointer, *code, *detail),
            Error::UnknownAddress => Self::invalid().field("/address_id", "unknown", error.to_string()),
            Error::AdminOnly => Self::forbidden("admin-only", "Only an administrator may do this"),
            Error::Idempotency(error) => idempotency_problem(error),
            Error::Client(error) => client(error),
            Error::Db(error) => database_problem(error),
            Error::Busy => Self::unavailable(error),
            Error::NumberTaken | Error::PlacedBefore => Self::internal(error),
        }
    }
}

fn account(refusal: AccountError) -> Problem {
    let (slug, title) = match refusal {
        AccountError::UnfinishedOrders => ("unfinished-orders", "There are unfinished orders"),
        AccountError::UnfinishedSales => ("unfinished-order-items", "Customers still wait"),
        AccountError::Stale => (STALE_ATTEMPT, "A later attempt is under way"),
        AccountError::Closed => ("account-closed", "The account is being closed"),
    };
    Problem::conflict(slug, title).detail(refusal.to_string())
}

fn order(refusal: &OrderError) -> Problem {
    match refusal {
        OrderError::NotFound => Problem::not_found(),
        OrderError::NotTheShop => {
            Problem::forbidden("not-the-shop-owner", "Only the owner of the shop may do this")
        }
        OrderError::NotTheCustomer => Problem::forbidden("not-the-customer", "Only the customer may do this"),
        OrderError::IllegalTransition { .. }
        | OrderError::ShippedOtherwise
        | OrderError::TooLateToCancel(_) => {
            Problem::conflict("illegal-transition", "It cannot go that way").detail(refusal.to_string())
        }
        OrderError::UnknownStatus(_) => {
            Problem::conflict("unknown-status", "A newer version has changed it").detail(refusal.to_string())
        }
    }
}

fn client(error: &ClientError) -> Problem {
    match error {
        ClientError::Unavailable { .. } => Problem::unavailable(error),
        ClientError::Refused(problem) if problem.slug() == "shop-owner-has-no-cart" => {
            Problem::forbidden("shop-owner-has-no-cart", problem.title.clone())
        }
        ClientError::Refused(problem) if problem.slug() == "unknown-status" => {
            Problem::conflict("unknown-status", problem.title.clone())
        }
        ClientError::Refused(_) | ClientError::Unexpected { .. } => Problem::internal(error),
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
