//! Error to problem: one exhaustive match.

use actix_web::ResponseError;
use souk_http::Problem;
use souk_service::database_problem;

use crate::Error;

impl From<&Error> for Problem {
    fn from(error: &Error) -> Self {
        match error {
            Error::NoSuchShop => Self::not_found().detail(error.to_string()),
            Error::Db(error) => database_problem(error),
            Error::Unversioned(_) | Error::Unwritable(_) | Error::Index(_) => Self::internal(error),
        }
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
