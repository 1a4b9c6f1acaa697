//! Error to problem: one exhaustive match.

use actix_web::ResponseError;
use souk_db::DbError;
use souk_http::Problem;

use crate::Error;

impl From<&Error> for Problem {
    fn from(error: &Error) -> Self {
        match error {
            Error::NoSuchShop => Self::not_found().detail(error.to_string()),
            Error::Db(error) => database(error),
            Error::Unversioned(_) | Error::Unwritable(_) | Error::Index(_) => Self::internal(error),
        }
    }
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
