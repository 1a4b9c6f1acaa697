//! The connections to the services.

use std::cell::Cell;
use std::pin::pin;
use std::rc::Rc;
use std::time::Duration;

use hyper::body::Incoming;
use hyper::http::uri::{Authority, PathAndQuery, Scheme};
use hyper::{HeaderMap, Method, Request, Response, Uri};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use tokio::time::{Instant, timeout_at};

use super::body::Outbound;
use super::table::Service;

const CONNECT: Duration = Duration::from_secs(1);
/// Shorter than a service keeps an idle connection.
const IDLE: Duration = Duration::from_secs(60);

/// A service's URL is not `http://host:port`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0} is not the http:// address of a service")]
pub struct BadAddress(pub String);

/// Why a service gave no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Failed {
    /// Nobody listens there.
    #[error("{} cannot be reached", .0.name())]
    Unreachable(Service),
    /// It took too long.
    #[error("{} took too long", .0.name())]
    Slow(Service),
    /// It broke off, or spoke something else than HTTP.
    #[error("{} broke off", .0.name())]
    Broken(Service),
}

/// Where the services are.
#[derive(Clone, Debug)]
pub struct Addresses(Vec<(Service, Authority)>);

impl Addresses {
    /// Reads the URL of each service.
    ///
    /// # Errors
    /// When one makes no sense.
    pub fn parse(urls: &[(Service, String)]) -> Result<Self, BadAddress> {
        let parse = |(service, url): &(Service, String)| Ok((*service, authority(url)?));
        Ok(Self(urls.iter().map(parse).collect::<Result<_, BadAddress>>()?))
    }
}

/// One worker's connections to the services.
pub struct Upstreams {
    client: Client<HttpConnector, Outbound>,
    addresses: Addresses,
    patience: Duration,
}

impl Upstreams {
    /// Connections are made when they are first needed. To be built on the worker's own thread, which then
    /// drives them.
    pub fn new(addresses: Addresses, patience: Duration) -> Self {
        let mut connector = HttpConnector::new();
        connector.set_nodelay(true);
        connector.set_connect_timeout(Some(CONNECT));
        let client = Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(IDLE)
            .build(connector);
        Self {
            client,
            addresses,
            patience,
        }
    }

    /// Sends a request and waits for the head of the answer, as long as the body moves or patience lasts.
    ///
    /// # Errors
    /// When no answer came.
    pub async fn send(
        &self,
        service: Service,
        (method, target): (&str, &str),
        headers: HeaderMap,
        (body, moved): (Outbound, Rc<Cell<Instant>>),
    ) -> Result<Response<Incoming>, Failed> {
        let broken = Failed::Broken(service);
        let mut request = Request::new(body);
        *request.method_mut() = Method::from_bytes(method.as_bytes()).map_err(|_| broken)?;
        *request.uri_mut() = self.uri(service, target).ok_or(broken)?;
        *request.headers_mut() = headers;
        let mut answer = pin!(self.client.request(request));
        loop {
            match timeout_at(moved.get() + self.patience, &mut answer).await {
                Ok(Ok(response)) => return Ok(response),
                Ok(Err(error)) if error.is_connect() => return Err(Failed::Unreachable(service)),
                Ok(Err(error)) => {
                    let cause = std::error::Error::source(&error).map(ToString::to_string);
                    tracing::warn!(
                        service = service.name(),
                        cause,
                        "A service broke off while it was asked"
                    );
                    return Err(broken);
                }
                Err(_) if moved.get() + self.patience > Instant::now() => {}
                Err(_) => return Err(Failed::Slow(service)),
            }
        }
    }

    fn uri(&self, service: Service, target: &str) -> Option<Uri> {
        let (_, authority) = self.addresses.0.iter().find(|(known, _)| *known == service)?;
        let mut parts = hyper::http::uri::Parts::default();
        parts.scheme = Some(Scheme::HTTP);
        parts.authority = Some(authority.clone());
        parts.path_and_query = Some(PathAndQuery::try_from(target).ok()?);
        Uri::from_parts(parts).ok()
    }
}

fn authority(address: &str) -> Result<Authority, BadAddress> {
    let bad = || BadAddress(address.to_owned());
    let uri: Uri = address.parse().map_err(|_| bad())?;
    let plain =
        uri.scheme() == Some(&Scheme::HTTP) && matches!(uri.path(), "" | "/") && uri.query().is_none();
    uri.authority().filter(|_| plain).cloned().ok_or_else(bad)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_scheme_host_and_port() {
        assert_eq!(
            authority("http://cart-svc:8104").unwrap().as_str(),
            "cart-svc:8104"
        );
        assert_eq!(
            authority("http://127.0.0.1:8104/").unwrap().as_str(),
            "127.0.0.1:8104"
        );
        for wrong in [
            "",
            "cart-svc:8104",
            "https://cart-svc",
            "http://cart-svc/base",
            "http://cart-svc?x",
        ] {
            assert!(authority(wrong).is_err(), "{wrong}");
        }
    }
}
