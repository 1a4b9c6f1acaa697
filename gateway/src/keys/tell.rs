//! Keys in words.

use chrono::{DateTime, SecondsFormat, Utc};
use souk_auth::{KeyState, ListedKey, Rotated};

pub(super) fn key(key: &ListedKey, now: DateTime<Utc>) -> String {
    let state = match (key.state, key.signs_from) {
        (KeyState::Waiting, Some(from)) => format!("signs from {}, in {}", time(from), span(now, from)),
        (KeyState::Waiting, None) => "signs later".to_owned(),
        (KeyState::Signing, Some(from)) => format!("signs since {}, for {}", time(from), span(from, now)),
        (KeyState::Signing, None) => "signs".to_owned(),
        (KeyState::Accepted(Some(end)), _) => format!("accepted until {}, for {}", time(end), span(now, end)),
        (KeyState::Accepted(None), _) => "accepted".to_owned(),
        (KeyState::Over, _) => "over".to_owned(),
    };
    format!("  {}  {state}\n", key.kid)
}

pub(super) fn rotated(what: &str, rotated: &Rotated, now: DateTime<Utc>) -> String {
    match rotated {
        Rotated::Made(kid, from) if *from <= now => format!("{what} {kid} was made and signs\n"),
        Rotated::Made(kid, from) => {
            format!(
                "{what} {kid} was made and signs from {}, in {}\n",
                time(*from),
                span(now, *from)
            )
        }
        Rotated::UnderWay(kid, from) => {
            format!(
                "{what} {kid} was made before and signs from {}; nothing was done\n",
                time(*from)
            )
        }
    }
}

pub(super) fn young(what: &str, newest: DateTime<Utc>, now: DateTime<Utc>) -> String {
    format!(
        "the newest {what} signs since {}, for {}; nothing was done\n",
        time(newest),
        span(newest, now)
    )
}

fn time(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// The largest unit is enough.
fn span(from: DateTime<Utc>, to: DateTime<Utc>) -> String {
    let seconds = to.signed_duration_since(from).num_seconds().max(0);
    let (count, unit) = match seconds {
        0..120 => (seconds, "s"),
        120..7200 => (seconds / 60, "min"),
        7200..172_800 => (seconds / 3600, "h"),
        _ => (seconds / 86_400, "days"),
    };
    format!("{count} {unit}")
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;

    #[test]
    fn a_key_is_told_with_what_it_does_and_since_when() {
        let now = DateTime::parse_from_rfc3339("2026-05-01T12:00:00Z")
            .unwrap()
            .to_utc();
        let told = |state, minutes: Option<i64>| {
            let signs_from = minutes.map(|minutes| now + TimeDelta::minutes(minutes));
            let kid = "k1".to_owned();
            key(
                &ListedKey {
                    kid,
                    signs_from,
                    state,
                },
                now,
            )
        };

        assert_eq!(
            told(KeyState::Waiting, Some(5)),
            "  k1  signs from 2026-05-01T12:05:00Z, in 5 min\n"
        );
        assert_eq!(
            told(KeyState::Signing, Some(-60 * 24 * 3)),
            "  k1  signs since 2026-04-28T12:00:00Z, for 3 days\n"
        );
        let end = now + TimeDelta::seconds(90);
        assert_eq!(
            told(KeyState::Accepted(Some(end)), None),
            "  k1  accepted until 2026-05-01T12:01:30Z, for 90 s\n"
        );
    }
}
