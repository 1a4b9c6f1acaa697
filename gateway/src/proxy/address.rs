//! Where a request comes from.

use std::net::{IpAddr, Ipv4Addr};

use actix_web::HttpRequest;

/// `TRUSTED_PROXIES` holds something that is no address or network.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("entry {0} of TRUSTED_PROXIES is no address or network")]
pub struct BadNetwork(usize);

/// The proxies in front of the gateway. Nobody else's `X-Forwarded-For` is believed.
#[derive(Clone, Debug, Default)]
pub struct TrustedProxies(Vec<(IpAddr, u8)>);

impl TrustedProxies {
    /// Reads addresses (`10.0.0.7`) and networks (`10.0.0.0/8`).
    ///
    /// # Errors
    /// Which entry makes no sense.
    pub fn parse(entries: &[String]) -> Result<Self, BadNetwork> {
        let parse = |(index, entry): (usize, &String)| network(entry).ok_or(BadNetwork(index + 1));
        Ok(Self(
            entries.iter().enumerate().map(parse).collect::<Result<_, _>>()?,
        ))
    }

    /// The client's address: the first one from the right that is not a trusted proxy.
    pub fn client_of(&self, request: &HttpRequest) -> IpAddr {
        let peer = request
            .peer_addr()
            .map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |addr| plain(addr.ip()));
        if !self.trusts(peer) {
            return peer;
        }
        let lines = request
            .headers()
            .get_all("x-forwarded-for")
            .filter_map(|value| value.to_str().ok());
        let hops: Vec<&str> = lines.flat_map(|line| line.split(',')).map(str::trim).collect();
        let mut client = peer;
        for hop in hops.iter().rev() {
            let Ok(address) = hop.parse::<IpAddr>() else { break };
            client = plain(address);
            if !self.trusts(client) {
                break;
            }
        }
        client
    }

    /// How the client spoke to the proxy in front.
    pub fn scheme_of(&self, request: &HttpRequest) -> &'static str {
        let trusted = request
            .peer_addr()
            .is_some_and(|addr| self.trusts(plain(addr.ip())));
        let https = request
            .headers()
            .get("x-forwarded-proto")
            .is_some_and(|proto| proto == "https");
        if trusted && https { "https" } else { "http" }
    }

    fn trusts(&self, address: IpAddr) -> bool {
        self.0
            .iter()
            .any(|(network, bits)| contains(*network, *bits, address))
    }
}

fn network(entry: &str) -> Option<(IpAddr, u8)> {
    let (address, bits) = entry
        .split_once('/')
        .map_or((entry, None), |(address, bits)| (address, Some(bits)));
    let address: IpAddr = address.trim().parse().ok()?;
    let most = if address.is_ipv4() { 32 } else { 128 };
    let bits = bits.map_or(Some(most), |bits| bits.trim().parse().ok())?;
    (bits <= most).then_some((address, bits))
}

fn contains(network: IpAddr, bits: u8, address: IpAddr) -> bool {
    let mask = |all: u32| u128::MAX.checked_shl(all - u32::from(bits)).unwrap_or(0);
    match (network, address) {
        (IpAddr::V4(network), IpAddr::V4(address)) => {
            (u128::from(u32::from(network)) ^ u128::from(u32::from(address))) & mask(32) == 0
        }
        (IpAddr::V6(network), IpAddr::V6(address)) => {
            (u128::from(network) ^ u128::from(address)) & mask(128) == 0
        }
        _ => false,
    }
}

/// A v4 address is one address, in whichever form the socket tells it.
fn plain(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V6(v6) => v6.to_ipv4_mapped().map_or(address, IpAddr::V4),
        v4 => v4,
    }
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    fn client(peer: &str, trusted: &[&str], forwarded: &[&str]) -> String {
        let trusted: Vec<String> = trusted.iter().map(ToString::to_string).collect();
        let mut request = TestRequest::default().peer_addr(format!("{peer}:80").parse().unwrap());
        for line in forwarded {
            request = request.append_header(("x-forwarded-for", *line));
        }
        TrustedProxies::parse(&trusted)
            .unwrap()
            .client_of(&request.to_http_request())
            .to_string()
    }

    #[test]
    fn only_a_trusted_proxy_is_believed() {
        assert_eq!(client("9.9.9.9", &["10.0.0.0/8"], &["1.1.1.1"]), "9.9.9.9");
        assert_eq!(client("10.1.2.3", &["10.0.0.0/8"], &["1.1.1.1"]), "1.1.1.1");
        assert_eq!(client("10.1.2.3", &["10.0.0.0/8"], &[]), "10.1.2.3");
        assert_eq!(
            client("[::ffff:10.1.2.3]", &["10.1.2.3"], &["1.1.1.1"]),
            "1.1.1.1"
        );
    }

    #[test]
    fn what_the_client_itself_wrote_does_not_count() {
        let forwarded = ["6.6.6.6, 1.1.1.1", "10.0.0.2"];
        assert_eq!(client("10.0.0.1", &["10.0.0.0/8"], &forwarded), "1.1.1.1");
        assert_eq!(
            client("10.0.0.1", &["10.0.0.0/8"], &["1.1.1.1, nonsense"]),
            "10.0.0.1"
        );
    }

    #[test]
    fn networks_have_edges() {
        let inside = |network: &str, address: &str| {
            let (network, bits) = super::network(network).unwrap();
            contains(network, bits, address.parse().unwrap())
        };
        assert!(inside("10.0.0.0/8", "10.255.255.255") && !inside("10.0.0.0/8", "11.0.0.0"));
        assert!(
            inside("0.0.0.0/0", "1.2.3.4") && inside("1.2.3.4", "1.2.3.4") && !inside("1.2.3.4", "1.2.3.5")
        );
        assert!(
            inside("fd00::/8", "fdff::1") && !inside("fd00::/8", "fe00::1") && !inside("::/0", "1.2.3.4")
        );
        for wrong in ["", "x", "1.2.3.4/33", "1.2.3.4/-1", "::/129"] {
            assert_eq!(
                TrustedProxies::parse(&[wrong.to_owned()]).err(),
                Some(BadNetwork(1)),
                "{wrong}"
            );
        }
    }
}
