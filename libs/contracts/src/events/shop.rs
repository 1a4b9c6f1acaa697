//! `shop_events`: the life of a shop, its visits, and ratings of shops and products.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{Event, Exchange};

/// Where a shop stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ShopStatus {
    /// Waits for an admin.
    Pending,
    /// Visible, and may sell.
    Approved,
    /// Refused with a reason; the owner may edit and apply again.
    Rejected,
    /// Was approved, may not sell for now.
    Suspended,
    /// Gone for good.
    Closed,
}

/// A shop as its readers need it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ShopSnapshot {
    /// The shop.
    pub shop_id: Uuid,
    /// The account that owns it.
    pub owner_id: Uuid,
    /// Its name.
    pub name: String,
    /// Its unique name in addresses.
    pub slug: String,
    /// What it says of itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<String>,
    /// Its logo.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub logo_url: Option<String>,
    /// Whether an admin vouches for it.
    pub is_verified: bool,
    /// Where it stands.
    pub status: ShopStatus,
    /// Why it stands there, if a reason was given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

macro_rules! snapshot_events {
    ($($(#[$doc:meta])+ $event:ident)+) => {$(
        $(#[$doc])+
        #[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
        #[serde(transparent)]
        pub struct $event(pub ShopSnapshot);
    )+};
}

snapshot_events! {
    /// Somebody applied for a shop.
    ShopCreated
    /// An admin let it sell.
    ShopApproved
    /// An admin refused it.
    ShopRejected
    /// An admin stopped it.
    ShopSuspended
    /// An admin let it sell again.
    ShopReinstated
    /// Its profile, verification or application changed.
    ShopUpdated
}

/// A shop closed for good.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ShopDeleted {
    /// The shop.
    pub shop_id: Uuid,
    /// The account that owned it.
    pub owner_id: Uuid,
}

/// A visitor read a shop's page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ShopViewed {
    /// The shop.
    pub shop_id: Uuid,
    /// A pseudonym of the visitor.
    pub visitor: String,
    /// The account, when logged in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_id: Option<Uuid>,
}

/// What a rating is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RatingKind {
    /// A shop, told by shop-svc.
    Shop,
    /// A product, told by product-svc.
    Product,
}

/// The average rating of a shop or product changed. `aggregateversion` counts the changes of this rating alone, apart from
/// the version of its shop or product.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RatingUpdated {
    /// What `id` is.
    pub kind: RatingKind,
    /// The shop or product.
    pub id: Uuid,
    /// A hundred times the average, 0 without reviews.
    pub average_x100: i32,
    /// How many reviews count.
    pub count: i64,
}

// By hand, because two services publish it.
impl Event for RatingUpdated {
    const TYPE: &'static str = "rating.updated";
    const EXCHANGE: Exchange = Exchange::Shop;
    const VERSION: u32 = 1;
    const SOURCE: &'static str = "/shop-svc";

    fn subject(&self) -> String {
        self.id.to_string()
    }

    fn source(&self) -> &'static str {
        match self.kind {
            RatingKind::Shop => Self::SOURCE,
            RatingKind::Product => "/product-svc",
        }
    }
}
