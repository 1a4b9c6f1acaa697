//! 201 answers.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, Responder};
use serde::Serialize;

use crate::ETag;

/// 201 with `Location`, and an `ETag` where the thing has one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Created<T> {
    pub(crate) location: String,
    pub(crate) etag: Option<ETag>,
    pub(crate) body: T,
}

impl<T> Created<T> {
    /// A thing that now stands at `location`, such as `/api/v1/shops/{id}`.
    pub fn at(location: impl Into<String>, body: T) -> Self {
        Self {
            location: location.into(),
            etag: None,
            body,
        }
    }

    /// Adds the thing's `ETag`.
    pub fn tagged(mut self, etag: ETag) -> Self {
        self.etag = Some(etag);
        self
    }
}

impl<T: Serialize> Responder for Created<T> {
    type Body = actix_web::body::BoxBody;

    fn respond_to(self, _: &HttpRequest) -> HttpResponse {
        let mut response = HttpResponse::Created();
        response.insert_header((header::LOCATION, self.location));
        if let Some(etag) = self.etag {
            response.insert_header((header::ETAG, etag.to_string()));
        }
        response.json(self.body)
    }
}
