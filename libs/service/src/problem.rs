//! What every service answers when its database fails or an `Idempotency-Key` cannot be used.

use souk_db::{DbError, IdempotencyError};
use souk_http::Problem;

/// 503 while Postgres is away or gave this request up in favour of another, 500 for anything else.
pub fn database_problem(error: &DbError) -> Problem {
    if error.is_unavailable() || error.is_contention() {
        Problem::unavailable(error)
    } else {
        Problem::internal(error)
    }
}

/// 422 for a key that stands for another request, else as [`database_problem`].
pub fn idempotency_problem(error: &IdempotencyError) -> Problem {
    match error {
        IdempotencyError::KeyReused => Problem::unprocessable(
            "idempotency-key-reused",
            "This Idempotency-Key was used for another request",
        ),
        IdempotencyError::Stored(_) => Problem::internal(error),
        IdempotencyError::Db(error) => database_problem(error),
    }
}
