//! The keys that are known at a time: which one signs, and how long the others are accepted.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use chrono::{DateTime, SecondsFormat, Utc};
use hmac::{Hmac, Mac};
use sha2::Sha256;

const MIN_SECRET: usize = 32;

/// A key is accepted for this long after another one has begun to sign in its place.
pub(crate) const GRACE_MS: i64 = 10 * 60 * 1000;

/// What is wrong with a list of mesh keys.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// There is no key at all.
    #[error("it holds no key")]
    None,
    /// An entry is not `kid:base64secret`, in a file perhaps followed by a time.
    #[error("entry {0} is not kid:base64secret")]
    Malformed(usize),
    /// A secret can be found out by trying.
    #[error("the secret of entry {0} is shorter than {MIN_SECRET} bytes")]
    Short(usize),
    /// A secret can be guessed.
    #[error(
        "SOUK_ENV is production, and the secret of entry {0} is a text instead of random bytes \
         (`openssl rand -base64 32` makes some)"
    )]
    Guessable(usize),
    /// Two entries have the same name.
    #[error("entry {0} has the name of another one")]
    Twice(usize),
}

/// A key as it is written.
#[derive(Clone)]
pub(crate) struct Entry {
    pub kid: String,
    pub secret: String,
    pub signs_from: Option<DateTime<Utc>>,
}

impl Entry {
    /// `kid:base64secret`.
    fn parse(text: &str) -> Option<Self> {
        let (kid, secret) = text.split_once(':')?;
        let is_name = |b: u8| b.is_ascii_alphanumeric() || b"-_.".contains(&b);
        (!kid.is_empty() && kid.bytes().all(is_name)).then(|| Self {
            kid: kid.to_owned(),
            secret: secret.to_owned(),
            signs_from: None,
        })
    }

    /// `kid:base64secret`, and from when it signs.
    fn parse_line(line: &str) -> Option<Self> {
        let mut words = line.split_whitespace();
        let entry = Self::parse(words.next()?)?;
        let signs_from = match words.next() {
            None => None,
            Some(time) => Some(DateTime::parse_from_rfc3339(time).ok()?.to_utc()),
        };
        words.next().is_none().then_some(Self { signs_from, ..entry })
    }

    pub fn line(&self) -> String {
        let from = self.signs_from.map_or_else(String::new, |time| {
            format!(" {}", time.to_rfc3339_opts(SecondsFormat::Secs, true))
        });
        format!("{}:{}{from}\n", self.kid, self.secret)
    }

    /// In unix milliseconds; a key without a time has always signed.
    pub fn since(&self) -> i64 {
        self.signs_from.map_or(i64::MIN, |time| time.timestamp_millis())
    }
}

/// The entries of a list on one line.
pub(crate) fn list(text: &str) -> Result<Vec<Entry>, KeyError> {
    let entries = text.split(',').map(str::trim).filter(|entry| !entry.is_empty());
    numbered(entries, Entry::parse)
}

/// The entries of a file: one a line, `#` begins a comment.
pub(crate) fn lines(text: &str) -> Result<Vec<Entry>, KeyError> {
    let lines = text.lines().map(str::trim);
    let entries = lines.filter(|line| !line.is_empty() && !line.starts_with('#'));
    numbered(entries, Entry::parse_line)
}

fn numbered<'a>(
    entries: impl Iterator<Item = &'a str>,
    parse: impl Fn(&str) -> Option<Entry>,
) -> Result<Vec<Entry>, KeyError> {
    entries
        .enumerate()
        .map(|(index, text)| parse(text).ok_or(KeyError::Malformed(index + 1)))
        .collect()
}

/// Ready to use.
#[derive(Clone)]
pub(crate) struct Key {
    pub kid: String,
    /// Keyed already: signing clones it instead of keying again.
    pub mac: Hmac<Sha256>,
    since: i64,
    is_text: bool,
}

/// All keys; never empty.
pub(crate) struct Ring(Vec<Key>);

impl Ring {
    pub fn new(entries: &[Entry]) -> Result<Self, KeyError> {
        let mut keys: Vec<Key> = Vec::new();
        for (index, entry) in entries.iter().enumerate() {
            let place = index + 1;
            let secret = decode(&entry.secret).ok_or(KeyError::Malformed(place))?;
            if secret.len() < MIN_SECRET {
                return Err(KeyError::Short(place));
            }
            if keys.iter().any(|key| key.kid == entry.kid) {
                return Err(KeyError::Twice(place));
            }
            keys.push(Key {
                kid: entry.kid.clone(),
                mac: Hmac::new_from_slice(&secret).map_err(|_| KeyError::Malformed(place))?,
                since: entry.since(),
                is_text: is_text(&secret),
            });
        }
        if keys.is_empty() {
            Err(KeyError::None)
        } else {
            Ok(Self(keys))
        }
    }

    /// Refuses secrets that somebody thought up.
    pub fn must_be_random(&self) -> Result<(), KeyError> {
        match self.0.iter().position(|key| key.is_text) {
            Some(index) => Err(KeyError::Guessable(index + 1)),
            None => Ok(()),
        }
    }

    /// The key that signs at a time: of those whose time has come the latest, of equals the first.
    pub fn signing(&self, now: i64) -> Option<&Key> {
        let begun = self.0.iter().filter(|key| key.since <= now);
        // `max_by_key` takes the last of equals.
        begun.rev().max_by_key(|key| key.since).or(self.0.first())
    }

    /// The key of this name, unless its time is over.
    pub fn find(&self, kid: &str, now: i64) -> Option<&Key> {
        let key = self.0.iter().find(|key| key.kid == kid)?;
        let since = self.0.iter().map(|other| other.since);
        (!is_over(key.since, since, now)).then_some(key)
    }
}

/// Whether a key that began at `since` has been replaced so long ago that nobody may use it any more.
pub(crate) fn is_over(since: i64, all: impl Iterator<Item = i64>, now: i64) -> bool {
    over_at(since, all).is_some_and(|end| end <= now)
}

/// When a key that began at `since` is no longer accepted, if it is to be replaced.
pub(crate) fn over_at(since: i64, all: impl Iterator<Item = i64>) -> Option<i64> {
    all.filter(|other| *other > since)
        .min()
        .map(|next| next.saturating_add(GRACE_MS))
}

fn decode(secret: &str) -> Option<Vec<u8>> {
    [STANDARD, STANDARD_NO_PAD, URL_SAFE_NO_PAD]
        .iter()
        .find_map(|engine| engine.decode(secret).ok())
}

/// Whether these bytes are something that people write, or a pattern: random ones never are. Hexadecimal digits
/// may have been random before they were written down.
fn is_text(secret: &[u8]) -> bool {
    let mut kinds = secret.to_vec();
    kinds.sort_unstable();
    kinds.dedup();
    let printable = secret
        .iter()
        .all(|b| b.is_ascii_graphic() || b.is_ascii_whitespace());
    let digits = secret.len() >= 64
        && secret
            .iter()
            .all(|b| b.is_ascii_hexdigit() || b.is_ascii_whitespace());
    kinds.len() < 8 || printable && !digits
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ring(text: &str) -> Ring {
        Ring::new(&lines(text).unwrap()).unwrap()
    }

    fn secret(byte: u8) -> String {
        STANDARD.encode([byte; 32])
    }

    fn at(time: &str) -> i64 {
        DateTime::parse_from_rfc3339(time).unwrap().timestamp_millis()
    }

    fn three() -> Ring {
        ring(&format!(
            "# old first\na:{}\n\nb:{} 2026-05-01T00:00:00Z\nc:{} 2026-06-01T00:00:00+00:00\n",
            secret(1),
            secret(2),
            secret(3)
        ))
    }

    #[test]
    fn the_latest_whose_time_has_come_signs() {
        let ring = three();
        let signs = |time| ring.signing(at(time)).unwrap().kid.clone();

        assert_eq!(signs("2026-04-30T23:59:59Z"), "a");
        assert_eq!(signs("2026-05-01T00:00:00Z"), "b");
        assert_eq!(signs("2026-07-01T00:00:00Z"), "c");
    }

    #[test]
    fn without_times_the_first_signs_and_none_is_ever_over() {
        let ring = Ring::new(&list(&format!("x:{}, y:{}", secret(1), secret(2))).unwrap()).unwrap();

        assert_eq!(ring.signing(0).unwrap().kid, "x");
        assert!(ring.find("y", i64::MAX).is_some());
    }

    #[test]
    fn a_key_whose_time_is_still_to_come_signs_when_there_is_no_other() {
        let ring = ring(&format!("a:{} 2026-05-01T00:00:00Z", secret(1)));

        assert_eq!(ring.signing(at("2026-04-01T00:00:00Z")).unwrap().kid, "a");
    }

    #[test]
    fn a_key_is_accepted_before_its_time_and_a_while_after_it() {
        let ring = three();
        let accepts = |kid, time| ring.find(kid, at(time)).is_some();

        assert!(accepts("c", "2026-01-01T00:00:00Z"));
        assert!(accepts("a", "2026-05-01T00:09:59Z"));
        assert!(!accepts("a", "2026-05-01T00:10:00Z"));
        assert!(accepts("b", "2026-06-01T00:09:59Z") && !accepts("b", "2026-06-01T00:10:00Z"));
        assert!(accepts("c", "2030-01-01T00:00:00Z") && !accepts("d", "2026-01-01T00:00:00Z"));
    }

    #[test]
    fn what_is_written_is_read_again() {
        let text = format!("a:{}\nb:{} 2026-05-01T00:00:00Z\n", secret(1), secret(2));

        let written: String = lines(&text).unwrap().iter().map(Entry::line).collect();

        assert_eq!(written, text);
    }

    #[test]
    fn bad_lines_are_told_by_place() {
        let wrong = |text: &str| lines(text).and_then(|entries| Ring::new(&entries)).err();
        let good = format!("a:{}", secret(1));

        assert_eq!(wrong("# nothing\n"), Some(KeyError::None));
        assert_eq!(wrong(&format!("{good}\nb")), Some(KeyError::Malformed(2)));
        assert_eq!(wrong(&format!("{good} yesterday")), Some(KeyError::Malformed(1)));
        let more = format!("{good} 2026-05-01T00:00:00Z more");
        assert_eq!(wrong(&more), Some(KeyError::Malformed(1)));
        assert_eq!(wrong(&format!("{good}\n{good}")), Some(KeyError::Twice(2)));
    }

    #[test]
    fn texts_and_patterns_are_no_secrets() {
        let mut random = *b"\x8f\x02\xc1\x99\x10\xa7\xfe\x3b\x55\x01\xd2\x88\x6c\xee\x47\x90\
            \x8f\x02\xc1\x99\x10\xa7\xfe\x3b\x55\x01\xd2\x88\x6c\xee\x47\x91";
        assert!(!is_text(&random));
        random.fill(7);
        assert!(is_text(&random));
        assert!(is_text(b"this key is for tests only, 32 bytes"));
        let hex = b"8f02c19910a7fe3b5501d2886cee47908f02c19910a7fe3b5501d2886cee4791";
        assert!(!is_text(hex) && is_text(&hex[..40]));
    }
}
