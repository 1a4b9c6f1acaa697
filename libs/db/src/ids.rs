//! Ids that rise with time: a span of time is a range of an index over them.

use chrono::{DateTime, Utc};
use uuid::Uuid;

/// The lowest UUIDv7 of a moment. One begins with 48 bits of milliseconds (RFC 9562); times beyond those have the nearest.
pub fn lowest_id(at: DateTime<Utc>) -> Uuid {
    Uuid::from_u128(millis(at) << 80)
}

/// The highest UUIDv7 of a moment.
pub fn highest_id(at: DateTime<Utc>) -> Uuid {
    Uuid::from_u128((millis(at) << 80) | ((1 << 80) - 1))
}

fn millis(at: DateTime<Utc>) -> u128 {
    at.timestamp_millis()
        .clamp(0, (1 << 48) - 1)
        .unsigned_abs()
        .into()
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use uuid::{NoContext, Timestamp};

    use super::*;

    fn id(at: DateTime<Utc>) -> Uuid {
        let seconds = u64::try_from(at.timestamp()).unwrap();
        Uuid::new_v7(Timestamp::from_unix(
            NoContext,
            seconds,
            at.timestamp_subsec_nanos(),
        ))
    }

    #[test]
    fn an_id_lies_in_the_span_of_its_moment() {
        let at: DateTime<Utc> = "2026-03-01T09:07:00.250Z".parse().unwrap();
        let next = at + TimeDelta::milliseconds(1);

        assert!((lowest_id(at)..=highest_id(at)).contains(&id(at)));
        assert!(!(lowest_id(next)..=highest_id(next)).contains(&id(at)));
    }

    #[test]
    fn times_without_ids_have_bounds_too() {
        assert_eq!(lowest_id(DateTime::<Utc>::MIN_UTC), Uuid::nil());
        assert_eq!(highest_id(DateTime::<Utc>::MAX_UTC), Uuid::max());
    }
}
