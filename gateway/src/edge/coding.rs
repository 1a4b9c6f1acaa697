//! Compression of answers, when a client asks for it.

use actix_http::encoding::Encoder;
use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::dev::ServiceResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{
    ACCEPT_ENCODING, ACCEPT_RANGES, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, ContentEncoding, ETAG,
    HeaderMap, HeaderValue, IF_MATCH, IF_NONE_MATCH, VARY,
};

/// A smaller answer fits into one packet as it is.
const WORTH_IT: u64 = 1400;
/// The compressed form is another representation, so it has another strong tag (RFC 9110, 8.8.3.3). A weak one
/// would not do: `If-Match` never matches it.
const SUFFIX: &str = "-gzip\"";

/// What a client takes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Asked {
    gzip: bool,
    /// It has a compressed form already, and wants to know whether it changed.
    has_gzip: bool,
}

impl Asked {
    /// Reads it from a request's headers, and gives the tags in them the form that services know.
    pub fn of(headers: &mut HeaderMap) -> Self {
        let gzip = headers
            .get(ACCEPT_ENCODING)
            .is_some_and(|value| value.to_str().is_ok_and(takes_gzip));
        let has_gzip = plain_tags(headers, IF_NONE_MATCH);
        plain_tags(headers, IF_MATCH);
        Self { gzip, has_gzip }
    }

    /// Compresses an answer where that makes sense.
    pub fn write(self, mut response: ServiceResponse<BoxBody>) -> ServiceResponse<BoxBody> {
        if response.status() == StatusCode::NOT_MODIFIED && self.has_gzip {
            mark_tag(response.headers_mut());
        }
        if !is_worth_it(
            response.status(),
            response.response().body().size(),
            response.headers(),
        ) {
            return response;
        }
        if !self.gzip {
            let vary = HeaderValue::from_static("Accept-Encoding");
            response.headers_mut().append(VARY, vary);
            return response;
        }
        mark_tag(response.headers_mut());
        response.headers_mut().remove(ACCEPT_RANGES);
        response
            .map_body(|head, body| Encoder::response(ContentEncoding::Gzip, head, body))
            .map_into_boxed_body()
    }
}

/// Whether `Accept-Encoding` allows it (RFC 9110, 12.5.3).
fn takes_gzip(list: &str) -> bool {
    let mut any = false;
    for item in list.split(',') {
        let (coding, weight) = item.split_once(';').unwrap_or((item, ""));
        let weight = weight
            .trim()
            .trim_start_matches(['q', 'Q'])
            .trim_start_matches('=');
        let wanted = weight.is_empty() || weight.parse::<f32>().is_ok_and(|weight| weight > 0.0);
        match coding.trim() {
            coding if coding.eq_ignore_ascii_case("gzip") || coding.eq_ignore_ascii_case("x-gzip") => {
                return wanted;
            }
            "*" => any = wanted,
            _ => {}
        }
    }
    any
}

fn is_worth_it(status: StatusCode, size: BodySize, headers: &HeaderMap) -> bool {
    let large = match size {
        BodySize::Sized(size) => size >= WORTH_IT,
        BodySize::Stream => true,
        BodySize::None => false,
    };
    let whole = !matches!(
        status,
        StatusCode::PARTIAL_CONTENT
            | StatusCode::NO_CONTENT
            | StatusCode::NOT_MODIFIED
            | StatusCode::SWITCHING_PROTOCOLS
    );
    // What may not be stored holds secrets, whose length would tell of them when it is compressed.
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let kept =
        text(CACHE_CONTROL).is_some_and(|rule| rule.contains("no-store") || rule.contains("no-transform"));
    large
        && whole
        && !kept
        && !headers.contains_key(CONTENT_ENCODING)
        && text(CONTENT_TYPE).is_some_and(is_text)
}

fn is_text(kind: &str) -> bool {
    let kind = kind.split(';').next().unwrap_or(kind).trim();
    let text = kind.starts_with("text/") && kind != "text/event-stream";
    text || kind.ends_with("+json")
        || kind.ends_with("+xml")
        || matches!(
            kind,
            "application/json" | "application/javascript" | "application/xml" | "application/x-ndjson"
        )
}

/// Takes the suffix from the tags of a condition; tells whether there was one.
fn plain_tags(headers: &mut HeaderMap, name: actix_web::http::header::HeaderName) -> bool {
    let marked = |value: &HeaderValue| value.to_str().is_ok_and(|text| text.contains(SUFFIX));
    if !headers.get_all(&name).any(marked) {
        return false;
    }
    let plain: Vec<HeaderValue> = headers
        .get_all(&name)
        .filter_map(|value| value.to_str().ok())
        .filter_map(|text| HeaderValue::try_from(text.replace(SUFFIX, "\"")).ok())
        .collect();
    headers.remove(&name);
    for value in plain {
        headers.append(name.clone(), value);
    }
    true
}

fn mark_tag(headers: &mut HeaderMap) {
    let tag = headers.get(ETAG).and_then(|tag| tag.to_str().ok());
    let marked = tag
        .and_then(|tag| tag.strip_suffix('"'))
        .filter(|tag| tag.starts_with('"'))
        .and_then(|tag| HeaderValue::try_from(format!("{tag}{SUFFIX}")).ok());
    if let Some(marked) = marked {
        headers.insert(ETAG, marked);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_count() {
        for yes in [
            "gzip",
            "deflate, GZIP;q=0.5",
            "br, *",
            "x-gzip",
            "gzip;q=1.0, identity;q=0",
        ] {
            assert!(takes_gzip(yes), "{yes}");
        }
        for no in [
            "",
            "br",
            "identity",
            "gzip;q=0",
            "*, gzip;q=0",
            "*;q=0",
            "gzip;q=x",
            "gzipped",
        ] {
            assert!(!takes_gzip(no), "{no}");
        }
    }

    #[test]
    fn only_whole_texts_that_may_be_kept_are_compressed() {
        let worth = |kind: &'static str, more: &[(&'static str, &'static str)]| {
            let mut headers = HeaderMap::new();
            headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
            for (name, value) in more {
                let name = actix_web::http::header::HeaderName::from_static(name);
                headers.insert(name, HeaderValue::from_static(value));
            }
            is_worth_it(StatusCode::OK, BodySize::Sized(5000), &headers)
        };

        assert!(worth("application/json", &[]) && worth("text/csv; charset=utf-8", &[]));
        assert!(worth("application/problem+json", &[]) && worth("image/svg+xml", &[]));
        assert!(!worth("text/event-stream", &[]) && !worth("image/webp", &[]));
        assert!(!worth("application/json", &[("content-encoding", "br")]));
        assert!(!worth("application/json", &[("cache-control", "no-store")]));
        let headers = {
            let mut headers = HeaderMap::new();
            headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
            headers
        };
        assert!(!is_worth_it(StatusCode::OK, BodySize::Sized(100), &headers));
        assert!(!is_worth_it(
            StatusCode::PARTIAL_CONTENT,
            BodySize::Stream,
            &headers
        ));
    }

    #[test]
    fn a_tag_goes_out_marked_and_comes_back_plain() {
        let mut headers = HeaderMap::new();
        headers.insert(ETAG, HeaderValue::from_static("\"7\""));
        mark_tag(&mut headers);
        assert_eq!(headers.get(ETAG).unwrap(), "\"7-gzip\"");

        headers.insert(IF_NONE_MATCH, HeaderValue::from_static("\"6\", \"7-gzip\""));
        headers.insert(IF_MATCH, HeaderValue::from_static("\"7-gzip\""));
        let asked = Asked::of(&mut headers);

        assert_eq!((asked.gzip, asked.has_gzip), (false, true));
        assert_eq!(headers.get(IF_NONE_MATCH).unwrap(), "\"6\", \"7\"");
        assert_eq!(headers.get(IF_MATCH).unwrap(), "\"7\"");
    }
}
