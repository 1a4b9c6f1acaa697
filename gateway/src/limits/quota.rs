//! How much is allowed.

use std::time::Duration;

use serde::Deserialize;

/// So many requests in so much time; they may come all at once, and then as fast as they come back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Quota {
    /// Requests.
    pub limit: u32,
    /// The time in which they come back.
    pub window: Duration,
}

impl Quota {
    /// `limit` requests in `seconds`.
    pub const fn per(limit: u32, seconds: u64) -> Self {
        Self {
            limit,
            window: Duration::from_secs(seconds),
        }
    }

    /// What one request costs, in microseconds.
    pub fn cost(self) -> u64 {
        (self.most() / u64::from(self.limit.max(1))).max(1)
    }

    /// How far ahead of the clock the requests may run, in microseconds.
    pub fn most(self) -> u64 {
        u64::try_from(self.window.as_micros()).unwrap_or(u64::MAX)
    }
}

impl TryFrom<String> for Quota {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        parse(&text).ok_or("it must be like 300/1m: requests, and the time in s, m, h or d")
    }
}

/// Reads a quota, or `off` for none.
///
/// # Errors
/// When it is neither.
pub fn quota_or_off<'de, D: serde::Deserializer<'de>>(input: D) -> Result<Option<Quota>, D::Error> {
    let text = String::deserialize(input)?;
    if text.trim().eq_ignore_ascii_case("off") {
        return Ok(None);
    }
    Quota::try_from(text).map(Some).map_err(serde::de::Error::custom)
}

fn parse(text: &str) -> Option<Quota> {
    let (limit, window) = text.trim().split_once('/')?;
    let limit: u32 = limit.trim().parse().ok()?;
    let window = window.trim();
    let unit = match window.chars().last()? {
        's' => 1,
        'm' => 60,
        'h' => 3600,
        'd' => 86_400,
        _ => return None,
    };
    let count = window.get(..window.len() - 1)?;
    let count: u64 = if count.is_empty() { 1 } else { count.parse().ok()? };
    let seconds = count.checked_mul(unit)?;
    let sensible = (1..=1_000_000).contains(&limit) && (1..=31 * 86_400).contains(&seconds);
    sensible.then_some(Quota::per(limit, seconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quota_is_requests_and_a_time() {
        assert_eq!(parse("300/1m"), Some(Quota::per(300, 60)));
        assert_eq!(parse(" 5 / 2h "), Some(Quota::per(5, 7200)));
        assert_eq!(parse("10/s"), Some(Quota::per(10, 1)));
        for wrong in [
            "",
            "300",
            "0/1m",
            "-1/1m",
            "3/0s",
            "3/1w",
            "3/m1",
            "x/1m",
            "3/1000d",
            "2000000/1s",
        ] {
            assert_eq!(parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn its_requests_fill_its_time() {
        let quota = Quota::per(300, 60);

        assert_eq!((quota.cost(), quota.most()), (200_000, 60_000_000));
        assert_eq!(Quota::per(1_000_000, 1).cost(), 1);
    }
}
