//! All that a service keeps of a user, a page at a time: `GET /internal/users/{user_id}/export`.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;
use validator::Validate;

use crate::{ClientError, MeshClient};

/// A page is larger than what is usually asked.
const PATIENCE: Duration = Duration::from_secs(5);

/// Where to go on.
#[derive(Debug, Clone, Default, Serialize, Deserialize, Validate)]
#[serde(deny_unknown_fields)]
pub struct ExportQuery {
    /// `next` of the page before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(length(max = 200))]
    pub after: Option<String>,
}

/// Rows of one kind.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ExportPage {
    /// What they are, such as `orders`; a kind's pages follow each other.
    pub kind: String,
    /// The rows.
    pub rows: Vec<Value>,
    /// Where the next page begins; `None` after the last one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// Asks one service for what it keeps of a user.
#[derive(Clone)]
pub struct ExportClient(MeshClient);

impl ExportClient {
    /// A client over `mesh`, which knows the address of the service.
    pub fn new(mesh: MeshClient) -> Self {
        Self(mesh.timeout(PATIENCE))
    }

    /// The page after `after`, or the first one.
    ///
    /// # Errors
    /// When the service is away.
    pub async fn page(&self, user_id: Uuid, after: Option<&str>) -> Result<ExportPage, ClientError> {
        let after = after.map(|after| format!("?after={after}")).unwrap_or_default();
        self.0
            .get(&format!("/internal/users/{user_id}/export{after}"))
            .await
    }
}
