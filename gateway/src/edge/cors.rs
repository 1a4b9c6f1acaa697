//! Which pages of other origins may read answers (Fetch, "CORS protocol").

use actix_web::HttpResponse;
use actix_web::http::header::{
    ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS,
    ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE,
    ACCESS_CONTROL_REQUEST_METHOD, HeaderMap, HeaderValue, ORIGIN, VARY,
};
use actix_web::http::{Method, Uri};

use super::EdgeSettings;

const METHODS: HeaderValue = HeaderValue::from_static("GET, HEAD, POST, PUT, PATCH, DELETE");
const HEADERS: HeaderValue = HeaderValue::from_static(
    "Authorization, Content-Type, Accept-Language, If-Match, If-None-Match, Idempotency-Key, X-Request-ID, \
     traceparent",
);
const EXPOSED: HeaderValue = HeaderValue::from_static(
    "Location, ETag, Retry-After, RateLimit, RateLimit-Policy, RateLimit-Limit, RateLimit-Remaining, \
     RateLimit-Reset, X-Request-ID, Content-Disposition",
);
/// Browsers ask again after two hours at most anyway.
const MAX_AGE: HeaderValue = HeaderValue::from_static("7200");

/// The setting makes no sense.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadCors {
    /// An entry is no origin.
    #[error("entry {0} of CORS_ORIGINS is no origin like https://shop.example.org")]
    Origin(usize),
    /// Everybody with everybody's cookies.
    #[error("CORS_ORIGINS may not be * together with CORS_CREDENTIALS")]
    Everybody,
}

/// The allowed origins.
#[derive(Clone, Debug, Default)]
pub struct Cors {
    everybody: bool,
    origins: Vec<String>,
    credentials: bool,
}

impl Cors {
    /// Reads the settings.
    ///
    /// # Errors
    /// When they make no sense.
    pub fn new(settings: &EdgeSettings) -> Result<Self, BadCors> {
        let mut cors = Self {
            credentials: settings.cors_credentials,
            ..Self::default()
        };
        for (index, entry) in settings.cors_origins.iter().enumerate() {
            if entry == "*" {
                cors.everybody = true;
            } else if is_origin(entry) {
                cors.origins.push(entry.to_ascii_lowercase());
            } else {
                return Err(BadCors::Origin(index + 1));
            }
        }
        if cors.everybody && cors.credentials {
            return Err(BadCors::Everybody);
        }
        Ok(cors)
    }

    /// What the answer to this request may say about its origin; `None` for none, or one that is not allowed.
    pub fn allowed(&self, request: &HeaderMap) -> Option<HeaderValue> {
        let origin = request.get(ORIGIN)?;
        if self.everybody {
            return Some(HeaderValue::from_static("*"));
        }
        let text = origin.to_str().ok()?;
        self.origins
            .iter()
            .any(|known| known == text)
            .then(|| origin.clone())
    }

    /// The answer to a browser that asks before it sends a request; `None` when this is not one.
    pub fn preflight(&self, method: &Method, request: &HeaderMap) -> Option<HttpResponse> {
        let asks = *method == Method::OPTIONS
            && request.contains_key(ORIGIN)
            && request.contains_key(ACCESS_CONTROL_REQUEST_METHOD);
        if !asks {
            return None;
        }
        let mut answer = HttpResponse::NoContent();
        answer.insert_header((
            VARY,
            "Access-Control-Request-Method, Access-Control-Request-Headers",
        ));
        if self.allowed(request).is_some() {
            answer.insert_header((ACCESS_CONTROL_ALLOW_METHODS, METHODS));
            answer.insert_header((ACCESS_CONTROL_ALLOW_HEADERS, HEADERS));
            answer.insert_header((ACCESS_CONTROL_MAX_AGE, MAX_AGE));
        }
        Some(answer.finish())
    }

    /// Writes what an answer says; services have no say in it.
    pub fn write(&self, allowed: Option<HeaderValue>, headers: &mut HeaderMap) {
        if self.everybody || !self.origins.is_empty() {
            for ours in [ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_ALLOW_CREDENTIALS] {
                headers.remove(ours);
            }
        }
        if !self.everybody && !self.origins.is_empty() {
            headers.append(VARY, HeaderValue::from_static("Origin"));
        }
        let Some(origin) = allowed else { return };
        headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED);
        if self.credentials {
            headers.insert(ACCESS_CONTROL_ALLOW_CREDENTIALS, HeaderValue::from_static("true"));
        }
    }
}

/// Scheme, host and perhaps a port, as a browser writes it.
fn is_origin(text: &str) -> bool {
    let Ok(uri) = text.parse::<Uri>() else {
        return false;
    };
    let (Some(scheme), Some(authority)) = (uri.scheme_str(), uri.authority()) else {
        return false;
    };
    matches!(scheme, "http" | "https") && text.eq_ignore_ascii_case(&format!("{scheme}://{authority}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cors(origins: &[&str], credentials: bool) -> Result<Cors, BadCors> {
        Cors::new(&EdgeSettings {
            cors_origins: origins.iter().map(ToString::to_string).collect(),
            cors_credentials: credentials,
            ..EdgeSettings::default()
        })
    }

    fn allowed(cors: &Cors, origin: &str) -> Option<String> {
        let mut headers = HeaderMap::new();
        headers.insert(ORIGIN, HeaderValue::from_str(origin).unwrap());
        cors.allowed(&headers)
            .map(|value| value.to_str().unwrap().to_owned())
    }

    #[test]
    fn only_what_is_listed_is_allowed_and_only_exactly() {
        let cors = cors(&["https://shop.example.org", "http://localhost:3000"], true).unwrap();

        for origin in ["https://shop.example.org", "http://localhost:3000"] {
            assert_eq!(allowed(&cors, origin).as_deref(), Some(origin));
        }
        for origin in [
            "http://shop.example.org",
            "https://shop.example.org:8443",
            "https://shop.example.org.evil.org",
            "https://evil.org/https://shop.example.org",
            "http://localhost:30000",
            "null",
            "*",
        ] {
            assert_eq!(allowed(&cors, origin), None, "{origin}");
        }
        assert_eq!(allowed(&Cors::default(), "https://shop.example.org"), None);
    }

    #[test]
    fn everybody_may_come_without_cookies_only() {
        assert_eq!(
            allowed(&cors(&["*"], false).unwrap(), "https://a.b").as_deref(),
            Some("*")
        );
        assert_eq!(cors(&["*"], true).err(), Some(BadCors::Everybody));
    }

    #[test]
    fn what_is_no_origin_is_refused() {
        for wrong in [
            "shop.example.org",
            "https://a.b/",
            "https://a.b/x",
            "ftp://a.b",
            "null",
            "https://",
        ] {
            assert_eq!(cors(&[wrong], false).err(), Some(BadCors::Origin(1)), "{wrong}");
        }
    }
}
