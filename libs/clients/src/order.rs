//! order-svc: what became of a reservation of stock.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::account::{self, Closing};
use crate::{ClientError, MeshClient};

/// What a reservation came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// An order used it: its stock is sold.
    Ordered,
    /// No order uses it, and none ever will.
    Abandoned,
}

/// The answer to `POST /internal/reservations/{reservation_id}/verdict`. It never changes once it was given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct VerdictAnswer {
    /// What it came to.
    pub verdict: Verdict,
    /// The order, when there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order_id: Option<Uuid>,
}

/// Calls order-svc.
#[derive(Clone)]
pub struct OrderClient(MeshClient);

impl OrderClient {
    /// A client over `mesh`, which knows the address of order-svc.
    pub fn new(mesh: MeshClient) -> Self {
        Self(mesh)
    }

    /// Asks what became of a reservation that has outlived its time. Where nothing was decided yet, asking
    /// decides: it is abandoned, and an order that comes later fails.
    ///
    /// # Errors
    /// When order-svc is away; then nothing may be concluded.
    pub async fn verdict(&self, reservation_id: Uuid) -> Result<VerdictAnswer, ClientError> {
        self.0
            .post(&format!("/internal/reservations/{reservation_id}/verdict"), &())
            .await
    }

    /// Closes an account before it is erased; see [`crate::account`].
    ///
    /// # Errors
    /// When order-svc is away: then it may be closed or not.
    pub async fn close_account(&self, user_id: Uuid, attempt: i64) -> Result<Closing, ClientError> {
        account::close(&self.0, user_id, attempt).await
    }

    /// Takes back that an account was closed; twice is once.
    ///
    /// # Errors
    /// When order-svc is away.
    pub async fn reopen_account(&self, user_id: Uuid, attempt: i64) -> Result<(), ClientError> {
        account::reopen(&self.0, user_id, attempt).await
    }
}
