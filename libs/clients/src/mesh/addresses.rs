//! The addresses of a service, and which one is asked next.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};

use reqwest::Url;
use souk_auth::now_ms;

/// How long an address that refused a connection is asked last.
const REST_MS: i64 = 1_000;

/// One or several; asked in turn.
#[derive(Clone, Debug)]
pub struct Addresses(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    text: String,
    all: Vec<Arc<Address>>,
    turn: AtomicUsize,
}

/// One of them.
#[derive(Debug)]
pub struct Address {
    url: Url,
    rests_until: AtomicI64,
}

impl Addresses {
    /// Reads URLs with commas between.
    ///
    /// # Errors
    /// What is wrong with one of them.
    pub fn parse(urls: &str) -> Result<Self, String> {
        let parse = |url: &str| {
            let url = Url::parse(url.trim()).map_err(|error| error.to_string())?;
            url.host().ok_or("the URL has no host")?;
            if url.scheme() != "http" {
                return Err("the mesh speaks http:// inside".to_owned());
            }
            Ok::<_, String>(Arc::new(Address {
                url,
                rests_until: AtomicI64::default(),
            }))
        };
        let all = urls.split(',').map(parse).collect::<Result<_, _>>()?;
        Ok(Self::of(urls.to_owned(), all))
    }

    fn of(text: String, all: Vec<Arc<Address>>) -> Self {
        let turn = AtomicUsize::default();
        Self(Arc::new(Shared { text, all, turn }))
    }

    /// As they were written.
    pub fn as_str(&self) -> &str {
        &self.0.text
    }

    /// Each of them alone.
    pub fn each(&self) -> impl Iterator<Item = Self> {
        let alone = |address: &Arc<Address>| Self::of(address.as_str().to_owned(), vec![address.clone()]);
        self.0.all.iter().map(alone)
    }

    /// All of them, the next one first and those that rest last.
    pub fn in_turn(&self) -> Vec<Arc<Address>> {
        let mut all = self.0.all.clone();
        if let Some(first) = self.0.turn.fetch_add(1, Ordering::Relaxed).checked_rem(all.len()) {
            all.rotate_left(first);
        }
        if all.len() > 1 {
            let now = now_ms();
            all.sort_by_key(|address| address.rests_until.load(Ordering::Relaxed) > now);
        }
        all
    }
}

impl Address {
    /// Its URL, the path empty.
    pub fn as_str(&self) -> &str {
        self.url.as_str().trim_end_matches('/')
    }

    /// It refused a connection.
    pub fn rest(&self) {
        self.rests_until.store(now_ms() + REST_MS, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_take_turns_and_those_that_rest_come_last() {
        let addresses = Addresses::parse("http://a:1, http://b:2/").unwrap();
        let order = || {
            let order = addresses.in_turn();
            [order[0].as_str().to_owned(), order[1].as_str().to_owned()]
        };

        assert_eq!(order(), ["http://a:1", "http://b:2"]);
        assert_eq!(order(), ["http://b:2", "http://a:1"]);
        addresses.in_turn()[0].rest();
        for _ in 0..3 {
            assert_eq!(order(), ["http://b:2", "http://a:1"]);
        }
    }

    #[test]
    fn every_address_must_make_sense() {
        for wrong in [
            "",
            "http://a:1,",
            "http://a:1,b:2",
            "localhost:8101",
            "https://a:1",
        ] {
            assert!(Addresses::parse(wrong).is_err(), "{wrong}");
        }
    }
}
