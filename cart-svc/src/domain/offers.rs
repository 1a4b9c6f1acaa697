//! What is known of the things in a cart.

use std::collections::HashMap;

use souk_mirror::Listing;
use uuid::Uuid;

/// Listings by variation, and whether they are of this moment.
#[derive(Debug, Clone, Default)]
pub struct Offers {
    listings: HashMap<Uuid, Listing>,
    is_live: bool,
}

impl Offers {
    /// What events have told.
    pub fn known(listings: HashMap<Uuid, Listing>) -> Self {
        Self {
            listings,
            is_live: false,
        }
    }

    /// What was just answered. A thing that is known but was not answered is not for sale any more.
    pub fn live(mut known: HashMap<Uuid, Listing>, answered: impl IntoIterator<Item = Listing>) -> Self {
        for listing in known.values_mut() {
            listing.sellable = false;
            listing.available = 0;
        }
        known.extend(
            answered
                .into_iter()
                .map(|listing| (listing.variation_id, listing)),
        );
        Self {
            listings: known,
            is_live: true,
        }
    }

    /// The listing of a variation.
    pub fn get(&self, variation_id: Uuid) -> Option<&Listing> {
        self.listings.get(&variation_id)
    }

    /// Whether they are of this moment, so that they may change a cart.
    pub fn is_live(&self) -> bool {
        self.is_live
    }
}
