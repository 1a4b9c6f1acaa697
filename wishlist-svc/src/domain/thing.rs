//! A thing that can be wished for.

use souk_mirror::Listing;
use uuid::Uuid;

use super::wish::{Subject, Wish, WishView};

/// A variation for sale or an approved shop.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Thing {
    /// A variation.
    Variation(Listing),
    /// A shop.
    Shop {
        /// The shop.
        shop_id: Uuid,
        /// Its name.
        name: String,
    },
}

impl Thing {
    /// What a wish for it is about.
    pub fn subject(&self) -> Subject {
        match self {
            Self::Variation(listing) => Subject::Variation {
                variation_id: listing.variation_id,
                product_id: listing.product_id,
                shop_id: listing.shop_id,
            },
            Self::Shop { shop_id, .. } => Subject::Shop { shop_id: *shop_id },
        }
    }

    /// A wish for it, as its customer sees it.
    pub fn show(&self, wish: Wish) -> WishView {
        match self {
            Self::Variation(listing) => WishView {
                wish,
                title: listing.title.clone(),
                options: listing.options.clone(),
                price: Some(listing.price),
                available: Some(listing.available),
            },
            Self::Shop { name, .. } => WishView {
                wish,
                title: name.clone(),
                options: Default::default(),
                price: None,
                available: None,
            },
        }
    }
}
