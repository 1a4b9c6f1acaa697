//! Error to problem: one exhaustive match.

use actix_web::ResponseError;
use actix_web::http::StatusCode;
use souk_clients::{ClientError, ProblemBody};
use souk_http::Problem;
use souk_service::{database_problem, idempotency_problem};

use crate::Error;
use crate::domain::WishlistError;

impl From<&Error> for Problem {
    fn from(error: &Error) -> Self {
        match error {
            Error::Wishlist(refusal) => wishlist(*refusal),
            Error::Cart(problem) => passed_on(problem),
            Error::Peer(cause) => match **cause {
                ClientError::Unavailable { .. } => Self::unavailable(cause),
                ClientError::Refused(_) | ClientError::Unexpected { .. } => Self::internal(cause),
            },
            Error::Idempotency(error) => idempotency_problem(error),
            Error::Db(error) => database_problem(error),
            Error::Unversioned(_) => Self::internal(error),
        }
    }
}

fn wishlist(refusal: WishlistError) -> Problem {
    let problem =
        match refusal {
            // One slug for cart and wishlist: it is one rule.
            WishlistError::OwnerHasNoWishlist => {
                Problem::forbidden("shop-owner-has-no-cart", "Shop owners have no wishlist")
            }
            WishlistError::AccountClosed => Problem::forbidden("account-closed", "The account is closed"),
            WishlistError::NoSuchItem => Problem::not_found(),
            WishlistError::UnknownVariation => Problem::unprocessable(
                "unknown-variation",
                "There is no such variation",
            )
            .field("/variation_id", "unknown", refusal.to_string()),
            WishlistError::UnknownShop => Problem::unprocessable("unknown-shop", "There is no such shop")
                .field("/shop_id", "unknown", refusal.to_string()),
            WishlistError::NotAProduct => Problem::conflict("not-a-product", "Only a product can be moved"),
            WishlistError::WishlistFull => Problem::conflict("wishlist-full", "The wishlist is full"),
        };
    problem.detail(refusal.to_string())
}

/// What the cart says to its customer is said here as well.
fn passed_on(body: &ProblemBody) -> Problem {
    let status = StatusCode::from_u16(body.status).unwrap_or(StatusCode::CONFLICT);
    let mut problem = Problem::new(status, body.slug().to_owned(), body.title.clone());
    if let Some(detail) = &body.detail {
        problem = problem.detail(detail);
    }
    body.more
        .iter()
        .fold(problem, |problem, (name, value)| problem.with(name, value))
}

impl ResponseError for Error {
    fn status_code(&self) -> StatusCode {
        Problem::from(self).status()
    }

    fn error_response(&self) -> actix_web::HttpResponse {
        Problem::from(self).error_response()
    }
}
