//! `POST /products`

use product_svc::domain::ShopStatus;
use serde_json::{Value, json};
use souk_contracts::events::ShopStatus as Told;
use souk_testkit::Repeat;
use uuid::Uuid;

use crate::app::{PRODUCTS, TestApp, azn, boots, id, pointers, variation};
use crate::categories;

#[actix_web::test]
async fn an_owner_adds_a_product_with_its_variations() {
    let app = TestApp::new().await;
    let owner = app.owner().await;
    let category = categories::add(&app.server.admin(), "Shoes", None).await;
    let body = json!({
        "title": " Winter boots ", "about": "Warm", "sku": "BOOT", "category_ids": [category, category],
        "attributes": { "brand": "Araz" },
        "variations": [{
            "options": { "size": "42" }, "price": azn(750), "original_price": azn(1000), "cost_price": azn(400),
            "stock": 7, "low_stock_threshold": 2,
        }],
    });

    let response = owner.client.post(PRODUCTS, body).await;

    assert_eq!(response.status, 201, "{response:?}");
    let product = &response.body;
    let location = format!("/api/v1/products/{}", id(product));
    assert_eq!(response.header("location"), Some(location.as_str()));
    assert!(response.header("etag").is_some());
    assert_eq!(
        (&product["title"], &product["shop_id"]),
        (&json!("Winter boots"), &json!(owner.shop_id))
    );
    assert_eq!(
        (&product["category_ids"], &product["on_sale"]),
        (&json!([category]), &json!(true))
    );
    assert_eq!(product["rating"], json!({ "average": 0.0, "count": 0 }));
    let variation = &product["variations"][0];
    assert_eq!(
        (&variation["price"], &variation["original_price"]),
        (&azn(750), &azn(1000))
    );
    assert_eq!(
        (&variation["discount_percent"], &variation["cost_price"]),
        (&json!(25), &azn(400))
    );
    assert_eq!(
        (&variation["available"], &variation["low_stock_threshold"]),
        (&json!(7), &json!(2))
    );
    assert_eq!(
        app.ledger(&owner, id(variation)).await,
        [(7, "initial".to_owned())]
    );
}

#[actix_web::test]
async fn a_new_product_is_told_with_all_its_readers_need() {
    let app = TestApp::new().await;
    let (admin, owner) = (app.server.admin(), app.owner().await);
    let shoes = categories::add(&admin, "Shoes", None).await;
    let winter = categories::add(&admin, "Winter", Some(shoes)).await;
    let mut body = boots(json!([variation("42", 1000, 5)]));
    body["category_ids"] = json!([winter]);
    body["variations"][0]["cost_price"] = azn(987_654_321);

    let product = owner.adds(body).await;

    let told = app.db.published_of("product.created").await;
    assert_eq!(
        (told.len(), told[0].version, &told[0].subject),
        (1, Some(1), &id(&product).to_string())
    );
    let data = &told[0].data;
    assert_eq!(
        (&data["owner_id"], &data["category_ids"]),
        (&json!(owner.client.user_id()), &json!([winter]))
    );
    let slugs: Vec<_> = data["categories"]
        .as_array()
        .unwrap()
        .iter()
        .map(|c| c["slug"].clone())
        .collect();
    assert_eq!(slugs, ["shoes", "winter"]);
    assert_eq!(
        (
            &data["variations"][0]["available"],
            &data["variations"][0]["stock_version"]
        ),
        (&json!(5), &json!(1))
    );
    assert!(
        !data.to_string().contains("987654321"),
        "the cost price is nobody's business"
    );
    assert_eq!(app.db.published().await.len(), 1);
}

#[actix_web::test]
async fn only_the_owner_of_an_approved_shop_adds_products() {
    let app = TestApp::new().await;
    let pending = app.applicant();
    app.keep_shop(&pending, ShopStatus::Pending, 1).await;

    let nobody = app.anyone().post(PRODUCTS, boots(json!([]))).await;
    assert_eq!(nobody.problem(), (401, "authentication-required"));
    for client in [app.customer(), app.server.admin(), pending.client] {
        let refused = client.post(PRODUCTS, boots(json!([]))).await;
        assert_eq!(refused.problem(), (403, "shop-not-approved"));
    }
}

#[actix_web::test]
async fn a_shop_approved_a_moment_ago_sells_at_once() {
    let app = TestApp::new().await;
    let owner = app.applicant();
    app.keep_shop(&owner, ShopStatus::Pending, 1).await;
    app.shop_svc_knows(&owner, Told::Approved, 2);

    let added = owner.adds(boots(json!([]))).await;

    let public = app.anyone().get(&format!("{PRODUCTS}/{}", id(&added))).await;
    assert_eq!((public.status, app.shop_svc.calls().len()), (200, 1));
    owner.adds(boots(json!([]))).await;
    assert_eq!(app.shop_svc.calls().len(), 1);
}

#[actix_web::test]
async fn while_shop_svc_is_away_an_unknown_owner_is_asked_to_come_back() {
    let app = TestApp::new().await;
    app.shop_svc.set_down(true);

    let refused = app.customer().post(PRODUCTS, boots(json!([]))).await;

    assert_eq!(refused.problem(), (503, "unavailable"));
    assert_eq!(refused.header("retry-after"), Some("1"));
    let owner = app.owner().await;
    owner.adds(boots(json!([]))).await;
}

#[actix_web::test]
async fn each_mistake_is_pointed_at() {
    let app = TestApp::new().await;
    let owner = app.owner().await;
    let with = |field: &str, value: serde_json::Value| {
        let mut body = boots(json!([variation("42", 1000, 5), variation("43", 1000, 5)]));
        match field.strip_prefix("variations/1/") {
            Some(field) => body["variations"][1][field] = value,
            None => body[field] = value,
        }
        body
    };
    let dear = json!({ "amount": 1000, "currency": "EUR" });

    let cases = [
        ("title", json!(""), "/title"),
        ("title", json!("   "), "/title"),
        ("title", json!("a".repeat(101)), "/title"),
        ("about", json!("a".repeat(4001)), "/about"),
        ("sku", json!(" "), "/sku"),
        ("category_ids", json!([Uuid::now_v7()]), "/category_ids"),
        ("attributes", json!({ "": "x" }), "/attributes"),
        ("shop_id", json!(Uuid::now_v7()), "/shop_id"),
        ("variations/1/price", azn(0), "/variations/1/price/amount"),
        ("variations/1/price", dear, "/variations/1/price/currency"),
        (
            "variations/1/original_price",
            azn(999),
            "/variations/1/original_price",
        ),
        (
            "variations/1/options",
            json!({ "Size": " 42 " }),
            "/variations/1/options",
        ),
        (
            "variations/1/options",
            json!({ "size": "S", "SIZE": "M" }),
            "/variations/1/options",
        ),
        ("variations/1/stock", json!(-1), "/variations/1/stock"),
        (
            "variations/1/low_stock_threshold",
            json!(-1),
            "/variations/1/low_stock_threshold",
        ),
    ];
    for (field, value, pointer) in cases {
        let refused = owner.client.post(PRODUCTS, with(field, value)).await;
        assert_eq!(pointers(&refused), [pointer], "{refused:?}");
    }
    assert!(app.db.published().await.is_empty());
}

#[actix_web::test]
async fn a_sku_is_unique_in_its_shop_without_regard_to_case() {
    let app = TestApp::new().await;
    let (owner, other) = (app.owner().await, app.owner().await);
    let body = |sku: &str| json!({ "title": "Boots", "sku": sku });
    let first = owner.adds(body("boot-1")).await;

    let taken = owner.client.post(PRODUCTS, body("BOOT-1")).await;

    assert_eq!(taken.problem(), (409, "sku-taken"));
    other.adds(body("boot-1")).await;
    owner.client.delete(&format!("{PRODUCTS}/{}", id(&first))).await;
    owner.adds(body("boot-1")).await;
}

#[actix_web::test]
async fn the_same_key_adds_one_product() {
    let app = TestApp::new().await;
    let owner = app.owner().await;
    let client = owner.client.clone().with("Idempotency-Key", "k1");
    let body = boots(json!([variation("42", 1000, 5)]));

    let first = client.post(PRODUCTS, body.clone()).await;
    let again = client.post(PRODUCTS, body).await;
    let other = client.post(PRODUCTS, boots(json!([]))).await;

    assert_eq!((first.status, &first.body), (201, &again.body));
    assert_eq!(first.header("etag"), again.header("etag"));
    assert_eq!(other.problem(), (422, "idempotency-key-reused"));
    assert_eq!(app.db.published_of("product.created").await.len(), 1);
}

#[actix_web::test]
async fn a_product_has_a_limit_of_variations() {
    let app = TestApp::new().await;
    let owner = app.owner().await;
    let some = |count: usize| (0..count).map(|n| variation(&n.to_string(), 100, 1)).collect();

    let refused = owner.client.post(PRODUCTS, boots(some(101))).await;
    let full = owner.adds(boots(some(100))).await;

    assert_eq!(pointers(&refused), ["/variations"]);
    let url = format!("{PRODUCTS}/{}/variations", id(&full));
    let refused = owner.client.post(&url, variation("one more", 100, 1)).await;
    assert_eq!(refused.problem(), (409, "too-many-variations"));
}

#[actix_web::test]
async fn a_repeat_is_known_in_any_spelling_and_across_builds() {
    let app = TestApp::new().await;
    let owner = app.owner().await;
    let with = |name: &str, value: Value| {
        let mut body =
            json!({ "title": "Boots", "sku": "B-1", "variations": [{ "options": {}, "price": azn(900) }] });
        body[name] = value;
        body
    };

    let repeat = Repeat {
        path: PRODUCTS.to_owned(),
        body: with("sku", json!("B-1")),
        spelled: r#"{ "is_active": true, "attributes": {}, "category_ids": [], "about": null, "sku": "B-1",
            "variations": [{ "stock": 0, "price": { "currency": "AZN", "amount": 900 }, "options": {},
                "low_stock_threshold": null, "cost_price": null, "original_price": null }], "title": "Boots" }"#
            .to_owned(),
        others: vec![
            with("title", json!("boots")),
            with("about", json!("")),
            with("is_active", json!(false)),
            with("attributes", json!({ "brand": "Araz" })),
            with("attributes", json!({ "is_active": "true" })),
            with("category_ids", json!([Uuid::now_v7()])),
            with("variations", json!([])),
            with("variations", json!([{ "options": {}, "price": azn(900), "stock": 1 }])),
        ],
        operation: "create_product".to_owned(),
        hashed: r#"{"title":"Boots","about":null,"sku":"B-1","category_ids":[],"attributes":{},"is_active":true,"variations":[{"options":{},"price":{"amount":900,"currency":"AZN"},"original_price":null,"cost_price":null,"stock":0,"low_stock_threshold":null}]}"#.to_owned(),
    };

    repeat
        .check(&app.db, &owner.client.clone().with("Idempotency-Key", "k1"))
        .await;
    assert_eq!(app.db.published_of("product.created").await.len(), 1);
}
