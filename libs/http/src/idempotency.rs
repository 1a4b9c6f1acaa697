//! The `Idempotency-Key` header.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};

use crate::Problem;

/// The client's key for a write that may be sent again, if it sent one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct IdempotencyKey(pub Option<String>);

impl IdempotencyKey {
    /// The key, where the operation does not go without.
    pub fn required(self) -> Result<String, Problem> {
        self.0.ok_or_else(|| {
            Problem::bad_request(
                "idempotency-key-required",
                "The Idempotency-Key header is required",
            )
        })
    }

    /// The key, if there is one.
    pub fn into_inner(self) -> Option<String> {
        self.0
    }
}

impl FromRequest for IdempotencyKey {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let mut sent = request.headers().get_all("idempotency-key");
        let key = match (sent.next(), sent.next()) {
            (None, _) => Ok(Self(None)),
            (Some(value), None) => value
                .to_str()
                .ok()
                .filter(|key| is_good(key))
                .map_or_else(|| Err(bad_key()), |key| Ok(Self(Some(key.to_owned())))),
            (Some(_), Some(_)) => Err(bad_key()),
        };
        ready(key)
    }
}

fn is_good(key: &str) -> bool {
    (1..=255).contains(&key.len()) && key.bytes().all(|b| b.is_ascii_graphic() || b == b' ')
}

fn bad_key() -> Problem {
    Problem::bad_request(
        "idempotency-key-malformed",
        "The Idempotency-Key header is malformed",
    )
    .detail("One key of 1 to 255 printable ASCII characters.")
}
