//! shop-svc: shops, their status and their owners.

use serde::{Deserialize, Serialize};
use souk_contracts::events::ShopStatus;
use uuid::Uuid;

use crate::account::{self, Closing};
use crate::snapshots::{self, ShopSnapshotAnswer, ShopSnapshotPage};
use crate::{ClientError, MeshClient};

/// A shop as it stands at this moment, in whatever status.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShopRecord {
    /// Id.
    pub id: Uuid,
    /// Who owns it.
    pub owner_id: Uuid,
    /// Its name.
    pub name: String,
    /// Its unique name in addresses.
    pub slug: String,
    /// Its logo.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub logo_url: Option<String>,
    /// Whether an admin vouches for it.
    pub is_verified: bool,
    /// Where it stands.
    pub status: ShopStatus,
    /// Counts up with each change, as in its events.
    pub version: i64,
}

impl ShopRecord {
    /// Whether it is visible and may sell.
    pub fn is_approved(&self) -> bool {
        self.status == ShopStatus::Approved
    }
}

/// Calls shop-svc.
#[derive(Clone)]
pub struct ShopClient(MeshClient);

impl ShopClient {
    /// A client over `mesh`, which knows the address of shop-svc.
    pub fn new(mesh: MeshClient) -> Self {
        Self(mesh)
    }

    /// The shop with that id; `None` when there is none.
    ///
    /// # Errors
    /// When shop-svc is away.
    pub async fn shop(&self, id: Uuid) -> Result<Option<ShopRecord>, ClientError> {
        self.0.get(&format!("/internal/shops/{id}")).await
    }

    /// The open shop of a user; `None` when there is none.
    ///
    /// # Errors
    /// When shop-svc is away.
    pub async fn shop_of(&self, user_id: Uuid) -> Result<Option<ShopRecord>, ClientError> {
        self.0.get(&format!("/internal/shops/by-owner/{user_id}")).await
    }

    /// Up to `limit` shops of every status after an id, as their events carry them; see [`crate::snapshots`].
    ///
    /// # Errors
    /// When shop-svc is away.
    pub async fn snapshots(&self, after: Option<Uuid>, limit: u64) -> Result<ShopSnapshotPage, ClientError> {
        snapshots::page(&self.0, "/internal/shops", after, limit).await
    }

    /// These shops as their events carry them, at most [`MAX_SNAPSHOTS`](snapshots::MAX_SNAPSHOTS).
    ///
    /// # Errors
    /// When shop-svc is away.
    pub async fn snapshots_of(&self, ids: &[Uuid]) -> Result<ShopSnapshotAnswer, ClientError> {
        snapshots::look_up(&self.0, "/internal/shops/lookup", ids).await
    }

    /// Closes an account before it is erased; see [`crate::account`].
    ///
    /// # Errors
    /// When shop-svc is away: then it may be closed or not.
    pub async fn close_account(&self, user_id: Uuid, attempt: i64) -> Result<Closing, ClientError> {
        account::close(&self.0, user_id, attempt).await
    }

    /// Takes back that an account was closed; twice is once.
    ///
    /// # Errors
    /// When shop-svc is away.
    pub async fn reopen_account(&self, user_id: Uuid, attempt: i64) -> Result<(), ClientError> {
        account::reopen(&self.0, user_id, attempt).await
    }
}
