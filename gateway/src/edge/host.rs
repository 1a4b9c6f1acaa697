//! The name by which a client called us.

use actix_web::http::header::{HOST, HeaderMap};
use actix_web::http::uri::Authority;

/// Whether every `Host` is a host and perhaps a port (RFC 9110, 7.2). Services and proxies may make links of it.
pub fn is_sound(headers: &HeaderMap) -> bool {
    headers.get_all(HOST).all(|host| is_host(host.as_bytes()))
}

fn is_host(host: &[u8]) -> bool {
    let Ok(authority) = Authority::try_from(host) else {
        return false;
    };
    let has_port = authority.as_str().len() > authority.host().len();
    !authority.host().is_empty()
        && !authority.as_str().contains('@')
        && (!has_port || authority.port_u16().is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_is_a_name_or_an_address_and_perhaps_a_port() {
        for host in [
            "souk",
            "souk.example:8080",
            "127.0.0.1:8080",
            "[::1]",
            "[::1]:8080",
        ] {
            assert!(is_host(host.as_bytes()), "{host}");
        }
        for host in [
            "",
            "a b",
            "souk/internal",
            "souk@evil.example",
            "souk?x",
            "souk#x",
            "souk:port",
            "souk:",
            "souk:99999",
            "sou%00k",
            "<script>",
            "[::1",
        ] {
            assert!(!is_host(host.as_bytes()), "{host}");
        }
    }
}
