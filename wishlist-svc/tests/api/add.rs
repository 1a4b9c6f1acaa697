//! `POST /wishlist/items`

use serde_json::json;
use souk_contracts::events::ShopStatus;
use souk_testkit::Repeat;
use uuid::Uuid;

use crate::app::{ITEMS, TestApp, azn, items, try_wish_for, url, wish_for};
use crate::consumers::{approve, created, suspend, tell_product};

#[actix_web::test]
async fn a_wish_for_a_product_made_a_moment_ago_asks_for_it() {
    let app = TestApp::new().await;
    let customer = app.customer();
    let shoes = app.sells(1299, 10);
    app.has_shop(shoes.shop_id, ShopStatus::Approved, 2);

    let response = try_wish_for(&customer, shoes.variation_id).await;

    assert_eq!(response.status, 201);
    assert_eq!(response.header("location"), Some(url(&response.body).as_str()));
    assert_eq!(
        (&response.body["variation_id"], &response.body["shop_id"]),
        (&json!(shoes.variation_id), &json!(null))
    );
    assert_eq!(
        (&response.body["product_id"], &response.body["title"]),
        (&json!(shoes.product_id), &json!("Blue suede shoes"))
    );
    assert_eq!(
        (&response.body["price"], &response.body["available"]),
        (&json!(azn(1299)), &json!(10))
    );
    assert_eq!(items(&customer).await, [response.body]);
}

#[actix_web::test]
async fn a_wish_is_told_as_an_event() {
    let app = TestApp::new().await;
    let customer = app.customer();
    let shoes = app.sells(1299, 10);

    let item = wish_for(&customer, shoes.variation_id).await;

    let told = app.db.published().await;
    assert_eq!(
        (told.len(), told[0].kind.as_str(), told[0].version),
        (1, "wishlist.created", Some(1))
    );
    let data = json!({
        "wishlist_item_id": item["id"], "user_id": customer.user_id(),
        "variation_id": shoes.variation_id, "product_id": shoes.product_id,
    });
    assert_eq!(told[0].data, data);
}

#[actix_web::test]
async fn what_events_have_told_of_is_not_asked_for() {
    let app = TestApp::new().await;
    let customer = app.customer();
    let shoes = app.sells(1299, 10);
    approve(&app, shoes.shop_id, shoes.owner_id, 2).await;
    tell_product(&app, &shoes, 1, |_| {}).await;
    app.products.set_down(true);
    app.shops.set_down(true);

    let product = try_wish_for(&customer, shoes.variation_id).await;
    let shop = customer.post(ITEMS, json!({ "shop_id": shoes.shop_id })).await;

    assert_eq!((product.status, shop.status), (201, 201));
    assert_eq!(
        (&shop.body["title"], &shop.body["price"]),
        (&json!("Lamps"), &json!(null))
    );
    assert_eq!(items(&customer).await, [shop.body, product.body]);
}

#[actix_web::test]
async fn an_approval_whose_event_is_on_its_way_hides_nothing() {
    let app = TestApp::new().await;
    let customer = app.customer();
    let shoes = app.sells(1299, 10);
    created(&app, shoes.shop_id, shoes.owner_id, 1).await;
    app.has_shop(shoes.shop_id, ShopStatus::Approved, 2);

    let item = wish_for(&customer, shoes.variation_id).await;

    assert_eq!(items(&customer).await, [item]);
}

#[actix_web::test]
async fn an_answer_that_is_older_than_an_event_changes_nothing() {
    let app = TestApp::new().await;
    let customer = app.customer();
    let shoes = app.sells(1299, 10);
    suspend(&app, shoes.shop_id, shoes.owner_id, 3).await;
    app.has_shop(shoes.shop_id, ShopStatus::Approved, 2);

    wish_for(&customer, shoes.variation_id).await;

    assert!(items(&customer).await.is_empty());
}

#[actix_web::test]
async fn wishing_again_answers_with_the_same_item() {
    let app = TestApp::new().await;
    let customer = app.customer();
    let shoes = app.sells(1299, 10);

    let first = wish_for(&customer, shoes.variation_id).await;
    let again = try_wish_for(&customer, shoes.variation_id).await;

    assert_eq!((again.status, &again.body), (200, &first));
    assert_eq!(app.told().await.len(), 1);
}

#[actix_web::test]
async fn wishes_at_once_make_one_item() {
    let app = TestApp::new().await;
    let customer = app.customer();
    let shop = app.has_shop(Uuid::now_v7(), ShopStatus::Approved, 2);
    let body = json!({ "shop_id": shop.id });

    let (one, two) = tokio::join!(
        customer.post(ITEMS, body.clone()),
        customer.post(ITEMS, body.clone())
    );

    let mut statuses = [one.status, two.status];
    statuses.sort_unstable();
    assert_eq!((statuses, &one.body), ([200, 201], &two.body));
    assert_eq!(app.told().await.len(), 1);
}

#[actix_web::test]
async fn the_same_key_answers_the_same() {
    let app = TestApp::new().await;
    let keyed = app.customer().with("Idempotency-Key", "k-1");
    let (shoes, hat) = (app.sells(1299, 10), app.sells(500, 10));
    let first = try_wish_for(&keyed, shoes.variation_id).await;
    app.products.set_down(true);

    let again = try_wish_for(&keyed, shoes.variation_id).await;
    let other = try_wish_for(&keyed, hat.variation_id).await;

    assert_eq!((again.status, &again.body), (201, &first.body));
    assert_eq!(other.problem(), (422, "idempotency-key-reused"));
}

#[actix_web::test]
async fn only_what_may_be_seen_can_be_wished_for() {
    let app = TestApp::new().await;
    let customer = app.customer();
    let (hidden, archived) = (app.sells(1, 1), app.sells(1, 1));
    app.edit(hidden.variation_id, |thing| thing.sellable = false);
    app.edit(archived.variation_id, |thing| thing.archived = true);
    let pending = app.has_shop(Uuid::now_v7(), ShopStatus::Pending, 1);

    for id in [hidden.variation_id, archived.variation_id, Uuid::now_v7()] {
        assert_eq!(
            try_wish_for(&customer, id).await.problem(),
            (422, "unknown-variation")
        );
    }
    for id in [pending.id, Uuid::now_v7()] {
        let response = customer.post(ITEMS, json!({ "shop_id": id })).await;
        assert_eq!(response.problem(), (422, "unknown-shop"));
    }
    assert!(app.told().await.is_empty());
}

#[actix_web::test]
async fn a_product_that_is_sold_out_can_be_wished_for() {
    let app = TestApp::new().await;
    let customer = app.customer();

    let item = wish_for(&customer, app.sells(1299, 0).variation_id).await;

    assert_eq!(item["available"], 0);
    assert_eq!(items(&customer).await, [item]);
}

#[actix_web::test]
async fn a_wish_is_for_exactly_one_thing() {
    let app = TestApp::new().await;
    let customer = app.customer();
    let id = app.sells(1, 1).variation_id;

    for body in [
        json!({}),
        json!({ "variation_id": id, "shop_id": id }),
        json!({ "variation_id": null, "shop_id": null }),
        json!({ "variation_id": "shoes" }),
        json!({ "product_id": id }),
    ] {
        let response = customer.post(ITEMS, body.clone()).await;
        assert_eq!(response.problem(), (422, "validation-failed"), "{body}");
    }
}

#[actix_web::test]
async fn nothing_unknown_is_wished_for_without_asking() {
    let app = TestApp::new().await;
    let customer = app.customer();
    let shoes = app.sells(1299, 10);
    app.products.set_down(true);
    app.shops.set_down(true);

    let product = try_wish_for(&customer, shoes.variation_id).await;
    let shop = customer.post(ITEMS, json!({ "shop_id": shoes.shop_id })).await;

    assert_eq!(product.problem(), (503, "unavailable"));
    assert_eq!(shop.problem(), (503, "unavailable"));
}

#[actix_web::test]
async fn a_wishlist_holds_at_most_500_items() {
    let app = TestApp::new().await;
    let customer = app.customer();
    wish_for(&customer, app.sells(1, 1).variation_id).await;
    crate::consumers::fill(&app, customer.user_id(), 499).await;

    let response = try_wish_for(&customer, app.sells(1, 1).variation_id).await;

    assert_eq!(response.problem(), (409, "wishlist-full"));
}

#[actix_web::test]
async fn nobody_wishes_for_nothing() {
    let app = TestApp::new().await;
    let id = app.sells(1, 1).variation_id;

    assert_eq!(
        try_wish_for(&app.server.anonymous(), id).await.problem(),
        (401, "authentication-required")
    );
    assert_eq!(
        try_wish_for(&app.customer().unsigned(), id).await.problem(),
        (401, "mesh-signature")
    );
}

#[actix_web::test]
async fn a_repeat_is_known_in_any_spelling_and_across_builds() {
    let app = TestApp::new().await;
    let (shoes, hat) = (app.sells(1299, 10).variation_id, app.sells(500, 10).variation_id);

    let repeat = Repeat {
        path: ITEMS.to_owned(),
        body: json!({ "variation_id": shoes }),
        spelled: format!(r#"{{"shop_id": null, "variation_id": "{shoes}"}}"#),
        others: vec![json!({ "variation_id": hat }), json!({ "shop_id": shoes })],
        operation: "add_wish".to_owned(),
        hashed: format!(r#"{{"variation_id":"{shoes}","shop_id":null}}"#),
    };

    let customer = app.customer();
    let first = repeat
        .check(&app.db, &customer.clone().with("Idempotency-Key", "k1"))
        .await;
    assert_eq!(
        (first.status, first.header("location")),
        (201, Some(url(&first.body).as_str()))
    );
    app.db.run_sql("delete from idempotency_keys").await;
    let known = repeat
        .check(&app.db, &customer.with("Idempotency-Key", "k2"))
        .await;
    assert_eq!((known.status, known.header("location")), (200, None));
}
