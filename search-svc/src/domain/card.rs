//! What a hit shows: the raw data kept beside the words.

use std::fmt;

use serde::{Deserialize, Serialize};
use souk_contracts::Money;
use uuid::Uuid;

/// What was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A shop.
    Shop,
    /// A product.
    Product,
}

impl Kind {
    /// Its name in the index and in the queue.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Shop => "shop",
            Self::Product => "product",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What customers think, without reviews 0 of 0.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rating {
    /// A hundred times the average.
    pub average_x100: i32,
    /// How many reviews count.
    pub count: i64,
}

/// A shop or product as a list of hits shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Card {
    /// What it is.
    pub kind: Kind,
    /// The shop or product.
    pub id: Uuid,
    /// The shop that sells the product; the shop itself for a shop.
    pub shop_id: Uuid,
    /// The shop's name.
    pub shop_name: String,
    /// A product's title, a shop's name.
    pub title: String,
    /// What is said of it.
    pub about: String,
    /// A shop's unique name in addresses.
    pub slug: Option<String>,
    /// The main image, or the logo.
    pub image: Option<String>,
    /// The lowest price among what can be bought, or among all if nothing can.
    pub price_from: Option<Money>,
    /// Whether anything of it can be bought now.
    pub available: bool,
    /// What customers think.
    pub rating: Rating,
}
