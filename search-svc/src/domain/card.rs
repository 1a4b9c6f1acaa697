//! What a hit shows: the raw data kept beside the words.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};
use souk_contracts::Money;
use uuid::Uuid;

/// What was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A shop.
    Shop,
    /// A product.
    Product,
}

impl Kind {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Shop, Self::Product];

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

/// Identifies a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Key {
    /// What it is.
    pub kind: Kind,
    /// The shop or product.
    pub id: Uuid,
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.kind, self.id)
    }
}

/// The average of the reviews, 0 of 0 without any.
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
    /// The description.
    pub about: String,
    /// A shop's unique name in addresses.
    pub slug: Option<String>,
    /// The main image, or the logo.
    pub image: Option<String>,
    /// The average of the reviews.
    pub rating: Rating,
    /// What can be bought of a product.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub variations: Vec<CardVariation>,
}

impl Card {
    /// Its place in the index.
    pub fn key(&self) -> Key {
        Key {
            kind: self.kind,
            id: self.id,
        }
    }
}

/// A variation as far as hits need it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CardVariation {
    /// The variation.
    pub id: Uuid,
    /// Its price.
    pub price: Money,
    /// Its price before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub original_price: Option<Money>,
    /// Whether it can be bought now.
    pub available: bool,
    /// Its options by name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub options: BTreeMap<String, String>,
}
