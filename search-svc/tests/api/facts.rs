//! Builders of shops and products as events tell of them.

use std::collections::BTreeMap;

use chrono::Utc;
use search_svc::domain::{Document, ProductFacts, Rating, ShopFacts};
use souk_contracts::events::{
    ProductCategory, ProductRating, ProductSnapshot, ProductVariation, ShopSnapshot, ShopStatus,
};
use souk_contracts::{Currency, Money};
use uuid::Uuid;

/// An approved shop.
pub fn shop(name: &str) -> ShopSnapshot {
    ShopSnapshot {
        shop_id: Uuid::now_v7(),
        owner_id: Uuid::now_v7(),
        name: name.to_owned(),
        slug: name.to_lowercase().replace(' ', "-"),
        about: None,
        logo_url: None,
        is_verified: false,
        status: ShopStatus::Approved,
        reason: None,
    }
}

/// An active product of a shop with one variation, ten of it in stock.
pub fn product(shop: &ShopSnapshot, title: &str) -> ProductSnapshot {
    ProductSnapshot {
        product_id: Uuid::now_v7(),
        shop_id: shop.shop_id,
        owner_id: shop.owner_id,
        title: title.to_owned(),
        about: None,
        sku: format!("{}", Uuid::now_v7().simple()),
        category_ids: Vec::new(),
        categories: Vec::new(),
        attributes: BTreeMap::new(),
        is_active: true,
        on_sale: false,
        top_sale: false,
        top_popular: false,
        rating: ProductRating::default(),
        images: Vec::new(),
        created_at: Utc::now(),
        variations: vec![variation(1299, 10)],
    }
}

/// A way to buy a product.
pub fn variation(price: i64, available: i32) -> ProductVariation {
    ProductVariation {
        variation_id: Uuid::now_v7(),
        options: BTreeMap::new(),
        price: Money::new(price, Currency::AZN),
        original_price: None,
        available,
        stock_version: 1,
        images: Vec::new(),
    }
}

pub fn category(name: &str) -> ProductCategory {
    ProductCategory {
        id: Uuid::now_v7(),
        name: name.to_owned(),
        slug: name.to_lowercase(),
    }
}

pub fn options(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs
        .iter()
        .map(|(name, value)| (name.to_string(), value.to_string()))
        .collect()
}

/// What the index gets for a shop, if anything.
pub fn shop_document(shop: &ShopSnapshot) -> Option<Document> {
    ShopFacts {
        snapshot: shop.clone(),
        rating: Rating::default(),
    }
    .document()
}

/// What the index gets for a product, if anything.
pub fn product_document(shop: &ShopSnapshot, product: &ProductSnapshot) -> Option<Document> {
    let rating = Rating {
        average_x100: product.rating.average_x100,
        count: product.rating.count,
    };
    ProductFacts {
        snapshot: product.clone(),
        rating,
        shop: Some(shop.clone()),
        stock: BTreeMap::new(),
    }
    .document()
}
