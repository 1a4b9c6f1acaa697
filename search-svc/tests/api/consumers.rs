//! Events in whatever order and number end in the same state.

use search_svc::Error;
use search_svc::consumers::{
    OnProductCreated, OnProductDeleted, OnProductUpdated, OnRatingUpdated, OnShopApproved, OnShopDeleted,
    OnShopReinstated, OnShopRejected, OnShopSuspended, OnShopUpdated, OnStockChanged, settle,
};
use souk_contracts::Envelope;
use souk_contracts::events::{
    ProductCreated, ProductDeleted, ProductSnapshot, ProductUpdated, RatingKind, RatingUpdated, ShopApproved,
    ShopDeleted, ShopReinstated, ShopRejected, ShopSnapshot, ShopStatus, ShopSuspended, ShopUpdated,
    StockChanged,
};
use souk_outbox::Outcome;
use uuid::Uuid;

use crate::app::TestApp;
use crate::facts::{product, shop, variation};

const NONE: [&str; 0] = [];

fn standing(shop: &ShopSnapshot, status: ShopStatus) -> ShopSnapshot {
    ShopSnapshot {
        status,
        ..shop.clone()
    }
}

fn titled(product: &ProductSnapshot, title: &str) -> ProductSnapshot {
    ProductSnapshot {
        title: title.into(),
        ..product.clone()
    }
}

fn stock(product: &ProductSnapshot, at: usize, available: i32, version: i64) -> StockChanged {
    StockChanged {
        variation_id: product.variations[at].variation_id,
        product_id: product.product_id,
        shop_id: product.shop_id,
        available,
        stock_version: version,
    }
}

async fn is_available(app: &TestApp, q: &str) -> bool {
    app.indexed().await;
    app.search(&format!("q={q}")).await.body["products"][0]["available"]
        .as_bool()
        .unwrap()
}

#[actix_web::test]
async fn an_approved_shop_and_its_product_are_found() {
    let app = TestApp::new().await;
    let shop = app.shop("Hat House").await;
    app.product(&shop, "Straw hat").await;

    assert_eq!(app.shops("hat").await, ["Hat House"]);
    assert_eq!(app.titles("hat").await, ["Straw hat"]);
}

#[actix_web::test]
async fn the_same_event_twice_changes_nothing() {
    let app = TestApp::new().await;
    let shop = app.shop("Hat House").await;
    let product = app.product(&shop, "Straw hat").await;
    app.indexed().await;

    app.told(OnShopApproved, ShopApproved(shop.clone()), 1).await;
    app.told(OnProductCreated, ProductCreated(product.clone()), 1)
        .await;
    app.told(OnStockChanged, stock(&product, 0, 10, 1), 1).await;

    assert_eq!(app.waiting().await, 0);
    assert_eq!(app.titles("hat").await, ["Straw hat"]);
}

#[actix_web::test]
async fn an_older_event_is_ignored() {
    let app = TestApp::new().await;
    let shop = app.shop("Hat House").await;
    let product = product(&shop, "Old hat");
    app.told(OnProductUpdated, ProductUpdated(titled(&product, "New hat")), 5)
        .await;

    app.told(OnProductCreated, ProductCreated(product.clone()), 1)
        .await;
    app.told(
        OnShopUpdated,
        ShopUpdated(ShopSnapshot {
            name: "Newer House".into(),
            ..shop.clone()
        }),
        7,
    )
    .await;
    app.told(
        OnShopUpdated,
        ShopUpdated(ShopSnapshot {
            name: "Older House".into(),
            ..shop
        }),
        6,
    )
    .await;

    assert_eq!(app.titles("hat").await, ["New hat"]);
    assert_eq!(app.shops("house").await, ["Newer House"]);
}

#[actix_web::test]
async fn a_product_waits_for_its_shop() {
    let app = TestApp::new().await;
    let shop = shop("Hat House");
    app.product(&shop, "Straw hat").await;
    assert_eq!(app.titles("hat").await, NONE);

    app.told(OnShopApproved, ShopApproved(shop), 1).await;

    assert_eq!(app.titles("hat").await, ["Straw hat"]);
}

#[actix_web::test]
async fn what_was_deleted_does_not_come_back() {
    let app = TestApp::new().await;
    let shop = shop("Hat House");
    let product = product(&shop, "Straw hat");
    let gone = ProductDeleted {
        product_id: product.product_id,
        shop_id: shop.shop_id,
    };

    app.told(OnProductDeleted, gone, 2).await;
    app.told(OnShopApproved, ShopApproved(shop.clone()), 1).await;
    app.told(OnProductCreated, ProductCreated(product), 1).await;
    assert_eq!(app.titles("hat").await, NONE);

    app.told(
        OnShopDeleted,
        ShopDeleted {
            shop_id: shop.shop_id,
            owner_id: shop.owner_id,
        },
        3,
    )
    .await;
    app.told(OnShopUpdated, ShopUpdated(shop), 2).await;
    assert_eq!(app.shops("hat").await, NONE);
}

#[actix_web::test]
async fn a_shop_that_may_not_sell_is_hidden_with_its_products_and_comes_back() {
    let app = TestApp::new().await;
    let shop = app.shop("Hat House").await;
    app.product(&shop, "Straw hat").await;
    app.product(&shop, "Felt hat").await;
    assert_eq!(app.titles("hat").await.len(), 2);

    app.told(
        OnShopSuspended,
        ShopSuspended(standing(&shop, ShopStatus::Suspended)),
        2,
    )
    .await;
    assert_eq!(
        (app.titles("hat").await.len(), app.shops("hat").await.len()),
        (0, 0)
    );

    app.told(
        OnShopReinstated,
        ShopReinstated(standing(&shop, ShopStatus::Approved)),
        3,
    )
    .await;
    assert_eq!(
        (app.titles("hat").await.len(), app.shops("hat").await.len()),
        (2, 1)
    );

    app.told(
        OnShopRejected,
        ShopRejected(standing(&shop, ShopStatus::Rejected)),
        4,
    )
    .await;
    assert_eq!(
        (app.titles("hat").await.len(), app.shops("hat").await.len()),
        (0, 0)
    );
}

#[actix_web::test]
async fn a_product_that_is_switched_off_is_hidden_and_comes_back() {
    let app = TestApp::new().await;
    let shop = app.shop("Hat House").await;
    let product = app.product(&shop, "Straw hat").await;
    let off = ProductSnapshot {
        is_active: false,
        ..product.clone()
    };

    app.told(OnProductUpdated, ProductUpdated(off), 2).await;
    assert_eq!(app.titles("hat").await, NONE);

    app.told(OnProductUpdated, ProductUpdated(product.clone()), 3)
        .await;
    assert_eq!(app.titles("hat").await, ["Straw hat"]);

    let gone = ProductDeleted {
        product_id: product.product_id,
        shop_id: shop.shop_id,
    };
    app.told(OnProductDeleted, gone, 4).await;
    assert_eq!(app.titles("hat").await, NONE);
}

#[actix_web::test]
async fn products_are_found_by_the_new_name_of_their_shop() {
    let app = TestApp::new().await;
    let shop = app.shop("Hat House").await;
    app.product(&shop, "Straw").await;
    assert_eq!(app.titles("house").await, ["Straw"]);

    app.told(
        OnShopUpdated,
        ShopUpdated(ShopSnapshot {
            name: "Cap Castle".into(),
            ..shop
        }),
        2,
    )
    .await;

    assert_eq!(app.titles("house").await, NONE);
    assert_eq!(app.titles("castle").await, ["Straw"]);
}

#[actix_web::test]
async fn stock_counts_by_its_own_version() {
    let app = TestApp::new().await;
    let shop = app.shop("Hat House").await;
    let product = app.product(&shop, "Straw hat").await;

    app.told(OnStockChanged, stock(&product, 0, 0, 3), 3).await;
    assert!(!is_available(&app, "hat").await);

    app.told(OnStockChanged, stock(&product, 0, 5, 2), 2).await;
    app.told(OnProductUpdated, ProductUpdated(product.clone()), 9)
        .await;
    assert!(!is_available(&app, "hat").await);

    app.told(OnStockChanged, stock(&product, 0, 1, 4), 4).await;
    assert!(is_available(&app, "hat").await);
}

#[actix_web::test]
async fn an_old_product_event_may_carry_the_newest_stock() {
    let app = TestApp::new().await;
    let shop = app.shop("Hat House").await;
    let mut product = app.product(&shop, "Straw hat").await;
    app.told(OnProductUpdated, ProductUpdated(product.clone()), 9)
        .await;

    product.variations[0].available = 0;
    product.variations[0].stock_version = 8;
    app.told(OnProductUpdated, ProductUpdated(product), 5).await;

    assert!(!is_available(&app, "hat").await);
}

#[actix_web::test]
async fn stock_that_comes_before_its_product_counts() {
    let app = TestApp::new().await;
    let shop = app.shop("Hat House").await;
    let product = product(&shop, "Straw hat");

    app.told(OnStockChanged, stock(&product, 0, 0, 7), 7).await;
    app.told(OnProductCreated, ProductCreated(product), 1).await;

    assert!(!is_available(&app, "hat").await);
}

#[actix_web::test]
async fn a_sale_that_leaves_some_costs_the_index_nothing() {
    let app = TestApp::new().await;
    let shop = app.shop("Hat House").await;
    let product = app.product(&shop, "Straw hat").await;
    app.indexed().await;

    app.told(OnStockChanged, stock(&product, 0, 4, 2), 2).await;
    assert_eq!(app.waiting().await, 0);
    app.told(OnStockChanged, stock(&product, 0, 0, 3), 3).await;
    assert_eq!(app.waiting().await, 1);
}

#[actix_web::test]
async fn of_stock_that_is_told_together_the_newest_counts() {
    let app = TestApp::new().await;
    let shop = app.shop("Hat House").await;
    let (straw, felt) = (
        app.product(&shop, "Straw").await,
        app.product(&shop, "Felt").await,
    );
    app.indexed().await;
    let told = |product, available, version| Envelope::new(stock(product, 0, available, version), None);

    // One runs out and comes back before anybody looks, one stays away.
    let events = vec![
        told(&straw, 0, 2),
        told(&felt, 0, 9),
        told(&straw, 3, 4),
        told(&felt, 5, 7),
    ];
    app.db.tell_all(&OnStockChanged, events).await.unwrap();

    assert_eq!(app.waiting().await, 1);
    assert!(is_available(&app, "straw").await);
    assert!(!is_available(&app, "felt").await);
}

#[actix_web::test]
async fn the_price_is_that_of_what_is_left() {
    let app = TestApp::new().await;
    let shop = app.shop("Hat House").await;
    let mut hat = product(&shop, "Straw hat");
    hat.variations = vec![variation(500, 3), variation(900, 3)];
    app.told(OnProductCreated, ProductCreated(hat.clone()), 1).await;

    app.told(OnStockChanged, stock(&hat, 0, 0, 2), 2).await;
    app.indexed().await;

    let found = app.search("q=hat").await;
    assert_eq!(found.body["products"][0]["price_from"]["amount"], 900);
}

#[actix_web::test]
async fn ratings_are_kept_by_version_whatever_comes_first() {
    let app = TestApp::new().await;
    let shop = app.shop("Hat House").await;
    let product = product(&shop, "Straw hat");
    let rating = |kind, id: Uuid, average_x100, count| RatingUpdated {
        kind,
        id,
        average_x100,
        count,
    };

    app.told(
        OnRatingUpdated,
        rating(RatingKind::Product, product.product_id, 450, 2),
        4,
    )
    .await;
    app.told(OnProductCreated, ProductCreated(product.clone()), 1)
        .await;
    app.told(
        OnRatingUpdated,
        rating(RatingKind::Product, product.product_id, 100, 1),
        3,
    )
    .await;
    app.told(OnRatingUpdated, rating(RatingKind::Shop, shop.shop_id, 380, 5), 2)
        .await;
    app.indexed().await;

    let found = app.search("q=hat").await.body;
    assert_eq!(
        found["products"][0]["rating"],
        serde_json::json!({"average": 4.5, "count": 2})
    );
    assert_eq!(
        found["shops"][0]["rating"],
        serde_json::json!({"average": 3.8, "count": 5})
    );
}

#[actix_web::test]
async fn a_rating_has_a_version_of_its_own_beside_that_of_its_thing() {
    let app = TestApp::new().await;
    let shop = app.shop("Hat House").await;
    let product = app.product(&shop, "Straw hat").await;
    let rating = |kind, id: Uuid| RatingUpdated {
        kind,
        id,
        average_x100: 450,
        count: 2,
    };
    app.told(OnProductUpdated, ProductUpdated(product.clone()), 9)
        .await;
    app.told(OnShopUpdated, ShopUpdated(shop.clone()), 9).await;

    app.told(
        OnRatingUpdated,
        rating(RatingKind::Product, product.product_id),
        1,
    )
    .await;
    app.told(OnRatingUpdated, rating(RatingKind::Shop, shop.shop_id), 1)
        .await;
    app.told(OnProductUpdated, ProductUpdated(product), 10).await;
    app.told(OnShopUpdated, ShopUpdated(shop), 10).await;
    app.indexed().await;

    let found = app.search("q=hat").await.body;
    let kept = serde_json::json!({"average": 4.5, "count": 2});
    assert_eq!(
        (&found["products"][0]["rating"], &found["shops"][0]["rating"]),
        (&kept, &kept)
    );
}

/// Earlier builds kept the version of the product as that of its rating.
#[actix_web::test]
async fn a_rating_is_kept_over_what_an_earlier_build_wrote() {
    let app = TestApp::new().await;
    let shop = app.shop("Hat House").await;
    let product = app.product(&shop, "Straw hat").await;
    app.db.run_sql("update products set rating_version = 9").await;

    let rating = RatingUpdated {
        kind: RatingKind::Product,
        id: product.product_id,
        average_x100: 450,
        count: 2,
    };
    app.told(OnRatingUpdated, rating, 1).await;
    app.indexed().await;

    let found = app.search("q=hat").await.body;
    assert_eq!(
        found["products"][0]["rating"],
        serde_json::json!({"average": 4.5, "count": 2})
    );
}

#[actix_web::test]
async fn an_event_without_its_version_is_parked() {
    assert_eq!(settle(&Error::Unversioned("product.created")), Outcome::Park);
}
