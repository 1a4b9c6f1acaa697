//! A search for products and what it finds.

use std::collections::HashSet;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::card::Card;
use super::facets::Facets;
use super::filters::ProductFilters;
use super::query::TextQuery;

/// The order of hits.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Sort {
    /// The best fit first, the newest of equals; without words like [`Sort::Newest`].
    #[default]
    Relevance,
    /// The newest first.
    Newest,
    /// The cheapest first; what cannot be bought comes after what can.
    PriceUp,
    /// The dearest first; what cannot be bought comes after what can.
    PriceDown,
    /// The best rated first, the newest of equals.
    Rating,
}

/// Where a hit stands in its order. Hits of one order are compared by all of it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub enum Position {
    /// By relevance: the higher score first, then the later id.
    Score(f32, Uuid),
    /// By age: the later id first.
    Newest(Uuid),
    /// By price: what can be bought first, then the price in the order asked for, then the later id.
    Price {
        /// Whether nothing that fits can be bought.
        sold_out: bool,
        /// The price of the offer in minor units; `None` without variations, which comes last.
        amount: Option<i64>,
        /// The product.
        id: Uuid,
    },
    /// By rating: a hundred times the average, then the later id.
    Rating(i32, Uuid),
}

impl Position {
    /// Whether it belongs to this order.
    pub fn is_of(&self, sort: Sort) -> bool {
        match sort {
            Sort::Relevance => matches!(self, Self::Score(..)),
            Sort::Newest => matches!(self, Self::Newest(_)),
            Sort::PriceUp | Sort::PriceDown => matches!(self, Self::Price { .. }),
            Sort::Rating => matches!(self, Self::Rating(..)),
        }
    }
}

/// Which state of the index a search reads.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum SnapshotUse {
    /// The latest; nothing is kept.
    #[default]
    Latest,
    /// The latest, kept for the pages that follow.
    Open,
    /// One that was kept.
    Continue(String),
}

/// A search for products.
#[derive(Debug, Clone, Default)]
pub struct ProductSearch {
    /// The words that must be found; `None` for all products.
    pub text: Option<Arc<TextQuery>>,
    /// What hits must have.
    pub filters: ProductFilters,
    /// Shops that may not sell: none of their products is found or counted.
    pub hidden_shops: Arc<HashSet<Uuid>>,
    /// The order.
    pub sort: Sort,
    /// How many hits at most.
    pub limit: usize,
    /// The last hit of the page before.
    pub after: Option<Position>,
    /// Which state of the index is read.
    pub snapshot: SnapshotUse,
    /// Only the hits are of interest: total and facets may be left at zero.
    pub hits_only: bool,
}

/// A product that was found.
#[derive(Debug, Clone, PartialEq)]
pub struct ProductMatch {
    /// What it shows.
    pub card: Card,
    /// Where it stands.
    pub position: Position,
}

/// A page of products.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ProductPage {
    /// In order.
    pub hits: Vec<ProductMatch>,
    /// Whether there are more behind them.
    pub has_more: bool,
    /// How many products fit on all pages.
    pub total: u64,
    /// How many of them have which value.
    pub facets: Facets,
    /// The state of the index that was read, if it is kept.
    pub snapshot: Option<String>,
}

/// A search for shops.
#[derive(Debug, Clone, Default)]
pub struct ShopSearch {
    /// The words that must be found.
    pub text: Arc<TextQuery>,
    /// Shops that are not visible.
    pub hidden_shops: Arc<HashSet<Uuid>>,
    /// How many at most.
    pub limit: usize,
}
