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

/// What the index gets for a shop.
pub fn shop_document(shop: &ShopSnapshot) -> Document {
    ShopFacts {
        snapshot: shop.clone(),
        rating: Rating::default(),
        version: 1,
    }
    .document()
}

/// What the index gets for an active product.
pub fn product_document(shop: &ShopSnapshot, product: &ProductSnapshot) -> Document {
    rated_document(shop, product, Rating::default())
}

/// What the index gets for an active product with reviews.
pub fn rated_document(shop: &ShopSnapshot, product: &ProductSnapshot, rating: Rating) -> Document {
    ProductFacts {
        snapshot: product.clone(),
        rating,
        shop_name: Some(shop.name.clone()),
        stock: BTreeMap::new(),
        version: 1,
    }
    .document()
    .expect("the product is active")
}

/// A rating of so many reviews.
pub fn rating(average_x100: i32, count: i64) -> Rating {
    Rating { average_x100, count }
}
