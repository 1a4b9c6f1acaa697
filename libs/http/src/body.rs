//! JSON bodies, in and out.

use std::ops::Deref;

use actix_web::dev::Payload;
use actix_web::error::PayloadError;
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderMap};
use actix_web::{FromRequest, HttpRequest, HttpResponse, Responder, web};
use futures_util::StreamExt;
use futures_util::future::LocalBoxFuture;
use serde::Serialize;
use serde::de::{DeserializeOwned, IgnoredAny};
use validator::Validate;

use crate::strict::Strict;
use crate::{MAX_JSON, Problem, nul, reasons};

/// How much more of an oversized body is read and thrown away, so that the client sees the answer.
const MAX_DRAIN: usize = 768 * 1024;

/// A JSON body: read within [`MAX_JSON`], typed and validated, or written as the answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Json<T>(pub T);

impl<T> Json<T> {
    /// The body itself.
    pub fn into_inner(self) -> T {
        self.0
    }
}

impl<T> Deref for Json<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T: DeserializeOwned + Validate + 'static> FromRequest for Json<T> {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let acceptable = check_headers(request.headers());
        let payload = payload.take();
        Box::pin(async move {
            acceptable?;
            let bytes = read(payload).await?;
            decode(&bytes).map(Json)
        })
    }
}

impl<T: Serialize> Responder for Json<T> {
    type Body = actix_web::body::BoxBody;

    fn respond_to(self, _: &HttpRequest) -> HttpResponse {
        HttpResponse::Ok().json(self.0)
    }
}

/// A JSON body that may be left out altogether.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MaybeJson<T>(pub Option<T>);

impl<T: DeserializeOwned + Validate + 'static> FromRequest for MaybeJson<T> {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let acceptable = check_headers(request.headers());
        let payload = payload.take();
        Box::pin(async move {
            let bytes = read(payload).await?;
            if bytes.is_empty() {
                return Ok(Self(None));
            }
            acceptable?;
            decode(&bytes).map(|body| Self(Some(body)))
        })
    }
}

fn check_headers(headers: &HeaderMap) -> Result<(), Problem> {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let kind = text(header::CONTENT_TYPE).map(|kind| kind.split(';').next().unwrap_or(kind).trim());
    let json = |kind: &str| {
        let kind = kind.to_ascii_lowercase();
        kind == "application/json" || (kind.starts_with("application/") && kind.ends_with("+json"))
    };
    if kind.is_some_and(|kind| !json(kind)) {
        return Err(unsupported("The body must be application/json."));
    }
    check_encoding(headers)
}

pub(crate) fn check_encoding(headers: &HeaderMap) -> Result<(), Problem> {
    let coding = headers
        .get(header::CONTENT_ENCODING)
        .map(|value| value.as_bytes());
    if coding.is_some_and(|coding| !coding.eq_ignore_ascii_case(b"identity")) {
        return Err(unsupported("The body must not be compressed."));
    }
    Ok(())
}

fn unsupported(detail: &str) -> Problem {
    Problem::new(
        StatusCode::UNSUPPORTED_MEDIA_TYPE,
        "unsupported-media-type",
        "Unsupported media type",
    )
    .detail(detail)
}

pub(crate) fn too_large(detail: &str) -> Problem {
    Problem::new(
        StatusCode::PAYLOAD_TOO_LARGE,
        "body-too-large",
        "The body is too large",
    )
    .detail(detail)
}

fn malformed() -> Problem {
    Problem::bad_request("malformed-json", "Malformed JSON")
}

async fn read(payload: Payload) -> Result<web::BytesMut, Problem> {
    read_at_most(payload, MAX_JSON)
        .await
        .map_err(|_| malformed().detail("The body ended too early."))?
        .ok_or_else(|| too_large("JSON bodies may have at most 256 KiB."))
}

/// A body of at most `most` bytes; `None` when it is larger.
pub(crate) async fn read_at_most(
    mut payload: Payload,
    most: usize,
) -> Result<Option<web::BytesMut>, PayloadError> {
    let mut bytes = web::BytesMut::new();
    let mut seen = 0;
    while let Some(chunk) = payload.next().await {
        let chunk = chunk?;
        seen += chunk.len();
        if seen > most + MAX_DRAIN {
            break;
        }
        if seen <= most {
            bytes.extend_from_slice(&chunk);
        }
    }
    Ok((seen <= most).then_some(bytes))
}

fn decode<T: DeserializeOwned + Validate>(bytes: &[u8]) -> Result<T, Problem> {
    nul::refuse_in_json(bytes)?;
    let mut json = serde_json::Deserializer::from_slice(bytes);
    let value: T = match serde_path_to_error::deserialize(Strict(&mut json)) {
        Ok(value) => value,
        Err(error) => {
            // The reader stops at the first field that does not fit, which says nothing of what follows.
            check_syntax(bytes)?;
            return Err(reasons::from_serde(error.path(), &error.inner().to_string()));
        }
    };
    json.end().map_err(|error| broken(&error))?;
    value.validate().map_err(|errors| reasons::from_rules(&errors))?;
    Ok(value)
}

fn check_syntax(bytes: &[u8]) -> Result<(), Problem> {
    serde_json::from_slice::<IgnoredAny>(bytes)
        .map(drop)
        .map_err(|error| broken(&error))
}

fn broken(error: &serde_json::Error) -> Problem {
    malformed().detail(format!(
        "The text stops being JSON at line {}, column {}.",
        error.line(),
        error.column()
    ))
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;
    use uuid::Uuid;

    use super::*;

    #[derive(Debug, Deserialize, Serialize, Validate)]
    #[serde(deny_unknown_fields)]
    struct Line {
        id: Uuid,
        #[validate(range(min = 1, max = 999))]
        quantity: u32,
    }

    #[derive(Debug, Deserialize, Validate)]
    #[serde(deny_unknown_fields)]
    struct Order {
        #[validate(length(min = 1, max = 5))]
        note: String,
        #[validate(nested, length(max = 2))]
        lines: Vec<Line>,
    }

    fn errors(text: &str) -> Vec<(String, String)> {
        let problem = decode::<Order>(text.as_bytes()).unwrap_err();
        assert_eq!(problem.status(), 422, "{problem:?}");
        assert!(!format!("{problem:?}").contains("hunter2"), "{problem:?}");
        problem
            .to_body()
            .errors
            .into_iter()
            .map(|error| (error.pointer, error.code))
            .collect()
    }

    fn one(pointer: &str, code: &str) -> Vec<(String, String)> {
        vec![(pointer.to_owned(), code.to_owned())]
    }

    const ID: &str = "01937f1c-6a2b-7c44-9d0e-3a6f5c1b2e70";

    #[test]
    fn each_wrong_field_is_pointed_at() {
        assert_eq!(errors(r#"{"lines": []}"#), one("/note", "required"));
        assert_eq!(
            errors(r#"{"note": "a", "lines": [], "x/y": 1}"#),
            one("/x~1y", "unknown_field")
        );
        assert_eq!(errors(r#"{"note": 5, "lines": []}"#), one("/note", "wrong_type"));
        assert_eq!(
            errors(r#"{"note": "a", "lines": [{"id": "hunter2", "quantity": 1}]}"#),
            one("/lines/0/id", "wrong_format")
        );
        assert_eq!(
            errors(&format!(
                r#"{{"note": "a", "lines": [{{"id": "{ID}", "quantity": -1}}]}}"#
            )),
            one("/lines/0/quantity", "wrong_value")
        );
        assert_eq!(
            errors(&format!(r#"{{"note": "a", "lines": [{{"id": "{ID}"}}]}}"#)),
            one("/lines/0/quantity", "required")
        );
    }

    #[test]
    fn a_shape_that_the_schema_does_not_say_is_pointed_at() {
        let line = format!(r#"{{"id": "{ID}", "quantity": 1}}"#);
        for (text, pointer) in [
            (format!(r#"["a", [{line}]]"#), ""),
            ("5".to_owned(), ""),
            ("null".to_owned(), ""),
            (format!(r#"{{"note": "a", "lines": {line}}}"#), "/lines"),
            (
                format!(r#"{{"note": "a", "lines": [{line}, ["{ID}", 1]]}}"#),
                "/lines/1",
            ),
            (r#"{"note": {"a": null}, "lines": []}"#.to_owned(), "/note"),
            (r#"{"note": null, "lines": []}"#.to_owned(), "/note"),
        ] {
            assert_eq!(errors(&text), one(pointer, "wrong_type"), "{text}");
        }
    }

    #[derive(Debug, Deserialize, Validate)]
    struct Change {
        #[serde(rename = "status")]
        _status: Option<Status>,
    }

    #[derive(Debug, Deserialize)]
    enum Status {
        #[serde(rename = "shipped")]
        Shipped,
    }

    #[test]
    fn an_enum_is_its_text_only() {
        decode::<Change>(br#"{"status": "shipped"}"#).unwrap();
        decode::<Change>(br#"{"status": null}"#).unwrap();
        for status in [
            r#"{"shipped": null}"#,
            r#"{"other": "shipped"}"#,
            r#"["shipped"]"#,
            "0",
        ] {
            let text = format!(r#"{{"status": {status}}}"#);
            let error = decode::<Change>(text.as_bytes())
                .unwrap_err()
                .to_body()
                .errors
                .remove(0);
            assert_eq!(
                (error.pointer.as_str(), error.code.as_str(), error.detail.as_str()),
                ("/status", "wrong_type", "Expected a text."),
                "{status}"
            );
        }
    }

    #[test]
    fn every_broken_rule_is_told() {
        let text = format!(r#"{{"note": "hunter2", "lines": [{{"id": "{ID}", "quantity": 0}}]}}"#);

        let found = errors(&text);

        let expected = [one("/lines/0/quantity", "range"), one("/note", "length")].concat();
        assert_eq!(found, expected);
    }

    #[test]
    fn what_is_not_json_is_malformed() {
        for text in [
            "",
            "{",
            "{\"note\": }",
            "{\"unknown\": }",
            "{\"note\": \"a\", \"lines\": []} x",
            "\u{feff}{}",
        ] {
            let problem = decode::<Order>(text.as_bytes()).unwrap_err();
            assert_eq!(
                (problem.status().as_u16(), problem.slug()),
                (400, "malformed-json"),
                "{text}"
            );
        }
    }
}
