//! Facts of this service as events, and facts of events in the terms of this service.

use std::collections::{BTreeMap, BTreeSet};

use souk_contracts::events::{
    ProductCategory, ProductDeleted, ProductRating, ProductSnapshot, ProductVariation, ProductViewed,
    StockChanged, StockLow,
};

use crate::domain::{Category, CategoryId, Listing, Offer, Product, Shelved, ShopStatus, View};

impl From<&Offer> for ProductVariation {
    fn from(offer: &Offer) -> Self {
        let (variation, prices) = (&offer.variation, &offer.variation.prices);
        Self {
            variation_id: variation.id.0,
            options: variation.options.values().clone(),
            price: prices.money(prices.price),
            original_price: prices.original_price.map(|amount| prices.money(amount)),
            available: offer.stock.available,
            stock_version: offer.stock.version,
            images: Vec::new(),
        }
    }
}

impl From<&Category> for ProductCategory {
    fn from(category: &Category) -> Self {
        Self {
            id: category.id.0,
            name: category.name.clone(),
            slug: category.slug.clone(),
        }
    }
}

/// A product as its readers need it; `tree` holds its categories and all above them, and may hold others.
pub fn product_snapshot(listing: &Listing, tree: &BTreeMap<CategoryId, Category>) -> ProductSnapshot {
    let (product, stats) = (&listing.product, &listing.stats);
    let own = product.category_ids.iter().filter_map(|id| tree.get(id));
    let with_ancestors: BTreeSet<CategoryId> =
        own.flat_map(|category| category.path.iter().copied()).collect();
    ProductSnapshot {
        product_id: product.id.0,
        shop_id: product.shop_id.0,
        owner_id: listing.shop.owner_id.0,
        title: product.title.clone(),
        about: product.about.clone(),
        sku: product.sku.clone(),
        category_ids: product.category_ids.iter().map(|id| id.0).collect(),
        categories: with_ancestors
            .iter()
            .filter_map(|id| tree.get(id))
            .map(ProductCategory::from)
            .collect(),
        attributes: product.attributes.clone(),
        is_active: product.is_active,
        on_sale: listing.is_on_sale(),
        top_sale: stats.top_sale,
        top_popular: stats.top_popular,
        rating: ProductRating {
            average_x100: stats.rating_average_x100,
            count: stats.rating_count,
        },
        images: Vec::new(),
        created_at: product.created_at,
        variations: listing.offers.iter().map(ProductVariation::from).collect(),
    }
}

impl From<&Product> for ProductDeleted {
    fn from(product: &Product) -> Self {
        Self {
            product_id: product.id.0,
            shop_id: product.shop_id.0,
        }
    }
}

impl From<&Shelved> for StockChanged {
    fn from(item: &Shelved) -> Self {
        Self {
            variation_id: item.stock.variation_id.0,
            product_id: item.copy.product_id.0,
            shop_id: item.copy.shop_id.0,
            available: item.stock.available,
            stock_version: item.stock.version,
        }
    }
}

impl From<&Shelved> for StockLow {
    fn from(item: &Shelved) -> Self {
        Self {
            variation_id: item.stock.variation_id.0,
            product_id: item.copy.product_id.0,
            shop_id: item.copy.shop_id.0,
            available: item.stock.available,
            threshold: item.stock.low_stock_threshold.unwrap_or_default(),
        }
    }
}

impl From<View> for ProductViewed {
    fn from(view: View) -> Self {
        Self {
            product_id: view.product_id.0,
            shop_id: view.shop_id.0,
            visitor: view.visitor,
            user_id: view.user_id.map(|id| id.0),
        }
    }
}

impl From<souk_contracts::events::ShopStatus> for ShopStatus {
    fn from(status: souk_contracts::events::ShopStatus) -> Self {
        use souk_contracts::events::ShopStatus as Told;
        match status {
            Told::Pending => Self::Pending,
            Told::Approved => Self::Approved,
            Told::Rejected => Self::Rejected,
            Told::Suspended => Self::Suspended,
            Told::Closed => Self::Closed,
        }
    }
}
