//! Who is looking, for counting views: the user, or something that stands for a client nobody knows.

use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, PoisonError, RwLock};

use hmac::{Hmac, Mac};
use sha2::Sha256;
use souk_auth::{MeshKeys, now_ms};

use crate::limits::network;

/// Names visitors. Without the key nobody can find out the address behind a name.
#[derive(Clone)]
pub struct Visitors {
    keys: MeshKeys,
    /// Begins every name, and the second in which it was made.
    begun: Arc<RwLock<(i64, Hmac<Sha256>)>>,
}

impl Visitors {
    /// All replicas give the same name to the same visitor, until the mesh signs with another key.
    pub fn new(keys: MeshKeys) -> Self {
        let now = now_ms();
        let begun = Arc::new(RwLock::new((second(now), begin(&keys, now))));
        Self { keys, begun }
    }

    /// The name of a client that is not logged in.
    pub fn name(&self, address: IpAddr, user_agent: &[u8]) -> String {
        let mut mac = self.begun(now_ms());
        mac.update(network_of(address).to_string().as_bytes());
        mac.update(b"\n");
        mac.update(user_agent);
        let mut digits = [0; 64];
        // The digits of 32 bytes always fit.
        let _ = hex::encode_to_slice(mac.finalize().into_bytes(), &mut digits);
        let digits = std::str::from_utf8(&digits).unwrap_or_default();
        format!("v-{}", digits.get(..32).unwrap_or_default())
    }

    /// Made anew each second, since keys change seldom and requests come often.
    fn begun(&self, now: i64) -> Hmac<Sha256> {
        let (made, mac) = self.begun.read().unwrap_or_else(PoisonError::into_inner).clone();
        if made == second(now) {
            return mac;
        }
        let mac = begin(&self.keys, now);
        *self.begun.write().unwrap_or_else(PoisonError::into_inner) = (second(now), mac.clone());
        mac
    }
}

/// A v4 address, or the /64 of a v6 address: one customer has it as a whole, and would be as many visitors as it pleases.
fn network_of(address: IpAddr) -> IpAddr {
    let network = Ipv6Addr::from(network(address));
    network.to_ipv4_mapped().map_or(IpAddr::V6(network), IpAddr::V4)
}

fn second(now: i64) -> i64 {
    now.div_euclid(1000)
}

#[expect(clippy::expect_used, reason = "any length of key will do for HMAC")]
fn begin(keys: &MeshKeys, now: i64) -> Hmac<Sha256> {
    Hmac::new_from_slice(&keys.derive("visitor", now)).expect("a key of 32 bytes")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_tells_clients_apart_and_nothing_else() {
        let keys = MeshKeys::parse("a:b2xkb2xkb2xkb2xkb2xkb2xkb2xkb2xkb2xkb2xkb2xk").unwrap();
        let visitors = Visitors::new(keys);
        let name = |address: &str, agent: &str| visitors.name(address.parse().unwrap(), agent.as_bytes());

        assert_eq!(name("1.2.3.4", "curl"), name("1.2.3.4", "curl"));
        assert_ne!(name("1.2.3.4", "curl"), name("1.2.3.5", "curl"));
        assert_ne!(name("1.2.3.4", "curl"), name("1.2.3.4", "wget"));
        assert_eq!(name("1.2.3.4", "curl").len(), 34);
        assert_eq!(name("2001:db8:1:2::1", "curl"), name("2001:db8:1:2:3::4", "curl"));
        assert_ne!(name("2001:db8:1:2::1", "curl"), name("2001:db8:1:3::1", "curl"));
        assert_eq!(name("::ffff:1.2.3.4", "curl"), name("1.2.3.4", "curl"));
    }
}
