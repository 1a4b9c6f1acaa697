//! By whom requests are counted.

use std::net::IpAddr;

use hmac::{Hmac, Mac};
use sha2::Sha256;
use souk_auth::{MeshKeys, now_ms};
use souk_email::lookup_key;
use uuid::Uuid;

/// Who sends a request that is limited strictly.
#[derive(Clone, Debug)]
pub struct Asker {
    /// The client's network.
    pub network: u128,
    /// The hash of the account that it is about.
    pub account: Option<String>,
}

/// A client's network as a number: a v4 address, or the /64 of a v6 address, which one customer has as a whole.
pub fn network(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(v4) => u128::from(v4.to_ipv6_mapped()),
        IpAddr::V6(v6) => match v6.to_ipv4_mapped() {
            Some(v4) => u128::from(v4.to_ipv6_mapped()),
            None => u128::from(v6) & (u128::MAX << 64),
        },
    }
}

/// Hides names of accounts. Without the key nobody can find out an e-mail address from Redis.
#[derive(Clone)]
pub struct Names(MeshKeys);

impl Names {
    /// All replicas give the same hash to the same name, until the mesh signs with another key.
    pub fn new(keys: MeshKeys) -> Self {
        Self(keys)
    }

    /// The hash of the account that user-svc finds by what was typed: one in every spelling.
    pub fn account(&self, typed: &str) -> String {
        self.hash(&[lookup_key(typed).as_bytes()])
    }

    /// The hash of an account by its id.
    pub fn user(&self, id: Uuid) -> String {
        self.hash(&[b"user", id.as_bytes()])
    }

    /// The hash of an account and a network together.
    pub fn client(&self, account: &str, network: u128) -> String {
        self.hash(&[account.as_bytes(), &network.to_be_bytes()])
    }

    fn hash(&self, parts: &[&[u8]]) -> String {
        // Any length of key will do for HMAC.
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&self.0.derive("limits", now_ms())) else {
            return String::new();
        };
        for part in parts {
            mac.update(part);
            mac.update(b"\n");
        }
        let hex = hex::encode(mac.finalize().into_bytes());
        hex.get(..32).unwrap_or(&hex).to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_v6_client_is_its_network() {
        let network = |address: &str| super::network(address.parse().unwrap());

        assert_eq!(network("2001:db8:1:2::1"), network("2001:db8:1:2:ffff::9"));
        assert_ne!(network("2001:db8:1:2::1"), network("2001:db8:1:3::1"));
        assert_eq!(network("::ffff:1.2.3.4"), network("1.2.3.4"));
        assert_ne!(network("1.2.3.4"), network("1.2.3.5"));
    }

    #[test]
    fn a_name_is_hidden_and_a_spelling_does_not_make_another() {
        let keys = MeshKeys::parse("a:b2xkb2xkb2xkb2xkb2xkb2xkb2xkb2xkb2xkb2xkb2xk").unwrap();
        let names = Names::new(keys);

        assert_eq!(names.account("A@Example.org "), names.account("a@example.org"));
        assert_eq!(
            names.account("a@b\u{fc}cher.example"),
            names.account("A@xn--bcher-kva.Example")
        );
        assert_ne!(names.account("a@example.org"), names.account("b@example.org"));
        assert_ne!(
            names.account("vic@m\u{130}mi.example"),
            names.account("vic@mimi.example")
        );
        assert_ne!(names.user(Uuid::nil()), names.user(Uuid::max()));
        assert!(!names.account("a@example.org").contains("example"));
        assert_ne!(names.client("x", 1), names.client("x", 2));
    }
}
