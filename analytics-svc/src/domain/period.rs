//! A period of whole days in a time zone.

use chrono::{DateTime, Days, LocalResult, NaiveDate, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;

use crate::domain::{Bound, Stretch, cover};

/// Most days that one report may cover.
pub const MAX_DAYS: i64 = 366;
/// Days of a report that does not say how many.
const DEFAULT_DAYS: i64 = 30;

/// What a client asks for; each part may be missing.
#[derive(Debug, Clone, Copy, Default)]
pub struct PeriodQuery<'a> {
    /// So many days, by default up to today.
    pub days: Option<i64>,
    /// The first day.
    pub from: Option<Bound>,
    /// The last day.
    pub to: Option<Bound>,
    /// An IANA name; UTC without it.
    pub tz: Option<&'a str>,
}

/// Why there is no such period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PeriodError {
    /// The zone is not in the IANA database.
    #[error("this time zone is not known; use an IANA name such as Asia/Baku")]
    UnknownZone,
    /// `from` is after `to`.
    #[error("the period ends before it begins")]
    Reversed,
    /// Too few or too many days.
    #[error("a period has 1 to {MAX_DAYS} days")]
    Length,
    /// `days`, `from` and `to` at once.
    #[error("give two of days, from and to at most")]
    Overdetermined,
}

/// Whole days, first and last included, in a time zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Period {
    first: NaiveDate,
    last: NaiveDate,
    tz: Tz,
}

impl Period {
    /// Fills in what the query leaves out.
    ///
    /// # Errors
    /// [`PeriodError`] when the query contradicts itself or asks for too much.
    pub fn new(query: PeriodQuery<'_>, now: DateTime<Utc>) -> Result<Self, PeriodError> {
        let tz: Tz = query
            .tz
            .unwrap_or("UTC")
            .parse()
            .map_err(|_| PeriodError::UnknownZone)?;
        let day = |bound| match bound {
            Bound::Day(day) => day,
            Bound::Instant(at) => at.with_timezone(&tz).date_naive(),
        };
        let (from, to) = (query.from.map(day), query.to.map(day));
        if query.days.is_some_and(|days| !(1..=MAX_DAYS).contains(&days)) {
            return Err(PeriodError::Length);
        }
        let more = TimeDelta::days(query.days.unwrap_or(DEFAULT_DAYS) - 1);
        let today = now.with_timezone(&tz).date_naive();
        let (first, last) = match (from, to, query.days) {
            (Some(_), Some(_), Some(_)) => return Err(PeriodError::Overdetermined),
            (Some(from), Some(to), None) => (from, to),
            (Some(from), None, Some(_)) => (from, from + more),
            (Some(from), None, None) => (from, today),
            (None, to, _) => (to.unwrap_or(today) - more, to.unwrap_or(today)),
        };
        if first > last {
            return Err(PeriodError::Reversed);
        }
        if (last - first).num_days() >= MAX_DAYS {
            return Err(PeriodError::Length);
        }
        Ok(Self { first, last, tz })
    }

    /// The first day.
    pub fn first(&self) -> NaiveDate {
        self.first
    }

    /// The last day.
    pub fn last(&self) -> NaiveDate {
        self.last
    }

    /// The IANA name of the zone.
    pub fn zone(&self) -> &'static str {
        self.tz.name()
    }

    /// Each day in turn.
    pub fn days(&self) -> impl Iterator<Item = NaiveDate> + use<> {
        let last = self.last;
        self.first.iter_days().take_while(move |day| *day <= last)
    }

    /// As many days, right before this period.
    #[must_use]
    pub fn previous(&self) -> Self {
        let length = self.last - self.first;
        let last = self.first - Days::new(1);
        Self {
            first: last - length,
            last,
            tz: self.tz,
        }
    }

    /// Where each day begins, and where the last one ends: one more than there are days.
    pub fn borders(&self) -> Vec<DateTime<Utc>> {
        let end = self.last + Days::new(1);
        self.days()
            .chain([end])
            .map(|day| midnight(self.tz, day))
            .collect()
    }

    /// The sums that make it up, all for one day of an answer.
    pub fn stretches(&self, day: i64) -> Vec<(i64, Stretch)> {
        let stretches = cover(self.start(), self.end());
        stretches.into_iter().map(|stretch| (day, stretch)).collect()
    }

    /// The sums that make up each of its days, which are counted from 0 on.
    pub fn stretches_of_days(&self) -> Vec<(i64, Stretch)> {
        let borders = self.borders();
        let days = borders.iter().zip(borders.iter().skip(1));
        (0..)
            .zip(days)
            .flat_map(|(day, (start, end))| {
                cover(*start, *end).into_iter().map(move |stretch| (day, stretch))
            })
            .collect()
    }

    /// The first instant of the period.
    pub fn start(&self) -> DateTime<Utc> {
        midnight(self.tz, self.first)
    }

    /// The first instant after the period.
    pub fn end(&self) -> DateTime<Utc> {
        midnight(self.tz, self.last + Days::new(1))
    }
}

/// The instant at which a day begins. Where the clocks jump over midnight, the first instant after the jump.
fn midnight(tz: Tz, day: NaiveDate) -> DateTime<Utc> {
    let mut local = day.and_time(chrono::NaiveTime::MIN);
    // No jump is longer than a day, and all end on a quarter of an hour.
    for _ in 0..=96 {
        match tz.from_local_datetime(&local) {
            LocalResult::Single(at) | LocalResult::Ambiguous(at, _) => return at.to_utc(),
            LocalResult::None => local += TimeDelta::minutes(15),
        }
    }
    local.and_utc()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn day(text: &str) -> Option<Bound> {
        Some(Bound::parse(text).unwrap())
    }

    fn period(query: PeriodQuery<'_>) -> Result<(String, String), PeriodError> {
        let period = Period::new(query, at("2026-03-10T21:00:00Z"))?;
        Ok((period.first().to_string(), period.last().to_string()))
    }

    fn span(first: &str, last: &str) -> Result<(String, String), PeriodError> {
        Ok((first.into(), last.into()))
    }

    #[test]
    fn without_a_word_it_is_thirty_days_up_to_today() {
        assert_eq!(period(PeriodQuery::default()), span("2026-02-09", "2026-03-10"));
    }

    #[test]
    fn today_is_a_matter_of_the_zone() {
        let query = PeriodQuery {
            days: Some(1),
            tz: Some("Asia/Baku"),
            ..PeriodQuery::default()
        };

        assert_eq!(period(query), span("2026-03-11", "2026-03-11"));
    }

    #[test]
    fn days_count_from_either_end() {
        let two = PeriodQuery {
            days: Some(2),
            ..PeriodQuery::default()
        };

        assert_eq!(
            period(PeriodQuery {
                from: day("2026-01-05"),
                ..two
            }),
            span("2026-01-05", "2026-01-06")
        );
        assert_eq!(
            period(PeriodQuery {
                to: day("2026-01-05"),
                ..two
            }),
            span("2026-01-04", "2026-01-05")
        );
    }

    #[test]
    fn an_instant_stands_for_its_day_in_the_zone() {
        let from = day("2026-03-01T22:00:00Z");
        let query = PeriodQuery {
            from,
            to: day("2026-03-03"),
            tz: Some("Asia/Baku"),
            days: None,
        };

        assert_eq!(period(query), span("2026-03-02", "2026-03-03"));
    }

    #[test]
    fn what_contradicts_itself_is_refused() {
        let range = PeriodQuery {
            from: day("2026-02-02"),
            to: day("2026-02-01"),
            ..PeriodQuery::default()
        };
        let zone = |tz| PeriodQuery {
            tz: Some(tz),
            ..PeriodQuery::default()
        };

        assert_eq!(period(range), Err(PeriodError::Reversed));
        assert_eq!(
            period(PeriodQuery {
                days: Some(3),
                ..range
            }),
            Err(PeriodError::Overdetermined)
        );
        assert_eq!(
            period(PeriodQuery {
                from: day("2025-01-01"),
                ..range
            }),
            Err(PeriodError::Length)
        );
        assert_eq!(
            period(PeriodQuery {
                days: Some(367),
                ..PeriodQuery::default()
            }),
            Err(PeriodError::Length)
        );
        assert_eq!(
            period(PeriodQuery {
                days: Some(0),
                ..PeriodQuery::default()
            }),
            Err(PeriodError::Length)
        );
        assert_eq!(period(zone("Mars/Olympus")), Err(PeriodError::UnknownZone));
        assert_eq!(period(zone("")), Err(PeriodError::UnknownZone));
    }

    fn borders(first: &str, last: &str, tz: &str) -> Vec<String> {
        let query = PeriodQuery {
            from: day(first),
            to: day(last),
            tz: Some(tz),
            days: None,
        };
        let period = Period::new(query, Utc::now()).unwrap();
        period
            .borders()
            .iter()
            .map(|border| border.format("%dT%H:%M").to_string())
            .collect()
    }

    #[test]
    fn days_begin_at_local_midnight() {
        assert_eq!(
            borders("2026-03-01", "2026-03-01", "Asia/Kathmandu"),
            ["28T18:15", "01T18:15"]
        );
        assert_eq!(
            borders("2026-03-01", "2026-03-01", "America/St_Johns"),
            ["01T03:30", "02T03:30"]
        );
    }

    #[test]
    fn a_day_of_changing_clocks_is_shorter_or_longer() {
        assert_eq!(
            borders("2026-03-29", "2026-03-29", "Europe/Berlin"),
            ["28T23:00", "29T22:00"]
        );
        assert_eq!(
            borders("2026-10-25", "2026-10-25", "Europe/Berlin"),
            ["24T22:00", "25T23:00"]
        );
    }

    #[test]
    fn a_day_whose_midnight_is_skipped_begins_after_the_jump() {
        // In Santiago the clocks went from 24:00 to 01:00.
        assert_eq!(
            borders("2024-09-07", "2024-09-08", "America/Santiago"),
            ["07T04:00", "08T04:00", "09T03:00"]
        );
    }

    #[test]
    fn the_period_before_is_as_long_and_ends_where_this_begins() {
        let query = PeriodQuery {
            days: Some(7),
            tz: Some("Asia/Baku"),
            ..PeriodQuery::default()
        };
        let period = Period::new(query, at("2026-03-10T21:00:00Z")).unwrap();

        let before = period.previous();

        assert_eq!(before.end(), period.start());
        assert_eq!(before.days().count(), 7);
    }
}
