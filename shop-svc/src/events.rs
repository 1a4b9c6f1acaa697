//! Facts of this service as events.

use souk_contracts::events::{
    ShopApproved, ShopCreated, ShopDeleted, ShopReinstated, ShopRejected, ShopSnapshot, ShopStatus,
    ShopSuspended, ShopUpdated, ShopViewed,
};
use souk_outbox::Pending;

use crate::domain::{self, Action, Shop, View};

impl From<domain::ShopStatus> for ShopStatus {
    fn from(status: domain::ShopStatus) -> Self {
        match status {
            domain::ShopStatus::Pending => Self::Pending,
            domain::ShopStatus::Approved => Self::Approved,
            domain::ShopStatus::Rejected => Self::Rejected,
            domain::ShopStatus::Suspended => Self::Suspended,
            domain::ShopStatus::Closed => Self::Closed,
        }
    }
}

impl From<&Shop> for ShopSnapshot {
    fn from(shop: &Shop) -> Self {
        Self {
            shop_id: shop.id,
            owner_id: shop.owner_id,
            name: shop.name.clone(),
            slug: shop.slug.clone(),
            about: shop.about.clone(),
            logo_url: shop.logo_url.clone(),
            is_verified: shop.is_verified,
            status: shop.published_status().into(),
            reason: shop.status_reason.clone(),
        }
    }
}

/// The event of a step that led to `shop`.
pub fn stepped(action: Action, shop: &Shop) -> Pending {
    let (snapshot, version) = (ShopSnapshot::from(shop), Some(shop.version));
    match action {
        Action::Applied => Pending::new(ShopCreated(snapshot), version),
        Action::Approved => Pending::new(ShopApproved(snapshot), version),
        Action::Rejected => Pending::new(ShopRejected(snapshot), version),
        Action::Suspended => Pending::new(ShopSuspended(snapshot), version),
        Action::Reinstated => Pending::new(ShopReinstated(snapshot), version),
        Action::Resubmitted | Action::Verified => Pending::new(ShopUpdated(snapshot), version),
        Action::Closed => Pending::new(
            ShopDeleted {
                shop_id: shop.id,
                owner_id: shop.owner_id,
            },
            version,
        ),
    }
}

/// The event of a change of the shop's profile.
pub fn edited(shop: &Shop) -> Pending {
    Pending::new(ShopUpdated(shop.into()), Some(shop.version))
}

/// The event of a view that counts.
pub fn viewed(view: View) -> Pending {
    Pending::new(
        ShopViewed {
            shop_id: view.shop_id,
            visitor: view.visitor,
            user_id: view.user_id,
        },
        None,
    )
}
