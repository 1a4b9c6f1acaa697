//! Versions of things: `ETag`, `If-Match`, `If-None-Match`.

use std::fmt;
use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::http::{Method, header};
use actix_web::{FromRequest, HttpRequest, HttpResponse, Responder};
use serde::Serialize;

use crate::Problem;

/// A strong entity tag.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ETag(String);

impl ETag {
    /// The tag of a row's version.
    pub fn version(version: i64) -> Self {
        Self(version.to_string())
    }

    /// A tag from any text; what a tag may not hold is left out.
    pub fn new(text: impl AsRef<str>) -> Self {
        Self(
            text.as_ref()
                .chars()
                .filter(|c| c.is_ascii_graphic() && *c != '"')
                .collect(),
        )
    }
}

impl fmt::Display for ETag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{}\"", self.0)
    }
}

/// `If-Match` of a write, when the client sent one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct IfMatch(Option<String>);

impl IfMatch {
    /// Refuses with 412 when the client has seen another version.
    pub fn check(&self, present: &ETag) -> Result<(), Problem> {
        match &self.0 {
            Some(list) if !names(list, present, false) => Err(Problem::precondition_failed()),
            _ => Ok(()),
        }
    }

    /// Whether the client sent one at all.
    pub fn is_set(&self) -> bool {
        self.0.is_some()
    }

    /// The versions the client would accept; `None` for no condition or `*`.
    ///
    /// For writes that compare inside their transaction. A tag may say more after a hyphen, where a body changes
    /// while the version that writes are compared by does not.
    pub fn versions(&self) -> Option<Vec<i64>> {
        let list = self.0.as_deref().filter(|list| list.trim() != "*")?;
        Some(
            list.split(',')
                .filter_map(|tag| tag.trim().trim_matches('"').split('-').next()?.parse().ok())
                .collect(),
        )
    }
}

impl FromRequest for IfMatch {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Ok(Self(text(request, header::IF_MATCH))))
    }
}

/// A body with its `ETag`; a `GET` that already has it is answered 304.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tagged<T> {
    pub(crate) etag: ETag,
    pub(crate) body: T,
}

impl<T> Tagged<T> {
    /// A body and its tag.
    pub fn new(etag: ETag, body: T) -> Self {
        Self { etag, body }
    }
}

impl<T: Serialize> Responder for Tagged<T> {
    type Body = actix_web::body::BoxBody;

    fn respond_to(self, request: &HttpRequest) -> HttpResponse {
        let tag = (header::ETAG, self.etag.to_string());
        let seen = text(request, header::IF_NONE_MATCH).is_some_and(|list| names(&list, &self.etag, true));
        if seen && *request.method() == Method::GET {
            return HttpResponse::NotModified().insert_header(tag).finish();
        }
        HttpResponse::Ok().insert_header(tag).json(self.body)
    }
}

fn text(request: &HttpRequest, name: header::HeaderName) -> Option<String> {
    let values: Vec<&str> = request
        .headers()
        .get_all(name)
        .filter_map(|value| value.to_str().ok())
        .collect();
    if values.is_empty() {
        None
    } else {
        Some(values.join(","))
    }
}

/// `If-Match` compares strongly, so a weak tag never matches it; `If-None-Match` compares weakly.
fn names(list: &str, tag: &ETag, weakly: bool) -> bool {
    let tag = tag.to_string();
    list.split(',').map(str::trim).any(|named| {
        named == "*" || named == tag || (weakly && named.strip_prefix("W/").is_some_and(|weak| weak == tag))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stale_version_is_refused() {
        let check = |sent: Option<&str>| IfMatch(sent.map(str::to_owned)).check(&ETag::version(7)).is_ok();

        assert!(check(None) && check(Some("*")) && check(Some("\"7\"")) && check(Some("\"6\", \"7\"")));
        assert!(!check(Some("\"6\"")) && !check(Some("W/\"7\"")) && !check(Some("7")) && !check(Some("")));
    }

    #[test]
    fn versions_can_be_compared_in_a_transaction() {
        let versions = |sent: Option<&str>| IfMatch(sent.map(str::to_owned)).versions();

        assert_eq!(versions(Some("\"6\", \"7\"")), Some(vec![6, 7]));
        assert_eq!(versions(Some("\"7-12\", \"-3\"")), Some(vec![7]));
        assert_eq!(versions(Some("W/\"7\"")), Some(vec![]));
        assert_eq!((versions(Some("*")), versions(None)), (None, None));
    }
}
