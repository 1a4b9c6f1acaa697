//! Where the services are, and how each address does.

use std::sync::Arc;
use std::time::Instant;

use hyper::Uri;
use hyper::header::HeaderValue;
use hyper::http::uri::{Authority, Scheme};

use super::breaker::{Breaker, Standing};
use super::table::Service;

/// A service's URL is not `http://host:port`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0} is not the http:// address of a service, or several of them with commas between")]
pub struct BadAddress(pub String);

/// One address of a service; the same for all workers.
#[derive(Debug)]
pub struct Endpoint {
    service: Service,
    authority: Authority,
    host: HeaderValue,
    breaker: Breaker,
}

/// All addresses of all services.
#[derive(Clone, Debug)]
pub struct Endpoints(Arc<Vec<(Service, Vec<Arc<Endpoint>>)>>);

impl Endpoints {
    /// Reads the URLs of each service: one, or several with commas between.
    ///
    /// # Errors
    /// When one makes no sense.
    pub fn parse(urls: &[(Service, String)]) -> Result<Self, BadAddress> {
        let parse = |(service, urls): &(Service, String)| {
            let addresses = urls.split(',').map(|url| Endpoint::parse(*service, url.trim()));
            Ok((*service, addresses.collect::<Result<Vec<_>, _>>()?))
        };
        Ok(Self(Arc::new(urls.iter().map(parse).collect::<Result<_, _>>()?)))
    }

    /// Each service and its addresses.
    pub fn services(&self) -> impl Iterator<Item = (Service, &[Arc<Endpoint>])> {
        self.0.iter().map(|(service, all)| (*service, all.as_slice()))
    }
}

impl Endpoint {
    fn parse(service: Service, url: &str) -> Result<Arc<Self>, BadAddress> {
        let bad = || BadAddress(url.to_owned());
        let authority = authority(url).ok_or_else(bad)?;
        let endpoint = Self {
            service,
            host: HeaderValue::from_str(authority.as_str()).map_err(|_| bad())?,
            authority,
            breaker: Breaker::default(),
        };
        endpoint.tell(0.0);
        Ok(Arc::new(endpoint))
    }

    /// The service that is there.
    pub fn service(&self) -> Service {
        self.service
    }

    /// Its name or number, without the brackets of IPv6.
    pub fn name(&self) -> &str {
        self.authority.host().trim_matches(['[', ']'])
    }

    /// Its port.
    pub fn port(&self) -> u16 {
        self.authority.port_u16().unwrap_or(80)
    }

    /// What stands in `Host`.
    pub fn host(&self) -> &HeaderValue {
        &self.host
    }

    /// How it does.
    pub fn standing(&self, now: Instant) -> Standing {
        self.breaker.standing(now)
    }

    /// Takes the one trial of an address that failed.
    pub fn begin_trial(&self, now: Instant) -> bool {
        let begun = self.breaker.begin_trial(now);
        if begun {
            self.tell(1.0);
        }
        begun
    }

    /// Gives the trial back.
    pub fn end_trial(&self) {
        self.breaker.end_trial();
    }

    /// It answered.
    pub fn succeeded(&self) {
        if self.breaker.succeeded() {
            self.tell(0.0);
            tracing::info!(
                service = self.service.name(),
                address = %self.authority,
                "An address answers again"
            );
        }
    }

    /// It broke off or took too long.
    pub fn failed(&self, why: &'static str) {
        self.count(why);
        if self.breaker.failed(Instant::now()) {
            self.taken_out(why);
        }
    }

    /// It could not be reached in time.
    pub fn lost(&self) {
        self.count("unreachable");
        if self.breaker.lost(Instant::now()) {
            self.taken_out("unreachable");
        }
    }

    /// It refused the connection.
    pub fn refused(&self) {
        self.count("refused");
        if self.breaker.refused() {
            self.taken_out("refused");
        }
    }

    /// It says that it is ready.
    pub fn is_ready(&self) {
        if self.breaker.is_ready() {
            self.tell(1.0);
        }
    }

    fn taken_out(&self, why: &'static str) {
        self.tell(2.0);
        tracing::warn!(
            service = self.service.name(),
            address = %self.authority,
            why,
            "An address was taken out"
        );
    }

    /// 0 in use, 1 on trial, 2 out.
    fn tell(&self, state: f64) {
        metrics::gauge!(
            "gateway_upstream_state",
            "upstream" => self.service.name(), "address" => self.authority.to_string()
        )
        .set(state);
    }

    fn count(&self, why: &'static str) {
        metrics::counter!(
            "gateway_upstream_failures_total",
            "upstream" => self.service.name(), "address" => self.authority.to_string(), "why" => why
        )
        .increment(1);
    }
}

fn authority(url: &str) -> Option<Authority> {
    let uri: Uri = url.parse().ok()?;
    let plain =
        uri.scheme() == Some(&Scheme::HTTP) && matches!(uri.path(), "" | "/") && uri.query().is_none();
    uri.authority().filter(|_| plain).cloned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(urls: &str) -> Option<Vec<(String, u16)>> {
        let endpoints = Endpoints::parse(&[(Service::Cart, urls.to_owned())]).ok()?;
        let (_, all) = endpoints.services().next()?;
        let place = |endpoint: &Arc<Endpoint>| (endpoint.name().to_owned(), endpoint.port());
        Some(all.iter().map(place).collect())
    }

    #[test]
    fn an_address_is_scheme_host_and_port_and_there_may_be_several() {
        let place = |name: &str, port| (name.to_owned(), port);

        assert_eq!(
            parsed("http://cart-svc:8104"),
            Some(vec![place("cart-svc", 8104)])
        );
        assert_eq!(parsed("http://127.0.0.1/"), Some(vec![place("127.0.0.1", 80)]));
        assert_eq!(
            parsed("http://[::1]:8104, http://b:2"),
            Some(vec![place("::1", 8104), place("b", 2)])
        );
        for wrong in [
            "",
            "cart-svc:8104",
            "https://cart-svc",
            "http://cart-svc/base",
            "http://cart-svc?x",
            "http://a:1,",
            "http://a:1,b:2",
        ] {
            assert_eq!(parsed(wrong), None, "{wrong}");
        }
    }
}
