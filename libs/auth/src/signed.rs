//! What a signature covers, and why one is refused.

use std::time::{SystemTime, UNIX_EPOCH};

use hmac::{Hmac, Mac};
use sha2::Sha256;

/// Why a signature was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// There is none, or it cannot be read.
    #[error("the request is not signed")]
    Unsigned,
    /// It was made with a key that is not ours (any more).
    #[error("the signing key is not known")]
    UnknownKey,
    /// It was made too long ago, or is from the future.
    #[error("the signature's time is off")]
    Time,
    /// It does not fit the request.
    #[error("the signature does not fit the request")]
    Altered,
}

/// Everything a signature covers.
#[derive(Clone, Copy, Debug, Default)]
pub struct SignedRequest<'a> {
    /// HTTP method in upper case.
    pub method: &'a str,
    /// Path and query exactly as the receiver sees them.
    pub target: &'a str,
    /// The member of the mesh that sends it.
    pub caller: &'a str,
    /// Unix milliseconds; see [`now_ms`].
    pub timestamp: i64,
    /// The user on whose behalf it is sent.
    pub user_id: Option<&'a str>,
    /// The user's role.
    pub role: Option<&'a str>,
    /// The user's session.
    pub session_id: Option<&'a str>,
    /// Who is looking.
    pub visitor_id: Option<&'a str>,
    /// The request that began it all.
    pub request_id: Option<&'a str>,
    /// Trace context.
    pub traceparent: Option<&'a str>,
    /// How many milliseconds the caller waits for the answer, counted from when the request arrives.
    pub timeout_ms: Option<u64>,
}

impl SignedRequest<'_> {
    /// One value a line; none of them can hold a line break, being parts of an HTTP head.
    pub(crate) fn mac(&self, keyed: &Hmac<Sha256>) -> Hmac<Sha256> {
        let timestamp = self.timestamp.to_string();
        let lines = [
            self.method,
            self.target,
            self.caller,
            &timestamp,
            self.user_id.unwrap_or_default(),
            self.role.unwrap_or_default(),
            self.session_id.unwrap_or_default(),
            self.visitor_id.unwrap_or_default(),
            self.request_id.unwrap_or_default(),
            self.traceparent.unwrap_or_default(),
        ];
        let mut mac = keyed.clone();
        mac.update(b"v1");
        for line in lines {
            mac.update(b"\n");
            mac.update(line.as_bytes());
        }
        // A line of its own, so that a request without it is signed as it always was.
        if let Some(timeout_ms) = self.timeout_ms {
            mac.update(b"\n");
            mac.update(timeout_ms.to_string().as_bytes());
        }
        mac
    }
}

/// The present time in unix milliseconds.
pub fn now_ms() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}
