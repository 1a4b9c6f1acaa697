//! A small client: sends JSON, and reads answers as what they are expected to be.

use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use reqwest::{Method, RequestBuilder};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// Somebody who sends requests to one address.
#[derive(Clone)]
pub struct Client {
    http: reqwest::Client,
    base: String,
    headers: HeaderMap,
}

/// What came back.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The question, for messages.
    pub request: String,
    pub status: u16,
    pub headers: HeaderMap,
    pub text: String,
}

impl Client {
    /// A client for the addresses under `base`.
    pub fn new(http: reqwest::Client, base: impl Into<String>) -> Self {
        Self {
            http,
            base: base.into(),
            headers: HeaderMap::new(),
        }
    }

    /// The same client with one more header.
    #[must_use]
    pub fn with(&self, name: &str, value: &str) -> Self {
        let mut client = self.clone();
        let name = HeaderName::from_bytes(name.as_bytes()).unwrap();
        client.headers.insert(name, HeaderValue::from_str(value).unwrap());
        client
    }

    /// The same client with an access token.
    #[must_use]
    pub fn bearer(&self, token: &str) -> Self {
        self.with("authorization", &format!("Bearer {token}"))
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, None::<()>).await
    }

    pub async fn post(&self, path: &str, body: impl Serialize) -> Answer {
        self.send(Method::POST, path, Some(body)).await
    }

    pub async fn patch(&self, path: &str, body: impl Serialize) -> Answer {
        self.send(Method::PATCH, path, Some(body)).await
    }

    pub async fn delete(&self, path: &str) -> Answer {
        self.send(Method::DELETE, path, None::<()>).await
    }

    /// Sends a request that must be answered.
    pub async fn send(&self, method: Method, path: &str, body: Option<impl Serialize>) -> Answer {
        let answer = self.try_send(method.clone(), path, body).await;
        answer.unwrap_or_else(|error| panic!("{method} {path} was not answered: {error:?}"))
    }

    /// Sends a request that perhaps nobody answers.
    pub async fn try_send(
        &self,
        method: Method,
        path: &str,
        body: Option<impl Serialize>,
    ) -> Result<Answer, reqwest::Error> {
        let request = self.request(method.clone(), path);
        let request = match body {
            Some(body) => request.json(&body),
            None => request,
        };
        read(format!("{method} {path}"), request).await
    }

    /// Sends a picture.
    pub async fn put_bytes(&self, path: &str, bytes: &'static [u8]) -> Answer {
        let request = self.request(Method::PUT, path).body(bytes);
        read(format!("PUT {path}"), request).await.unwrap()
    }

    /// The bytes of a 200, such as those of an archive.
    pub async fn download(&self, path: &str) -> Vec<u8> {
        let response = self.request(Method::GET, path).send().await.unwrap();
        assert_eq!(response.status().as_u16(), 200, "GET {path}");
        response.bytes().await.unwrap().to_vec()
    }

    /// Sends a body as it is.
    pub async fn post_text(&self, path: &str, body: impl Into<String>) -> Answer {
        let request = self
            .request(Method::POST, path)
            .header("content-type", "application/json")
            .body(body.into());
        read(format!("POST {path}"), request).await.unwrap()
    }

    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.http
            .request(method, format!("{}{path}", self.base))
            .headers(self.headers.clone())
    }
}

async fn read(question: String, request: RequestBuilder) -> Result<Answer, reqwest::Error> {
    let response = request.send().await?;
    Ok(Answer {
        request: question,
        status: response.status().as_u16(),
        headers: response.headers().clone(),
        text: response.text().await?,
    })
}

impl Answer {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The body, if the answer has this status and the body this shape.
    pub fn try_read<T: DeserializeOwned>(&self, status: u16) -> Result<T, String> {
        if self.status != status {
            return Err(format!(
                "{}: expected {status}, got {} {}",
                self.request, self.status, self.text
            ));
        }
        serde_json::from_str(&self.text)
            .map_err(|error| format!("{}: {error} in {}", self.request, self.text))
    }

    /// The body of a 200.
    #[track_caller]
    pub fn ok<T: DeserializeOwned>(&self) -> T {
        self.try_read(200).unwrap_or_else(|reason| panic!("{reason}"))
    }

    /// The body of a 201, which says where the new thing is.
    #[track_caller]
    pub fn created<T: DeserializeOwned>(&self) -> T {
        let body = self.try_read(201).unwrap_or_else(|reason| panic!("{reason}"));
        let location = self.header("location").unwrap_or_default();
        assert!(
            location.starts_with("/api/v1/"),
            "{}: Location {location:?}",
            self.request
        );
        body
    }

    /// Nothing to be said.
    #[track_caller]
    pub fn no_content(&self) {
        assert_eq!((self.status, self.text.as_str()), (204, ""), "{}", self.request);
    }

    /// The stable end of a problem's `type`.
    pub fn slug(&self) -> String {
        let body: Value = serde_json::from_str(&self.text).unwrap_or_default();
        let kind = body["type"].as_str().unwrap_or_default();
        kind.strip_prefix("https://souk.dev/problems/")
            .unwrap_or(kind)
            .to_owned()
    }

    /// A whole problem with this status and slug.
    #[track_caller]
    pub fn refused(&self, status: u16, slug: &str) -> Value {
        let told = format!("{}: {} {}", self.request, self.status, self.text);
        assert_eq!((self.status, self.slug().as_str()), (status, slug), "{told}");
        assert_eq!(
            self.header("content-type"),
            Some("application/problem+json"),
            "{told}"
        );
        let body: Value = serde_json::from_str(&self.text).unwrap();
        assert_eq!(body["status"], status, "{told}");
        assert!(
            body["title"].as_str().is_some_and(|title| !title.is_empty()),
            "{told}"
        );
        assert!(
            body["instance"].as_str().is_some_and(|id| !id.is_empty()),
            "{told}"
        );
        body
    }

    /// A 422 that points at this field.
    #[track_caller]
    pub fn refused_field(&self, pointer: &str) {
        let body = self.refused(422, "validation-failed");
        let errors = body["errors"].as_array().cloned().unwrap_or_default();
        assert!(
            errors.iter().any(|error| error["pointer"] == pointer),
            "{}: {pointer} is not in {errors:?}",
            self.request
        );
    }
}
