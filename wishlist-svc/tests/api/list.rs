//! `GET /wishlist` and `GET /wishlist/count`

use serde_json::json;
use souk_mirror::OwnerRule;
use uuid::Uuid;

use crate::app::{TestApp, WISHLIST, azn, items, wish_for};
use crate::consumers::{approve, reinstate, suspend, tell_product, tell_stock};

#[actix_web::test]
async fn a_wishlist_that_nobody_filled_is_empty() {
    let app = TestApp::new().await;
    let customer = app.customer();

    let list = customer.get(WISHLIST).await;
    let count = customer.get(&format!("{WISHLIST}/count")).await;

    assert_eq!(list.body, json!({ "items": [], "next_cursor": null }));
    assert_eq!(count.body, json!({ "count": 0 }));
}

#[actix_web::test]
async fn pages_stay_in_order_while_wishes_are_made() {
    let app = TestApp::new().await;
    let customer = app.customer();
    let mut ids = Vec::new();
    for _ in 0..5 {
        ids.push(wish_for(&customer, app.sells(1, 1).variation_id).await["id"].clone());
    }

    let first = customer.get(&format!("{WISHLIST}?limit=2")).await.body;
    wish_for(&customer, app.sells(1, 1).variation_id).await;
    let cursor = first["next_cursor"].as_str().unwrap();
    let rest = customer
        .get(&format!("{WISHLIST}?limit=3&cursor={cursor}"))
        .await
        .body;

    let shown = |page: &serde_json::Value| -> Vec<_> {
        page["items"]
            .as_array()
            .unwrap()
            .iter()
            .map(|item| item["id"].clone())
            .collect()
    };
    ids.reverse();
    assert_eq!(shown(&first), ids[..2]);
    assert_eq!(shown(&rest), ids[2..]);
    assert!(rest["next_cursor"].is_null());
}

#[actix_web::test]
async fn limits_and_cursors_are_checked() {
    let app = TestApp::new().await;
    let customer = app.customer();

    for query in ["limit=0", "limit=101", "limit=x", "cursor=foreign"] {
        let response = customer.get(&format!("{WISHLIST}?{query}")).await;
        assert_eq!(response.problem(), (422, "validation-failed"), "{query}");
    }
}

#[actix_web::test]
async fn prices_and_stock_are_those_of_the_newest_events() {
    let app = TestApp::new().await;
    let customer = app.customer();
    let shoes = app.sells(1299, 10);
    wish_for(&customer, shoes.variation_id).await;

    for (version, price) in [(3, 1100), (2, 900), (3, 1100)] {
        tell_product(&app, &shoes, version, |product| {
            product.variations[0].price = azn(price)
        })
        .await;
    }
    for (version, available) in [(5, 4), (4, 9)] {
        tell_stock(&app, &shoes, available, version).await;
    }

    let item = &items(&customer).await[0];
    assert_eq!(
        (&item["price"], &item["available"]),
        (&json!(azn(1100)), &json!(4))
    );
}

#[actix_web::test]
async fn what_belongs_to_a_suspended_shop_is_hidden_and_comes_back() {
    let app = TestApp::new().await;
    let customer = app.customer();
    let shoes = app.sells(1299, 10);
    approve(&app, shoes.shop_id, shoes.owner_id, 2).await;
    wish_for(&customer, shoes.variation_id).await;
    crate::app::wish(&customer, json!({ "shop_id": shoes.shop_id })).await;
    let before = items(&customer).await;

    suspend(&app, shoes.shop_id, shoes.owner_id, 3).await;
    let hidden = items(&customer).await;
    reinstate(&app, shoes.shop_id, shoes.owner_id, 4).await;

    assert_eq!((before.len(), hidden.len()), (2, 0));
    assert_eq!(items(&customer).await, before);
}

#[actix_web::test]
async fn what_is_switched_off_is_hidden_and_comes_back() {
    let app = TestApp::new().await;
    let customer = app.customer();
    let shoes = app.sells(1299, 10);
    wish_for(&customer, shoes.variation_id).await;

    tell_product(&app, &shoes, 2, |product| product.is_active = false).await;
    let hidden = items(&customer).await;
    tell_product(&app, &shoes, 3, |_| {}).await;

    assert_eq!((hidden.len(), items(&customer).await.len()), (0, 1));
}

#[actix_web::test]
async fn a_wishlist_is_its_customers_alone() {
    let app = TestApp::new().await;
    let customer = app.customer();
    wish_for(&customer, app.sells(1, 1).variation_id).await;

    for path in [WISHLIST.to_owned(), format!("{WISHLIST}/count")] {
        assert_eq!(
            app.server.anonymous().get(&path).await.problem(),
            (401, "authentication-required")
        );
        assert_eq!(
            customer.clone().unsigned().get(&path).await.problem(),
            (401, "mesh-signature")
        );
    }
    assert!(items(&app.customer()).await.is_empty());
}

#[actix_web::test]
async fn owners_who_may_buy_have_a_wishlist() {
    let app = TestApp::under(OwnerRule::OwnersMayBuy).await;
    let owner = app.customer();
    crate::consumers::approve_under(&app, OwnerRule::OwnersMayBuy, Uuid::now_v7(), owner.user_id(), 2).await;

    assert!(items(&owner).await.is_empty());
}
