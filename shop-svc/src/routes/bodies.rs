//! Shapes that several resources share.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Deserializer, Serialize};
use souk_auth::Caller;
use souk_contracts::OpenEnum;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::domain::{Shop, ShopStatus, Viewer};

/// A shop.
#[derive(Debug, Serialize, ToSchema)]
pub struct ShopBody {
    /// Id.
    pub id: Uuid,
    /// Who owns it.
    pub owner_id: Uuid,
    /// Its name.
    #[schema(min_length = 3, max_length = 100, example = "Caspian Leather")]
    pub name: String,
    /// Its unique name in addresses; stays when the name changes.
    #[schema(example = "caspian-leather")]
    pub slug: String,
    /// What it says of itself.
    #[schema(required, max_length = 1000, example = "Bags and belts made in Baku.")]
    pub about: Option<String>,
    /// Where its logo is.
    #[schema(required)]
    pub logo_url: Option<String>,
    /// Where it stands.
    #[schema(value_type = ShopStatusBody)]
    pub status: OpenEnum<ShopStatus>,
    /// Why it was rejected or suspended.
    #[schema(required)]
    pub status_reason: Option<String>,
    /// Whether an admin vouches for it.
    pub is_verified: bool,
    /// What customers think of it.
    pub rating: RatingBody,
    /// When it was applied for.
    pub created_at: DateTime<Utc>,
    /// When it changed last.
    pub updated_at: DateTime<Utc>,
}

/// What customers think.
#[derive(Debug, Default, Serialize, ToSchema)]
pub struct RatingBody {
    /// From 1 to 5; null without reviews.
    #[schema(required, minimum = 1, maximum = 5)]
    pub average: Option<f64>,
    /// How many reviews count.
    #[schema(minimum = 0)]
    pub count: i64,
}

/// Where a shop stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ShopStatus)]
pub enum ShopStatusBody {
    /// Waits for an admin.
    Pending,
    /// Visible, and may sell.
    Approved,
    /// Refused; the owner may edit and apply again.
    Rejected,
    /// May not sell for now.
    Suspended,
    /// Gone for good.
    Closed,
}

impl From<ShopStatusBody> for ShopStatus {
    fn from(status: ShopStatusBody) -> Self {
        match status {
            ShopStatusBody::Pending => Self::Pending,
            ShopStatusBody::Approved => Self::Approved,
            ShopStatusBody::Rejected => Self::Rejected,
            ShopStatusBody::Suspended => Self::Suspended,
            ShopStatusBody::Closed => Self::Closed,
        }
    }
}

impl From<Shop> for ShopBody {
    fn from(shop: Shop) -> Self {
        Self {
            id: shop.id,
            owner_id: shop.owner_id,
            name: shop.name,
            slug: shop.slug,
            about: shop.about,
            logo_url: shop.logo_url,
            status: shop.status,
            status_reason: shop.status_reason,
            is_verified: shop.is_verified,
            rating: RatingBody::default(),
            created_at: shop.created_at,
            updated_at: shop.updated_at,
        }
    }
}

/// The caller, if any, as the rules know him.
pub fn viewer(caller: Option<&Caller>) -> Viewer {
    Viewer {
        user_id: caller.map(|caller| caller.user_id),
        is_admin: caller.is_some_and(Caller::is_admin),
    }
}

/// For a field of a merge patch that cannot be removed: absent leaves it, `null` is refused.
pub fn present<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}
