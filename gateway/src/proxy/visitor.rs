//! Who is looking, for counting views: the user, or something that stands for a client nobody knows.

use std::net::IpAddr;

use hmac::{Hmac, Mac};
use sha2::Sha256;
use souk_auth::{MeshKeys, now_ms};

/// Names visitors. Without the key nobody can find out the address behind a name.
#[derive(Clone)]
pub struct Visitors(MeshKeys);

impl Visitors {
    /// All replicas give the same name to the same visitor, until the mesh signs with another key.
    pub fn new(keys: MeshKeys) -> Self {
        Self(keys)
    }

    /// The name of a client that is not logged in.
    pub fn name(&self, address: IpAddr, user_agent: &[u8]) -> String {
        // Any length of key will do for HMAC.
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&self.0.derive("visitor", now_ms())) else {
            return String::new();
        };
        mac.update(address.to_string().as_bytes());
        mac.update(b"\n");
        mac.update(user_agent);
        let hex = hex::encode(mac.finalize().into_bytes());
        format!("v-{}", hex.get(..32).unwrap_or(&hex))
    }
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
    }
}
