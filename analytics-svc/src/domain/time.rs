//! Bounds of time given by a client.

use chrono::{DateTime, NaiveDate, Utc};

/// `from` or `to` as a client writes it: a day or an instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bound {
    /// `2026-03-01`, a whole day.
    Day(NaiveDate),
    /// `2026-03-01T09:00:00Z`.
    Instant(DateTime<Utc>),
}

/// Neither a day nor an instant, or outside the years that make sense.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "must be a date (2026-03-01) or a time with an offset (2026-03-01T09:00:00Z) of the years 1970 to 2999"
)]
pub struct BoundError;

impl Bound {
    /// Reads a date or an RFC 3339 time.
    ///
    /// # Errors
    /// [`BoundError`] for anything else.
    pub fn parse(text: &str) -> Result<Self, BoundError> {
        use chrono::Datelike;
        let bound = match text.parse::<NaiveDate>() {
            Ok(day) => Self::Day(day),
            Err(_) => Self::Instant(
                DateTime::parse_from_rfc3339(text)
                    .map_err(|_| BoundError)?
                    .to_utc(),
            ),
        };
        let year = match bound {
            Self::Day(day) => day.year(),
            Self::Instant(at) => at.year(),
        };
        if (1970..3000).contains(&year) {
            Ok(bound)
        } else {
            Err(BoundError)
        }
    }

    /// The first instant of it, days taken in UTC.
    pub fn start(self) -> DateTime<Utc> {
        match self {
            Self::Day(day) => midnight(day),
            Self::Instant(at) => at,
        }
    }

    /// The first instant after it, days taken in UTC: a day is meant to its end, an instant is a border.
    pub fn end(self) -> DateTime<Utc> {
        match self {
            Self::Day(day) => day.succ_opt().map_or_else(|| midnight(day), midnight),
            Self::Instant(at) => at,
        }
    }

    /// Whether nothing lies between this, as the first, and `other`, as the last.
    pub fn is_after(self, other: Self) -> bool {
        match other {
            Self::Day(_) => self.start() >= other.end(),
            Self::Instant(at) => self.start() > at,
        }
    }
}

fn midnight(day: NaiveDate) -> DateTime<Utc> {
    day.and_time(chrono::NaiveTime::MIN).and_utc()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn a_day_is_meant_to_its_end() {
        let day = Bound::parse("2026-02-28").unwrap();

        assert_eq!(
            (day.start(), day.end()),
            (at("2026-02-28T00:00:00Z"), at("2026-03-01T00:00:00Z"))
        );
    }

    #[test]
    fn an_instant_keeps_its_offset() {
        let instant = Bound::parse("2026-03-01T04:00:00+04:00").unwrap();

        assert_eq!(
            (instant.start(), instant.end()),
            (at("2026-03-01T00:00:00Z"), at("2026-03-01T00:00:00Z"))
        );
    }

    #[test]
    fn a_range_within_one_day_is_not_reversed() {
        let bound = |text| Bound::parse(text).unwrap();
        let (day, noon) = (bound("2026-03-01"), bound("2026-03-01T12:00:00Z"));

        assert!(
            ![(day, day), (noon, noon), (day, noon), (noon, day)]
                .iter()
                .any(|(a, b)| a.is_after(*b))
        );
        assert!(bound("2026-03-02").is_after(day));
        assert!(bound("2026-03-02").is_after(noon));
        assert!(noon.is_after(bound("2026-02-28")));
    }

    #[test]
    fn what_is_neither_is_refused() {
        for text in [
            "",
            "yesterday",
            "2026-02-30",
            "2026-03-01T09:00:00",
            "+200000-01-01",
            "0001-01-01",
        ] {
            assert_eq!(Bound::parse(text), Err(BoundError), "{text}");
        }
    }
}
