//! Reading what a service publishes from the service itself, for a reader that fills its copy anew or compares it.
//!
//! Pages go through all things in the order of their ids, so a page stays as it is while things are added; what is added
//! behind `after` meanwhile comes as an event. Each item carries the snapshot and the version that its latest event
//! carries.
//!
//! A renamed category is in the snapshots of its products at once, and in their events, under the next version, a moment
//! later: of one version the names of categories may differ for that long.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use souk_contracts::events::{ProductSnapshot, ShopSnapshot};
use uuid::Uuid;
use validator::Validate;

use crate::{ClientError, MeshClient};

/// Most items of one page, and most ids of one lookup.
pub const MAX_SNAPSHOTS: u64 = 500;

/// `?after=&limit=` of a page.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, Validate)]
pub struct SnapshotPageQuery {
    /// `next` of the page before.
    pub after: Option<Uuid>,
    /// 1 to [`MAX_SNAPSHOTS`], which it is unless given.
    #[validate(range(min = 1, max = "MAX_SNAPSHOTS"))]
    pub limit: Option<u64>,
}

impl SnapshotPageQuery {
    /// How many items at most.
    pub fn limit(&self) -> i64 {
        let limit = self.limit.unwrap_or(MAX_SNAPSHOTS).min(MAX_SNAPSHOTS);
        i64::try_from(limit).unwrap_or(i64::MAX)
    }
}

/// Which things to look up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate)]
pub struct SnapshotLookup {
    /// At most [`MAX_SNAPSHOTS`].
    #[validate(length(max = "MAX_SNAPSHOTS"))]
    pub ids: Vec<Uuid>,
}

/// A product as its events carry it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct VersionedProduct {
    /// The `aggregateversion` of its latest event.
    pub version: i64,
    /// The snapshot, with the stock of its variations.
    pub product: ProductSnapshot,
}

/// A product that its owner deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeletedProduct {
    /// The product.
    pub product_id: Uuid,
    /// The shop that sold it.
    pub shop_id: Uuid,
    /// The `aggregateversion` of its `product.deleted`.
    pub version: i64,
}

/// `GET /internal/products`: products that were not deleted, hidden ones too.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ProductSnapshotPage {
    /// In the order of their ids.
    pub items: Vec<VersionedProduct>,
    /// Products of this page that the answering build cannot read, because a later one wrote them: a reader keeps what it
    /// has of them.
    #[serde(default)]
    pub unreadable: Vec<Uuid>,
    /// `after` of the next page; `null` on the last one.
    pub next: Option<Uuid>,
}

/// `POST /internal/products/lookup`: each id is in `items`, in `unreadable` or in `missing`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ProductSnapshotAnswer {
    /// Those that are there.
    pub items: Vec<VersionedProduct>,
    /// Those that the answering build cannot read.
    #[serde(default)]
    pub unreadable: Vec<Uuid>,
    /// Those that are not there, the deleted ones among them.
    pub missing: Vec<Uuid>,
    /// The deleted ones.
    pub gone: Vec<DeletedProduct>,
}

/// A shop as its events carry it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct VersionedShop {
    /// The `aggregateversion` of its latest event.
    pub version: i64,
    /// The snapshot.
    pub shop: ShopSnapshot,
}

/// A shop that is closed for good.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClosedShop {
    /// The shop.
    pub shop_id: Uuid,
    /// The `aggregateversion` of its `shop.deleted`.
    pub version: i64,
}

/// `GET /internal/shops`: shops of every status.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ShopSnapshotPage {
    /// Those that are not closed, in the order of their ids.
    pub items: Vec<VersionedShop>,
    /// The closed ones of this page, whose latest event has no snapshot. They count towards the limit.
    pub gone: Vec<ClosedShop>,
    /// `after` of the next page; `null` on the last one.
    pub next: Option<Uuid>,
}

/// `POST /internal/shops/lookup`: each id is in `items` or in `missing`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ShopSnapshotAnswer {
    /// Those that are not closed.
    pub items: Vec<VersionedShop>,
    /// Those that are not there, the closed ones among them.
    pub missing: Vec<Uuid>,
    /// The closed ones.
    pub gone: Vec<ClosedShop>,
}

pub(crate) async fn page<T: DeserializeOwned>(
    mesh: &MeshClient,
    path: &str,
    after: Option<Uuid>,
    limit: u64,
) -> Result<T, ClientError> {
    let after = after.map(|id| format!("&after={id}")).unwrap_or_default();
    mesh.get(&format!("{path}?limit={limit}{after}")).await
}

pub(crate) async fn look_up<T: DeserializeOwned>(
    mesh: &MeshClient,
    path: &str,
    ids: &[Uuid],
) -> Result<T, ClientError> {
    let wanted = SnapshotLookup { ids: ids.to_vec() };
    mesh.post(path, &wanted).await
}
