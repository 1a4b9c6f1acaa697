//! What can go wrong on the way to the broker.

use std::time::Duration;

/// The bus's result.
pub type Result<T, E = BusError> = std::result::Result<T, E>;

/// The broker could not be reached, or did not do as asked; the cure is another session.
#[derive(Debug, thiserror::Error)]
pub enum BusError {
    /// The connection or channel failed.
    #[error("RabbitMQ: {0}")]
    Broker(#[from] lapin::Error),
    /// The broker did not answer in time.
    #[error("RabbitMQ did not answer within {}s", .0.as_secs())]
    Timeout(Duration),
    /// The broker took the consumer away, for instance because its queue was deleted.
    #[error("RabbitMQ cancelled the consumer of {0}")]
    Cancelled(String),
    /// The delivery cannot be answered any more: its channel has gone, or it was answered before.
    #[error("the delivery can no longer be acknowledged or rejected")]
    Unanswerable,
}

/// Waits no longer than `limit`.
pub(crate) async fn within<T>(
    limit: Duration,
    work: impl Future<Output = std::result::Result<T, lapin::Error>>,
) -> Result<T> {
    match tokio::time::timeout(limit, work).await {
        Ok(done) => Ok(done?),
        Err(_) => Err(BusError::Timeout(limit)),
    }
}
