//! How long the stretches of time are that sums are kept of.

use chrono::{DateTime, TimeDelta, Utc};

/// A stretch of time that a sum is kept of. Those of one length lie end to end, and 1970 began with one of each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Span {
    /// Every time zone in use begins its days on such a border, those of Nepal (+05:45) and the Chatham Islands (+12:45)
    /// included, so that days in any zone are exact.
    Quarter,
    /// A day in UTC.
    Day,
    /// Seven of them, from a Thursday on.
    Week,
}

/// Neighbouring sums of one length.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stretch {
    /// How long each is.
    pub span: Span,
    /// Where the first begins.
    pub start: DateTime<Utc>,
    /// Where the last ends.
    pub end: DateTime<Utc>,
}

impl Span {
    /// From the shortest to the longest.
    pub const ALL: [Self; 3] = [Self::Quarter, Self::Day, Self::Week];

    /// How long it is.
    pub fn minutes(self) -> i32 {
        match self {
            Self::Quarter => 15,
            Self::Day => 24 * 60,
            Self::Week => 7 * 24 * 60,
        }
    }

    /// Where the one begins that an instant lies in.
    pub fn bucket(self, at: DateTime<Utc>) -> DateTime<Utc> {
        let seconds = at.timestamp();
        let length = i64::from(self.minutes()) * 60;
        DateTime::from_timestamp(seconds - seconds.rem_euclid(length), 0).unwrap_or(at)
    }

    /// Where the first begins that does not begin before an instant.
    fn next(self, at: DateTime<Utc>) -> DateTime<Utc> {
        let bucket = self.bucket(at);
        if bucket == at {
            at
        } else {
            bucket + TimeDelta::minutes(self.minutes().into())
        }
    }
}

/// As few sums as make up the time from `start` to `end`, in order: the longest in the middle, shorter ones at both ends.
pub fn cover(start: DateTime<Utc>, end: DateTime<Utc>) -> Vec<Stretch> {
    let mut stretches = Vec::new();
    fill(&Span::ALL, start, end, &mut stretches);
    stretches
}

fn fill(spans: &[Span], start: DateTime<Utc>, end: DateTime<Utc>, stretches: &mut Vec<Stretch>) {
    let Some((&span, shorter)) = spans.split_last() else {
        return;
    };
    // Of the shortest, all that begin in the time count: there is nothing to fill the ends with.
    let (first, last) = match shorter {
        [] => (start, end),
        _ => (span.next(start), span.bucket(end)),
    };
    if first >= last {
        return fill(shorter, start, end, stretches);
    }
    fill(shorter, start, first, stretches);
    stretches.push(Stretch {
        span,
        start: first,
        end: last,
    });
    fill(shorter, last, end, stretches);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn covered(start: &str, end: &str) -> Vec<(Span, String, String)> {
        let text = |at: DateTime<Utc>| at.format("%m-%dT%H:%M").to_string();
        cover(at(start), at(end))
            .into_iter()
            .map(|stretch| (stretch.span, text(stretch.start), text(stretch.end)))
            .collect()
    }

    fn stretch(span: Span, start: &str, end: &str) -> (Span, String, String) {
        (span, start.into(), end.into())
    }

    #[test]
    fn a_bucket_is_where_a_span_begins() {
        let noon = at("2026-03-01T12:29:59.999Z");

        assert_eq!(Span::Quarter.bucket(noon), at("2026-03-01T12:15:00Z"));
        assert_eq!(Span::Day.bucket(noon), at("2026-03-01T00:00:00Z"));
        assert_eq!(Span::Week.bucket(noon), at("2026-02-26T00:00:00Z"));
        assert_eq!(
            Span::Quarter.bucket(at("1969-12-31T23:59:59Z")),
            at("1969-12-31T23:45:00Z")
        );
    }

    #[test]
    fn a_bucket_begins_with_its_first_instant() {
        for span in Span::ALL {
            let border = at("2026-02-26T00:00:00Z");
            assert_eq!((span.bucket(border), span.next(border)), (border, border));
        }
    }

    #[test]
    fn weeks_are_in_the_middle_and_quarters_at_the_ends() {
        assert_eq!(
            covered("2026-02-23T20:00:00Z", "2026-03-14T20:00:00Z"),
            [
                stretch(Span::Quarter, "02-23T20:00", "02-24T00:00"),
                stretch(Span::Day, "02-24T00:00", "02-26T00:00"),
                stretch(Span::Week, "02-26T00:00", "03-12T00:00"),
                stretch(Span::Day, "03-12T00:00", "03-14T00:00"),
                stretch(Span::Quarter, "03-14T00:00", "03-14T20:00"),
            ]
        );
    }

    #[test]
    fn what_no_longer_one_fits_into_is_left_to_the_shorter() {
        assert_eq!(
            covered("2026-03-01T20:00:00Z", "2026-03-02T20:00:00Z"),
            [stretch(Span::Quarter, "03-01T20:00", "03-02T20:00")]
        );
        assert_eq!(
            covered("2026-02-25T00:00:00Z", "2026-02-27T00:00:00Z"),
            [stretch(Span::Day, "02-25T00:00", "02-27T00:00")]
        );
    }

    #[test]
    fn no_time_needs_no_sums() {
        let now = at("2026-03-01T09:07:00Z");

        assert_eq!(cover(now, now), []);
    }

    #[test]
    fn stretches_lie_end_to_end() {
        let start = at("2026-01-01T00:00:00Z");
        for quarters in (0..3000).step_by(7) {
            let from = start + TimeDelta::minutes(15 * (quarters % 700));
            let to = from + TimeDelta::minutes(15 * quarters);
            let mut end = from;
            for stretch in cover(from, to) {
                assert_eq!(stretch.start, end);
                assert!(stretch.end > stretch.start);
                end = stretch.end;
            }
            assert_eq!(end, to);
        }
    }
}
