//! A wish.

use std::collections::BTreeMap;

use chrono::{DateTime, SubsecRound, Utc};
use serde::{Deserialize, Serialize};
use souk_contracts::Money;
use uuid::Uuid;

/// What somebody wishes for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Subject {
    /// A variation of a product.
    Variation {
        /// The variation.
        variation_id: Uuid,
        /// Its product.
        product_id: Uuid,
        /// The shop that sells it.
        shop_id: Uuid,
    },
    /// A shop.
    Shop {
        /// The shop.
        shop_id: Uuid,
    },
}

/// A wish of a customer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wish {
    /// Id; later wishes have greater ones.
    pub id: Uuid,
    /// The customer.
    pub user_id: Uuid,
    /// What is wished for.
    pub subject: Subject,
    /// When it was wished for.
    pub created_at: DateTime<Utc>,
}

impl Wish {
    /// A wish made now.
    pub fn make(user_id: Uuid, subject: Subject, now: DateTime<Utc>) -> Self {
        // Postgres keeps microseconds: what is answered now and what is read later must be equal.
        Self {
            id: Uuid::now_v7(),
            user_id,
            subject,
            created_at: now.trunc_subsecs(6),
        }
    }
}

/// A wish with what is known of the thing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WishView {
    /// The wish.
    pub wish: Wish,
    /// Title of the product, or name of the shop.
    pub title: String,
    /// Name and value of each option of a variation.
    pub options: BTreeMap<String, String>,
    /// Price of a variation.
    pub price: Option<Money>,
    /// Pieces of a variation that can be bought.
    pub available: Option<i32>,
}
