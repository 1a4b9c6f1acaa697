//! Add a product, with its first variations.

use std::collections::{BTreeMap, HashSet};

use chrono::{DateTime, Utc};
use souk_db::Conn;
use uuid::Uuid;

use super::tell;
use crate::domain::{
    Actor, CategoryId, Invalid, Listing, MAX_VARIATIONS, Offer, Options, Prices, Product, ProductId,
    ShopError, Stats, Stock, Variation, VariationError, VariationId, check_attributes, distinct, stored,
};
use crate::{Result, store};

/// What a new product brings.
#[derive(Debug, Clone)]
pub struct NewProduct {
    /// Title.
    pub title: String,
    /// What the shop says of it.
    pub about: Option<String>,
    /// The shop's own number for it.
    pub sku: String,
    /// The categories to put it in.
    pub category_ids: Vec<CategoryId>,
    /// Facts by name.
    pub attributes: BTreeMap<String, String>,
    /// The owner's switch.
    pub is_active: bool,
    /// What can be bought of it.
    pub variations: Vec<NewVariation>,
}

/// What a new variation brings.
#[derive(Debug, Clone)]
pub struct NewVariation {
    /// What tells it from the others.
    pub options: Options,
    /// What it costs.
    pub prices: Prices,
    /// How many there are.
    pub stock: i32,
    /// When the owner is told of low stock.
    pub low_stock_threshold: Option<i32>,
}

impl NewVariation {
    /// The variation of `product_id` that it becomes.
    pub(super) fn into_offer(self, product_id: ProductId, now: DateTime<Utc>) -> Offer {
        let id = VariationId(Uuid::now_v7());
        let Self {
            options,
            prices,
            stock,
            low_stock_threshold,
        } = self;
        let variation = Variation {
            id,
            product_id,
            options,
            prices,
            archived_at: None,
            created_at: now,
        };
        Offer {
            variation,
            stock: Stock::new(id, stock, low_stock_threshold),
        }
    }
}

/// Adds a product to the caller's approved shop.
///
/// # Errors
/// [`ShopError::NotApproved`] when no approved shop of the caller is known here, and what the product itself refuses.
pub async fn create_product(
    tx: &mut Conn,
    by: Actor,
    new: NewProduct,
    now: DateTime<Utc>,
) -> Result<Listing> {
    let shop = store::shops::find_selling(tx, by.user_id)
        .await?
        .ok_or(ShopError::NotApproved)?;
    check_attributes(&new.attributes)?;
    let category_ids = distinct(new.category_ids);
    store::categories::share_tree(tx).await?;
    check_categories(tx, &category_ids).await?;
    if new.variations.len() > MAX_VARIATIONS {
        return Err(VariationError::TooMany.into());
    }
    check_combinations(&new.variations)?;
    let id = ProductId(Uuid::now_v7());
    let product = Product {
        id,
        shop_id: shop.id,
        title: new.title,
        about: new.about,
        sku: new.sku,
        category_ids,
        attributes: new.attributes,
        is_active: new.is_active,
        archived_at: None,
        version: 1,
        created_at: stored(now),
        updated_at: stored(now),
    };
    let offers = new
        .variations
        .into_iter()
        .map(|variation| variation.into_offer(id, now))
        .collect();
    let listing = Listing {
        product,
        shop,
        stats: Stats::default(),
        offers,
    };
    store::products::insert(tx, &listing.product).await?;
    add_offers(tx, by, &listing.offers).await?;
    store::products::save(tx, &listing).await?;
    tell::product_created(tx, &listing).await?;
    Ok(listing)
}

/// Writes new variations with the stock they begin with.
pub(super) async fn add_offers(tx: &mut Conn, by: Actor, offers: &[Offer]) -> Result<()> {
    if offers.is_empty() {
        return Ok(());
    }
    let stocks: Vec<Stock> = offers.iter().map(|offer| offer.stock).collect();
    store::variations::insert(tx, offers).await?;
    store::stock::begin_ledger(tx, &stocks, by.user_id).await
}

/// Refuses ids that are no categories. The tree must be shared by then.
pub(super) async fn check_categories(tx: &mut Conn, ids: &[CategoryId]) -> Result<()> {
    if store::categories::known(tx, ids).await?.len() != ids.len() {
        return Err(Invalid::new("/category_ids", "unknown", "One of these is no category.").into());
    }
    Ok(())
}

/// Refuses two variations with one combination of options, and says which is the second.
fn check_combinations(variations: &[NewVariation]) -> Result<(), Invalid> {
    let mut seen = HashSet::new();
    match variations
        .iter()
        .position(|variation| !seen.insert(variation.options.key()))
    {
        Some(at) => {
            let detail = "Another variation of this product has these options.";
            Err(Invalid::new(format!("/variations/{at}/options"), "taken", detail))
        }
        None => Ok(()),
    }
}
