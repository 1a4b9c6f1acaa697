//! `cart-svc.catalogue`: what a cart shows while product-svc cannot be asked.

use cart_svc::consumers::{OnProduct, OnProductDeleted, OnStockChanged};
use chrono::Utc;
use serde_json::{Value, json};
use souk_clients::product::VariationSnapshot;
use souk_contracts::Envelope;
use souk_contracts::events::{
    ProductDeleted, ProductRating, ProductSnapshot, ProductUpdated, ProductVariation, StockChanged,
};
use souk_testkit::Client;

use crate::app::{TestApp, add, azn, cart};

fn updated(
    of: &VariationSnapshot,
    version: i64,
    change: impl FnOnce(&mut ProductSnapshot),
) -> Envelope<ProductUpdated> {
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
    Envelope::new(ProductUpdated(product), Some(version))
}

fn stock(of: &VariationSnapshot, available: i32, stock_version: i64) -> Envelope<StockChanged> {
    let (variation_id, product_id, shop_id) = (of.variation_id, of.product_id, of.shop_id);
    Envelope::new(
        StockChanged {
            variation_id,
            product_id,
            shop_id,
            available,
            stock_version,
        },
        None,
    )
}

async fn stale_line(app: &TestApp, customer: &Client) -> Value {
    app.products.set_down(true);
    let cart = cart(customer).await;
    app.products.set_down(false);
    assert_eq!(cart["stale"], true);
    cart["lines"][0].clone()
}

#[actix_web::test]
async fn a_new_price_is_noticed_and_the_line_keeps_the_one_that_was_shown() {
    let app = TestApp::new().await;
    let customer = app.customer();
    let shoes = app.sells(1000, 10);
    add(&customer, shoes.variation_id, 2).await;
    let event = |version, price| {
        updated(&shoes, version, |product| {
            product.variations[0].price = azn(price)
        })
    };

    for (version, price) in [(3, 1300), (2, 1000), (3, 1300)] {
        app.tell(&OnProduct::new(), event(version, price)).await;
    }

    let line = stale_line(&app, &customer).await;
    assert_eq!(
        (&line["notice"], &line["unit_price"]),
        (&json!("price_changed"), &json!(azn(1000)))
    );
}

#[actix_web::test]
async fn stock_is_that_of_its_newest_version() {
    let app = TestApp::new().await;
    let customer = app.customer();
    let shoes = app.sells(1000, 10);
    add(&customer, shoes.variation_id, 2).await;

    for (available, version) in [(4, 5), (9, 3), (4, 5)] {
        app.tell(&OnStockChanged, stock(&shoes, available, version)).await;
    }
    // A product event may be newer than the product known and still carry older stock.
    app.tell(&OnProduct::new(), updated(&shoes, 7, |_| {})).await;

    let line = stale_line(&app, &customer).await;
    assert_eq!((&line["available"], &line["notice"]), (&json!(4), &json!(null)));
}

#[actix_web::test]
async fn of_stock_that_is_told_together_the_newest_counts() {
    let app = TestApp::new().await;
    let customer = app.customer();
    let (shoes, hat) = (app.sells(1000, 10), app.sells(1000, 10));
    add(&customer, shoes.variation_id, 2).await;
    add(&customer, hat.variation_id, 1).await;
    app.tell(&OnStockChanged, stock(&hat, 7, 6)).await;

    let told = [
        stock(&shoes, 6, 2),
        stock(&hat, 9, 5),
        stock(&shoes, 4, 5),
        stock(&shoes, 9, 3),
    ];
    app.db.tell_all(&OnStockChanged, told.to_vec()).await.unwrap();

    app.products.set_down(true);
    let lines = cart(&customer).await["lines"].clone();
    assert_eq!(
        (&lines[0]["available"], &lines[1]["available"]),
        (&json!(4), &json!(7))
    );
}

#[actix_web::test]
async fn stock_that_comes_before_its_product_is_kept() {
    let app = TestApp::new().await;
    let customer = app.customer();
    let shoes = app.sells(1000, 10);
    app.tell(&OnStockChanged, stock(&shoes, 3, 9)).await;
    add(&customer, shoes.variation_id, 2).await;

    assert_eq!(stale_line(&app, &customer).await["available"], 3);
}

#[actix_web::test]
async fn what_is_switched_off_or_deleted_is_unavailable_in_whatever_order() {
    let app = TestApp::new().await;
    let customer = app.customer();
    let shoes = app.sells(1000, 10);
    add(&customer, shoes.variation_id, 2).await;
    let off = |version| updated(&shoes, version, |product| product.is_active = false);
    let deleted = ProductDeleted {
        product_id: shoes.product_id,
        shop_id: shoes.shop_id,
    };

    app.tell(&OnProduct::new(), off(2)).await;
    let switched_off = stale_line(&app, &customer).await;
    app.tell(&OnProduct::new(), updated(&shoes, 3, |_| {})).await;
    let on_again = stale_line(&app, &customer).await;
    app.tell(&OnProductDeleted, Envelope::new(deleted, Some(5))).await;
    app.tell(&OnProduct::new(), updated(&shoes, 4, |_| {})).await;
    let gone = stale_line(&app, &customer).await;

    assert_eq!(
        (&switched_off["notice"], &on_again["notice"]),
        (&json!("unavailable"), &json!(null))
    );
    assert_eq!(
        (&gone["notice"], &gone["title"]),
        (&json!("unavailable"), &json!("Blue suede shoes"))
    );
}

#[actix_web::test]
async fn a_variation_that_its_product_has_no_more_is_unavailable() {
    let app = TestApp::new().await;
    let customer = app.customer();
    let shoes = app.sells(1000, 10);
    add(&customer, shoes.variation_id, 2).await;

    app.tell(
        &OnProduct::new(),
        updated(&shoes, 2, |product| product.variations.clear()),
    )
    .await;

    assert_eq!(stale_line(&app, &customer).await["notice"], "unavailable");
}
