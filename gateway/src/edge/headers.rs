//! What every answer tells a browser about how it may be used.

use actix_web::http::header::{
    CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, REFERRER_POLICY, SERVER,
    STRICT_TRANSPORT_SECURITY, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};

/// An answer is data: nothing in it is run, and no page holds it in a frame.
const DATA: HeaderValue = HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'");
/// Scripts and pictures from here only: what a document says must not make a browser ask elsewhere.
const PAGES: HeaderValue = HeaderValue::from_static(
    "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; \
     script-src 'self' 'unsafe-inline'; worker-src 'self' blob:; frame-ancestors 'none'",
);
const RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");
const POWERED_BY: HeaderName = HeaderName::from_static("x-powered-by");

/// Writes them; `https` is how the client came.
pub fn write(path: &str, https: bool, headers: &mut HeaderMap) {
    let policy = if is_page(path) { PAGES } else { DATA };
    headers.insert(CONTENT_SECURITY_POLICY, policy);
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    // Pictures are shown by the pages of storefronts, which are elsewhere; everything else is fetched by CORS.
    let picture = headers
        .get(CONTENT_TYPE)
        .is_some_and(|kind| kind.as_bytes().starts_with(b"image/"));
    let resource = if picture { "cross-origin" } else { "same-origin" };
    headers.insert(RESOURCE_POLICY, HeaderValue::from_static(resource));
    if https {
        headers.insert(
            STRICT_TRANSPORT_SECURITY,
            HeaderValue::from_static("max-age=31536000"),
        );
    }
    // What we run is nobody's business.
    headers.remove(SERVER);
    headers.remove(POWERED_BY);
}

fn is_page(path: &str) -> bool {
    ["/docs", "/redoc"].iter().any(|page| {
        path.strip_prefix(page)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(path: &str, kind: &'static str, https: bool) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
        headers.insert(SERVER, HeaderValue::from_static("made-up/1.0"));
        write(path, https, &mut headers);
        headers
    }

    fn policy(path: &str) -> HeaderValue {
        written(path, "text/html", false)
            .get(CONTENT_SECURITY_POLICY)
            .unwrap()
            .clone()
    }

    #[test]
    fn pages_may_run_their_own_scripts_and_nothing_else_may() {
        for page in [
            "/docs",
            "/docs/",
            "/docs/swagger-ui.css",
            "/redoc",
            "/redoc/redoc.standalone.js",
        ] {
            assert_eq!(policy(page), PAGES, "{page}");
        }
        for data in ["/", "/api/v1/cart", "/docsx", "/redocs"] {
            assert_eq!(policy(data), DATA, "{data}");
        }
    }

    #[test]
    fn pictures_may_be_shown_anywhere_and_https_lasts() {
        let (picture, json) = (
            written("/a", "image/webp", true),
            written("/a", "application/json", false),
        );

        assert_eq!(picture.get(RESOURCE_POLICY).unwrap(), "cross-origin");
        assert_eq!(json.get(RESOURCE_POLICY).unwrap(), "same-origin");
        assert!(picture.contains_key("strict-transport-security"));
        assert!(!json.contains_key("strict-transport-security") && !json.contains_key("server"));
    }
}
