//! Responses that are kept and sent again as they were.

use actix_web::http::StatusCode;
use actix_web::http::header::{self, ContentType};
use actix_web::{HttpRequest, HttpResponse, Responder};
use serde::{Deserialize, Serialize};

use crate::{Created, ETag, Tagged};

/// A JSON response as it is sent: status, headers of its own, and the bytes of its body.
///
/// It is kept under an `Idempotency-Key` as JSON, so a later build sends a repeat the same bytes whatever has become of the
/// body's type. Members may be added that are absent in what was kept before, none may change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredResponse {
    status: u16,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    location: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    etag: Option<String>,
    /// JSON text.
    body: String,
}

impl StoredResponse {
    /// 200 with this body.
    ///
    /// # Errors
    /// When the body cannot be written as JSON.
    pub fn ok(body: &impl Serialize) -> serde_json::Result<Self> {
        Self::new(StatusCode::OK, body)
    }

    fn new(status: StatusCode, body: &impl Serialize) -> serde_json::Result<Self> {
        Ok(Self {
            status: status.as_u16(),
            location: None,
            etag: None,
            body: serde_json::to_string(body)?,
        })
    }

    fn tagged(mut self, etag: Option<&ETag>) -> Self {
        self.etag = etag.map(ToString::to_string);
        self
    }
}

impl<T: Serialize> Created<T> {
    /// The response in the form that can be kept.
    ///
    /// # Errors
    /// When the body cannot be written as JSON.
    pub fn stored(self) -> serde_json::Result<StoredResponse> {
        let mut response = StoredResponse::new(StatusCode::CREATED, &self.body)?.tagged(self.etag.as_ref());
        response.location = Some(self.location);
        Ok(response)
    }
}

impl<T: Serialize> Tagged<T> {
    /// The response in the form that can be kept.
    ///
    /// # Errors
    /// When the body cannot be written as JSON.
    pub fn stored(self) -> serde_json::Result<StoredResponse> {
        Ok(StoredResponse::ok(&self.body)?.tagged(Some(&self.etag)))
    }
}

impl Responder for StoredResponse {
    type Body = actix_web::body::BoxBody;

    fn respond_to(self, _: &HttpRequest) -> HttpResponse {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = HttpResponse::build(status);
        response.content_type(ContentType::json());
        if let Some(location) = self.location {
            response.insert_header((header::LOCATION, location));
        }
        if let Some(etag) = self.etag {
            response.insert_header((header::ETAG, etag));
        }
        response.body(self.body)
    }
}

#[cfg(test)]
mod tests {
    use actix_web::body::to_bytes;
    use actix_web::http::header::HeaderMap;
    use actix_web::test::TestRequest;
    use serde_json::{Value, json};

    use super::*;

    async fn sent(response: impl Responder) -> (u16, HeaderMap, Vec<u8>) {
        let response = response
            .respond_to(&TestRequest::post().to_http_request())
            .map_into_boxed_body();
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let Ok(body) = to_bytes(response.into_body()).await else {
            panic!("a body that ends");
        };
        (status, headers, body.to_vec())
    }

    fn kept(response: &StoredResponse) -> StoredResponse {
        let kept = serde_json::to_string(response).unwrap();
        serde_json::from_str(&kept).unwrap()
    }

    #[actix_web::test]
    async fn what_was_kept_is_sent_like_the_first_time() {
        let body = json!({"text": "\u{0}\"\\ \u{1f9e6}", "list": [1, {"z": null, "a": 0.5}]});
        let created = Created::at("/api/v1/shops/1", body.clone()).tagged(ETag::version(3));
        let tagged = Tagged::new(ETag::version(4), body.clone());

        for (first, again) in [
            (
                sent(created.clone()).await,
                sent(kept(&created.stored().unwrap())).await,
            ),
            (
                sent(Tagged::new(ETag::version(4), body)).await,
                sent(kept(&tagged.stored().unwrap())).await,
            ),
        ] {
            assert_eq!((first.0, first.2), (again.0, again.2));
            for name in [header::CONTENT_TYPE, header::LOCATION, header::ETAG] {
                assert_eq!(first.1.get(&name), again.1.get(&name), "{name}");
            }
        }
    }

    #[test]
    fn a_later_build_may_have_kept_more() {
        let kept = r#"{"status":201,"location":"/x","vary":"Accept","body":"{\"b\":1,  \"a\":2}"}"#;

        let response: StoredResponse = serde_json::from_str(kept).unwrap();

        assert_eq!(response.body, "{\"b\":1,  \"a\":2}");
        assert!(serde_json::from_str::<Value>(&response.body).is_ok());
    }
}
