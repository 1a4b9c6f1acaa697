//! How much is left, and how clients are told.

use std::sync::Arc;

use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};

use super::rules::Policy;

const SECOND: u64 = 1_000_000;

const POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");
const COMBINED: HeaderName = HeaderName::from_static("ratelimit");
const LIMIT: HeaderName = HeaderName::from_static("ratelimit-limit");
const REMAINING: HeaderName = HeaderName::from_static("ratelimit-remaining");
const RESET: HeaderName = HeaderName::from_static("ratelimit-reset");

/// How a client stands with one quota.
#[derive(Clone, Debug)]
pub struct Standing {
    policy: Arc<Policy>,
    remaining: u64,
    /// Seconds until all of it is there again.
    reset: u64,
    /// Seconds until one request is there again, when there is none.
    wait: Option<u64>,
}

impl Standing {
    /// With a bucket that runs so many microseconds ahead of the clock; `wait` is how far it is over.
    pub(super) fn new(policy: &Arc<Policy>, ahead: u64, wait: u64) -> Self {
        let quota = policy.quota;
        Self {
            policy: policy.clone(),
            remaining: quota.most().saturating_sub(ahead) / quota.cost(),
            reset: ahead.div_ceil(SECOND),
            wait: (wait > 0).then(|| wait.div_ceil(SECOND)),
        }
    }

    /// Seconds after which another try makes sense, when this one was one too many.
    pub fn retry_after(&self) -> Option<u64> {
        self.wait
    }

    /// The quota's name.
    pub fn name(&self) -> &'static str {
        self.policy.name
    }

    /// The one of two that a client meets first.
    pub fn tighter(self, other: Option<Self>) -> Self {
        match other {
            Some(other) if (other.wait, self.remaining) > (self.wait, other.remaining) => other,
            _ => self,
        }
    }

    /// Writes the fields of the IETF draft, and those of its first versions, which most clients know.
    pub fn write(&self, headers: &mut HeaderMap) {
        headers.insert(POLICY, self.policy.policy_field.clone());
        let combined = format!("\"{}\";r={};t={}", self.policy.name, self.remaining, self.reset);
        if let Ok(value) = HeaderValue::try_from(combined) {
            headers.insert(COMBINED, value);
        }
        headers.insert(LIMIT, self.policy.limit_field.clone());
        headers.insert(REMAINING, HeaderValue::from(self.remaining));
        headers.insert(RESET, HeaderValue::from(self.reset));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::{LimitSettings, Rule, Rules};

    fn policy() -> Arc<Policy> {
        let rules = Rules::new(&LimitSettings::default());
        let Rule::Counted(read) = rules.of(&actix_web::http::Method::GET, "/x") else {
            panic!("counted");
        };
        read.address.clone().unwrap()
    }

    #[test]
    fn the_fields_say_what_is_left() {
        let mut headers = HeaderMap::new();

        Standing::new(&policy(), 30_000_000, 0).write(&mut headers);

        let text = |name: &str| headers.get(name).unwrap().to_str().unwrap().to_owned();
        assert_eq!(text("ratelimit-policy"), "\"read-address\";q=3000;w=60");
        assert_eq!(text("ratelimit"), "\"read-address\";r=1500;t=30");
        assert_eq!(
            (
                text("ratelimit-limit"),
                text("ratelimit-remaining"),
                text("ratelimit-reset")
            ),
            ("3000".to_owned(), "1500".to_owned(), "30".to_owned())
        );
    }

    #[test]
    fn the_tighter_one_counts() {
        let (much, little) = (
            Standing::new(&policy(), 0, 0),
            Standing::new(&policy(), 59_000_000, 0),
        );
        let none = Standing::new(&policy(), 60_000_000, 1);

        assert_eq!(much.clone().tighter(Some(little.clone())).remaining, 50);
        assert_eq!(little.clone().tighter(Some(much)).remaining, 50);
        assert_eq!(none.clone().tighter(Some(little.clone())).retry_after(), Some(1));
        assert_eq!(little.tighter(Some(none)).retry_after(), Some(1));
    }
}
