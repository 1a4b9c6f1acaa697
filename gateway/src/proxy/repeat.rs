//! Which requests may be sent again, and how often.

use std::cell::Cell;

use actix_web::http::Method;
use actix_web::http::header::{self, HeaderMap};

/// How many times a request is sent at most.
pub const ATTEMPTS: u32 = 3;
/// What a repetition costs, and what each request pays in: a fifth of the load at most comes from
/// repetitions, so that an outage does not grow by them.
const PRICE: u32 = 5;
/// So many repetitions are possible at once, such as when an address goes away under load.
const RESERVE: u32 = 100 * PRICE;

/// Whether a request may be sent again when the connection broke before an answer came, and nobody knows
/// whether it was carried out (RFC 9110, 9.2.2).
///
/// Idempotent methods only. `PUT` and `DELETE` with a precondition are left out: the repetition would fail
/// by what the first one has done, and tell the client that nothing happened. `POST` and `PATCH` are left
/// out even with an `Idempotency-Key`: whether the service keeps one is the service's affair.
pub fn is_repeatable(method: &Method, headers: &HeaderMap) -> bool {
    match *method {
        Method::GET | Method::HEAD | Method::OPTIONS => true,
        Method::PUT | Method::DELETE => {
            !headers.contains_key(header::IF_MATCH) && !headers.contains_key(header::IF_UNMODIFIED_SINCE)
        }
        _ => false,
    }
}

/// How many repetitions one worker may still send to one service.
pub struct Budget(Cell<u32>);

impl Default for Budget {
    fn default() -> Self {
        Self(Cell::new(RESERVE))
    }
}

impl Budget {
    /// A request came.
    pub fn earn(&self) {
        self.0.set(self.0.get().saturating_add(1).min(RESERVE));
    }

    /// Whether one more may be sent again.
    pub fn spend(&self) -> bool {
        let left = self.0.get().checked_sub(PRICE);
        if let Some(left) = left {
            self.0.set(left);
        }
        left.is_some()
    }
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::HeaderValue;

    use super::*;

    #[test]
    fn only_idempotent_requests_are_repeated() {
        let plain = HeaderMap::new();
        let keyed = HeaderMap::from_iter([(
            header::HeaderName::from_static("idempotency-key"),
            HeaderValue::from_static("k"),
        )]);
        let conditional = HeaderMap::from_iter([(header::IF_MATCH, HeaderValue::from_static("\"7\""))]);

        for method in [
            Method::GET,
            Method::HEAD,
            Method::OPTIONS,
            Method::PUT,
            Method::DELETE,
        ] {
            assert!(is_repeatable(&method, &plain), "{method}");
        }
        for method in [Method::POST, Method::PATCH, Method::CONNECT] {
            assert!(!is_repeatable(&method, &keyed), "{method}");
        }
        assert!(is_repeatable(&Method::GET, &conditional));
        assert!(!is_repeatable(&Method::DELETE, &conditional));
    }

    #[test]
    fn a_fifth_of_the_load_is_repetitions_at_most() {
        let budget = Budget::default();
        let burst = (0..1000).filter(|_| budget.spend()).count();
        assert_eq!(burst, 100);

        let later = (0..1000).filter(|_| {
            budget.earn();
            budget.spend()
        });
        assert_eq!(later.count(), 200);
    }
}
