//! Error to problem: one exhaustive match.

use actix_web::ResponseError;
use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderValue, RETRY_AFTER};
use souk_http::Problem;
use souk_service::database_problem;

use crate::Error;
use crate::index::IndexError;

impl From<&Error> for Problem {
    fn from(error: &Error) -> Self {
        match error {
            Error::NoSuchShop | Error::NoSuchJob => Self::not_found().detail(error.to_string()),
            Error::JobRunning(id) => Self::conflict("search-job-running", "Such a job is already at work")
                .detail(error.to_string())
                .with("job_id", id),
            Error::Index(error) => index_problem(error),
            Error::Db(error) => database_problem(error),
            Error::Source(error) => Self::unavailable(error),
            Error::Unversioned(_) | Error::Unwritable(_) => Self::internal(error),
        }
    }
}

fn index_problem(error: &IndexError) -> Problem {
    match error {
        IndexError::Unavailable(_) | IndexError::NotBuilt => {
            unavailable("search-unavailable", "Search is not available just now")
        }
        IndexError::Busy => unavailable("search-busy", "Too many searches at the moment"),
        IndexError::SnapshotExpired => Problem::new(
            StatusCode::GONE,
            "cursor-expired",
            "This search is too old to be continued",
        )
        .detail("Search again from the first page."),
        // The index was replaced while it was read.
        IndexError::NoSuchIndex(_) => Problem::unavailable(error),
        IndexError::Failed(_) => Problem::internal(error),
    }
}

fn unavailable(slug: &'static str, title: &'static str) -> Problem {
    Problem::new(StatusCode::SERVICE_UNAVAILABLE, slug, title).header(
        RETRY_AFTER,
        HeaderValue::from(crate::index::RETRY_AFTER.as_secs()),
    )
}

impl ResponseError for Error {
    fn status_code(&self) -> actix_web::http::StatusCode {
        Problem::from(self).status()
    }

    fn error_response(&self) -> actix_web::HttpResponse {
        Problem::from(self).error_response()
    }
}
