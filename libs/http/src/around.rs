//! Something that stands around every request of a server.

use std::sync::Arc;

use actix_web::Error;
use actix_web::body::BoxBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use futures_util::future::LocalBoxFuture;

type Way = dyn Fn(ServiceRequest, Next<BoxBody>) -> LocalBoxFuture<'static, Result<ServiceResponse<BoxBody>, Error>>
    + Send
    + Sync;

/// Meets every request before it is routed, and its answer afterwards.
#[derive(Clone)]
pub struct Around(Arc<Way>);

impl Around {
    /// A way that goes on by calling `next`, or answers by itself.
    pub fn new<F>(way: F) -> Self
    where
        F: Fn(
                ServiceRequest,
                Next<BoxBody>,
            ) -> LocalBoxFuture<'static, Result<ServiceResponse<BoxBody>, Error>>
            + Send
            + Sync
            + 'static,
    {
        Self(Arc::new(way))
    }

    pub(crate) async fn go(
        &self,
        request: ServiceRequest,
        next: Next<BoxBody>,
    ) -> Result<ServiceResponse<BoxBody>, Error> {
        (self.0)(request, next).await
    }
}
