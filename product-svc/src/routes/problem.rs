//! Error to problem: one exhaustive match for each kind of refusal.

use actix_web::ResponseError;
use souk_http::Problem;
use souk_service::{database_problem, idempotency_problem};

use crate::Error;
use crate::domain::{CategoryError, ProductError, ReservationError, ShopError, StockError, VariationError};

impl From<&Error> for Problem {
    fn from(error: &Error) -> Self {
        match error {
            Error::Invalid(field) => Self::invalid().field(&field.pointer, field.code, &field.detail),
            Error::Category(refusal) => category(*refusal),
            Error::Product(refusal) => product(*refusal),
            Error::Variation(refusal) => variation(*refusal),
            Error::Stock(refusal) => stock(*refusal),
            Error::Shop(refusal) => shop(*refusal),
            Error::LoginRequired => Self::unauthorized("authentication-required", "Log in first"),
            Error::HiddenFromYou => {
                Self::forbidden("hidden", "Not for everyone to see").detail(error.to_string())
            }
            Error::NotFound => Self::not_found(),
            Error::Idempotency(error) => idempotency_problem(error),
            Error::Client(error) if error.is_unavailable() => Self::unavailable(error),
            Error::Db(error) => database_problem(error),
            Error::Reservation(ReservationError::UnknownStatus(_)) => {
                Self::conflict("unknown-status", "A newer version has changed it").detail(error.to_string())
            }
            Error::Client(_)
            | Error::Reservation(_)
            | Error::UnknownVariation(_)
            | Error::Unversioned(_)
            | Error::Unreadable(_) => Self::internal(error),
        }
    }
}

fn category(refusal: CategoryError) -> Problem {
    let (slug, title) = match refusal {
        CategoryError::SlugTaken => ("slug-taken", "The slug is taken"),
        CategoryError::Cycle => ("category-cycle", "Categories would lie in a circle"),
        CategoryError::TooDeep => ("category-too-deep", "The tree would be too deep"),
        CategoryError::TooMany => (
            "too-many-categories",
            "There are as many categories as there may be",
        ),
        CategoryError::HasChildren | CategoryError::HasProducts => {
            ("category-not-empty", "The category is not empty")
        }
    };
    Problem::conflict(slug, title).detail(refusal.to_string())
}

fn product(refusal: ProductError) -> Problem {
    match refusal {
        ProductError::SkuTaken => Problem::conflict("sku-taken", "The SKU is taken")
            .detail(refusal.to_string())
            .field("/sku", "taken", refusal.to_string()),
        ProductError::Archived => {
            Problem::conflict("product-deleted", "The product was deleted").detail(refusal.to_string())
        }
        ProductError::Stale => Problem::precondition_failed(),
    }
}

fn variation(refusal: VariationError) -> Problem {
    match refusal {
        VariationError::OptionsTaken => Problem::conflict("options-taken", "The options are taken")
            .detail(refusal.to_string())
            .field("/options", "taken", refusal.to_string()),
        VariationError::TooMany => Problem::conflict(
            "too-many-variations",
            "The product has as many variations as it may",
        )
        .detail(refusal.to_string()),
    }
}

fn stock(refusal: StockError) -> Problem {
    match refusal {
        StockError::BelowZero { available } => {
            Problem::conflict("stock-below-zero", "There are not so many pieces")
                .detail(refusal.to_string())
                .with("available", available)
        }
        StockError::AboveLimit => Problem::conflict("stock-above-limit", "There would be too many pieces")
            .detail(refusal.to_string()),
        StockError::NothingAdded => Problem::invalid().field("/delta", "not-positive", refusal.to_string()),
        StockError::NothingChanged => Problem::invalid().field("/delta", "zero", refusal.to_string()),
        StockError::NotTheOwners => Problem::invalid().field("/reason", "unknown_value", refusal.to_string()),
    }
}

fn shop(refusal: ShopError) -> Problem {
    let (slug, title) = match refusal {
        ShopError::NotTheOwner => ("not-the-owner", "This belongs to another shop"),
        ShopError::NotApproved => ("shop-not-approved", "Your shop may not sell"),
    };
    Problem::forbidden(slug, title).detail(refusal.to_string())
}

impl ResponseError for Error {
    fn status_code(&self) -> actix_web::http::StatusCode {
        Problem::from(self).status()
    }

    fn error_response(&self) -> actix_web::HttpResponse {
        Problem::from(self).error_response()
    }
}
