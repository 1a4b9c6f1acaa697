mod catalogue;
mod shops;
mod users;

use chrono::Utc;
use souk_clients::product::VariationSnapshot;
use souk_contracts::Envelope;
use souk_contracts::events::{
    ProductRating, ProductSnapshot, ProductUpdated, ProductVariation, ShopApproved, ShopCreated, ShopDeleted,
    ShopReinstated, ShopSnapshot, ShopStatus, ShopSuspended, StockChanged,
};
use souk_mirror::OwnerRule;
use souk_outbox::Outcome;
use uuid::Uuid;
use wishlist_svc::Error;
use wishlist_svc::consumers::{OnProduct, OnShop, OnShopDeleted, OnStockChanged, settle};
use wishlist_svc::domain::{Subject, Wish};

use crate::app::TestApp;

const RULE: OwnerRule = OwnerRule::OwnersOnlySell;

pub fn shop(shop_id: Uuid, owner_id: Uuid, status: ShopStatus) -> ShopSnapshot {
    ShopSnapshot {
        shop_id,
        owner_id,
        name: "Lamps".into(),
        slug: "lamps".into(),
        about: None,
        logo_url: None,
        is_verified: false,
        status,
        reason: None,
    }
}

pub async fn created(app: &TestApp, shop_id: Uuid, owner_id: Uuid, version: i64) {
    let event = ShopCreated(shop(shop_id, owner_id, ShopStatus::Pending));
    app.tell(&OnShop::new(RULE), Envelope::new(event, Some(version)))
        .await;
}

pub async fn approve(app: &TestApp, shop_id: Uuid, owner_id: Uuid, version: i64) {
    approve_under(app, RULE, shop_id, owner_id, version).await;
}

pub async fn approve_under(app: &TestApp, rule: OwnerRule, shop_id: Uuid, owner_id: Uuid, version: i64) {
    let event = ShopApproved(shop(shop_id, owner_id, ShopStatus::Approved));
    app.tell(&OnShop::new(rule), Envelope::new(event, Some(version)))
        .await;
}

pub async fn suspend(app: &TestApp, shop_id: Uuid, owner_id: Uuid, version: i64) {
    let event = ShopSuspended(shop(shop_id, owner_id, ShopStatus::Suspended));
    app.tell(&OnShop::new(RULE), Envelope::new(event, Some(version)))
        .await;
}

pub async fn reinstate(app: &TestApp, shop_id: Uuid, owner_id: Uuid, version: i64) {
    let event = ShopReinstated(shop(shop_id, owner_id, ShopStatus::Approved));
    app.tell(&OnShop::new(RULE), Envelope::new(event, Some(version)))
        .await;
}

pub async fn close(app: &TestApp, shop_id: Uuid, owner_id: Uuid, version: i64) {
    let event = ShopDeleted { shop_id, owner_id };
    app.tell(&OnShopDeleted, Envelope::new(event, Some(version)))
        .await;
}

pub async fn tell_product(
    app: &TestApp,
    of: &VariationSnapshot,
    version: i64,
    change: impl FnOnce(&mut ProductSnapshot),
) {
    let variation = ProductVariation {
        variation_id: of.variation_id,
        options: of.options.clone(),
        price: of.price,
        original_price: None,
        available: of.available,
        stock_version: of.stock_version,
        images: Vec::new(),
    };
    let mut product = ProductSnapshot {
        product_id: of.product_id,
        shop_id: of.shop_id,
        owner_id: of.owner_id,
        title: of.title.clone(),
        about: None,
        sku: of.sku.clone(),
        category_ids: Vec::new(),
        categories: Vec::new(),
        attributes: Default::default(),
        is_active: true,
        on_sale: false,
        top_sale: false,
        top_popular: false,
        rating: ProductRating::default(),
        images: Vec::new(),
        created_at: Utc::now(),
        variations: vec![variation],
    };
    change(&mut product);
    app.tell(
        &OnProduct::new(),
        Envelope::new(ProductUpdated(product), Some(version)),
    )
    .await;
}

pub async fn tell_stock(app: &TestApp, of: &VariationSnapshot, available: i32, stock_version: i64) {
    app.tell(&OnStockChanged, stock(of, available, stock_version))
        .await;
}

pub fn stock(of: &VariationSnapshot, available: i32, stock_version: i64) -> Envelope<StockChanged> {
    let (variation_id, product_id, shop_id) = (of.variation_id, of.product_id, of.shop_id);
    let event = StockChanged {
        variation_id,
        product_id,
        shop_id,
        available,
        stock_version,
    };
    Envelope::new(event, None)
}

/// Writes so many wishes for shops into a wishlist that is there.
pub async fn fill(app: &TestApp, user_id: Uuid, wishes: usize) {
    let write = async |tx: &mut souk_db::Conn| {
        for _ in 0..wishes {
            let subject = Subject::Shop {
                shop_id: Uuid::now_v7(),
            };
            wishlist_svc::store::wishes::insert(tx, &Wish::make(user_id, subject, Utc::now())).await?;
        }
        Ok::<_, Error>(())
    };
    app.db.db().transaction(write).await.unwrap();
}

#[test]
fn an_event_without_its_version_is_parked() {
    assert_eq!(settle(&Error::Unversioned("shop.approved")), Outcome::Park);
}
