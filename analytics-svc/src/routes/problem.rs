//! Error to problem: one exhaustive match.

use actix_web::ResponseError;
use actix_web::http::StatusCode;
use souk_clients::ClientError;
use souk_http::Problem;
use souk_service::database_problem;

use crate::Error;
use crate::domain::PeriodError;

impl From<&Error> for Problem {
    fn from(error: &Error) -> Self {
        match error {
            Error::Period(refusal) => {
                let (pointer, code) = match refusal {
                    PeriodError::UnknownZone => ("/tz", "unknown_time_zone"),
                    PeriodError::Reversed => ("/to", "before_from"),
                    PeriodError::Length => ("/to", "too_long"),
                    PeriodError::Overdetermined => ("/days", "overdetermined"),
                };
                Self::invalid().field(pointer, code, refusal.to_string())
            }
            Error::Bound { field, source } => {
                Self::invalid().field(format!("/{field}"), "wrong_format", source.to_string())
            }
            Error::NoShop => Self::new(StatusCode::NOT_FOUND, "shop-not-found", "There is no such shop"),
            Error::NotOwner => {
                Self::forbidden("not-the-shop-owner", "Only the owner of the shop may do this")
                    .detail(error.to_string())
            }
            Error::ShopService(cause @ ClientError::Unavailable { .. }) => Self::unavailable(cause),
            Error::ShopService(cause @ (ClientError::Refused(_) | ClientError::Unexpected { .. })) => {
                Self::internal(cause)
            }
            Error::Db(error) => database_problem(error),
            Error::Unreadable(_) | Error::Impossible { .. } => Self::internal(error),
        }
    }
}

impl ResponseError for Error {
    fn status_code(&self) -> StatusCode {
        Problem::from(self).status()
    }

    fn error_response(&self) -> actix_web::HttpResponse {
        Problem::from(self).error_response()
    }
}
