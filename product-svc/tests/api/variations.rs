//! `/products/{id}/variations` and `/variations/{id}`

use product_svc::domain::ShopStatus;
use serde_json::{Value, json};
use souk_testkit::Repeat;
use uuid::Uuid;

use crate::app::{Owner, PRODUCTS, TestApp, azn, boots, id, pointers, variation};

struct Made {
    product: Uuid,
    variation: Uuid,
}

impl Made {
    async fn by(owner: &Owner) -> Self {
        let product = owner.adds(boots(json!([variation("42", 1000, 5)]))).await;
        Self {
            product: id(&product),
            variation: id(&product["variations"][0]),
        }
    }

    fn list(&self) -> String {
        format!("{PRODUCTS}/{}/variations", self.product)
    }

    fn url(&self) -> String {
        format!("/api/v1/variations/{}", self.variation)
    }
}

#[actix_web::test]
async fn an_owner_adds_a_variation() {
    let app = TestApp::new().await;
    let owner = app.owner().await;
    let made = Made::by(&owner).await;

    let response = owner.client.post(&made.list(), variation("43", 900, 3)).await;

    assert_eq!(response.status, 201, "{response:?}");
    let added = id(&response.body);
    assert_eq!(
        response.header("location"),
        Some(format!("/api/v1/variations/{added}").as_str())
    );
    assert_eq!(app.available(added).await, 3);
    let listed = app.anyone().get(&made.list()).await;
    let ids: Vec<Uuid> = listed.body["items"].as_array().unwrap().iter().map(id).collect();
    assert_eq!(ids, [made.variation, added]);
    let told = app.db.published_of("product.updated").await;
    assert_eq!((told.len(), told[0].version), (1, Some(2)));
    assert_eq!(told[0].data["variations"].as_array().unwrap().len(), 2);
}

#[actix_web::test]
async fn the_same_key_adds_one_variation() {
    let app = TestApp::new().await;
    let owner = app.owner().await;
    let (made, other) = (Made::by(&owner).await, Made::by(&owner).await);
    let client = owner.client.clone().with("Idempotency-Key", "k1");

    let first = client.post(&made.list(), variation("43", 900, 3)).await;
    let again = client.post(&made.list(), variation("43", 900, 3)).await;
    let elsewhere = client.post(&other.list(), variation("43", 900, 3)).await;

    assert_eq!((first.status, &first.body), (201, &again.body));
    assert_eq!(elsewhere.problem(), (422, "idempotency-key-reused"));
}

#[actix_web::test]
async fn a_combination_is_there_once() {
    let app = TestApp::new().await;
    let owner = app.owner().await;
    let made = Made::by(&owner).await;
    let two = |a: &str, b: &str| json!({ "options": { a: "Red", b: "L" }, "price": azn(100) });
    assert_eq!(
        owner.client.post(&made.list(), two("color", "size")).await.status,
        201
    );

    let same = owner.client.post(&made.list(), two("Color", " SIZE ")).await;
    let edited = owner
        .client
        .patch(&made.url(), json!({ "options": { "SIZE": "l", "color": "red" } }))
        .await;

    assert_eq!(same.problem(), (409, "options-taken"));
    assert_eq!(edited.problem(), (409, "options-taken"));
    let other = owner
        .client
        .post(&made.list(), json!({ "options": {}, "price": azn(100) }))
        .await;
    assert_eq!(other.status, 201);
}

#[actix_web::test]
async fn a_variation_must_make_sense() {
    let app = TestApp::new().await;
    let owner = app.owner().await;
    let made = Made::by(&owner).await;
    let with = |field: &str, value: Value| {
        let mut body = variation("43", 1000, 5);
        body[field] = value;
        body
    };

    for (body, pointer) in [
        (with("options", json!({ "size": "" })), "/options"),
        (with("price", azn(-1)), "/price/amount"),
        (with("price", json!(1000)), "/price"),
        (with("original_price", azn(999)), "/original_price"),
        (
            with("cost_price", json!({ "amount": 1, "currency": "USD" })),
            "/cost_price/currency",
        ),
        (with("stock", json!(1_000_001)), "/stock"),
        (with("available", json!(5)), "/available"),
    ] {
        assert_eq!(pointers(&owner.client.post(&made.list(), body).await), [pointer]);
    }
    for (patch, pointer) in [
        (json!({ "price": azn(0) }), "/price/amount"),
        (json!({ "original_price": azn(1) }), "/original_price"),
        (json!({ "stock": 9 }), "/stock"),
        (json!({ "low_stock_threshold": -1 }), "/low_stock_threshold"),
    ] {
        assert_eq!(pointers(&owner.client.patch(&made.url(), patch).await), [pointer]);
    }
}

#[actix_web::test]
async fn an_owner_changes_a_variation() {
    let app = TestApp::new().await;
    let owner = app.owner().await;
    let made = Made::by(&owner).await;

    let patch = json!({ "options": { "size": "43", "color": "black" }, "price": azn(800),
        "original_price": azn(1000), "cost_price": azn(300), "low_stock_threshold": 2 });
    let changed = owner.client.patch(&made.url(), patch.clone()).await;
    let again = owner.client.patch(&made.url(), patch).await;

    assert_eq!((changed.status, &changed.body), (200, &again.body));
    assert_eq!(changed.body["options"], json!({ "size": "43", "color": "black" }));
    assert_eq!(
        (&changed.body["discount_percent"], &changed.body["available"]),
        (&json!(20), &json!(5))
    );
    assert_eq!(
        (&changed.body["cost_price"], &changed.body["low_stock_threshold"]),
        (&azn(300), &json!(2))
    );
    let told = app.db.published_of("product.updated").await;
    assert_eq!((told.len(), told[0].version), (1, Some(2)));
    assert_eq!(
        (&told[0].data["on_sale"], &told[0].data["variations"][0]["price"]),
        (&json!(true), &azn(800))
    );
    let back = owner
        .client
        .patch(
            &made.url(),
            json!({ "options": { "color": null }, "original_price": null }),
        )
        .await;
    assert_eq!(
        (&back.body["options"], &back.body["original_price"]),
        (&json!({ "size": "43" }), &json!(null))
    );
}

#[actix_web::test]
async fn everyone_reads_what_may_be_bought() {
    let app = TestApp::new().await;
    let owner = app.owner().await;
    let made = Made::by(&owner).await;

    let seen = app.anyone().get(&made.url()).await;
    assert_eq!(
        (seen.status, &seen.body["price"], &seen.body["images"]),
        (200, &azn(1000), &json!([]))
    );
    app.keep_shop(&owner, ShopStatus::Suspended, 3).await;
    for path in [made.url(), made.list()] {
        for client in [app.anyone(), app.customer()] {
            assert_eq!(client.get(&path).await.problem(), (404, "not-found"));
        }
        for client in [app.server.admin(), owner.client.clone()] {
            assert_eq!(client.get(&path).await.status, 200);
        }
    }
    let unknown = format!("/api/v1/variations/{}", Uuid::now_v7());
    assert_eq!(app.anyone().get(&unknown).await.problem(), (404, "not-found"));
}

#[actix_web::test]
async fn only_the_owner_varies_a_product() {
    let app = TestApp::new().await;
    let (owner, rival) = (app.owner().await, app.owner().await);
    let made = Made::by(&owner).await;

    let mut callers = vec![(app.anyone(), (401, "authentication-required"))];
    callers.extend(
        [app.customer(), app.server.admin(), rival.client].map(|client| (client, (403, "not-the-owner"))),
    );
    for (client, refusal) in callers {
        assert_eq!(
            client.post(&made.list(), variation("43", 900, 3)).await.problem(),
            refusal
        );
        assert_eq!(
            client
                .patch(&made.url(), json!({ "price": azn(1) }))
                .await
                .problem(),
            refusal
        );
        assert_eq!(client.delete(&made.url()).await.problem(), refusal);
    }
    let unknown = format!("/api/v1/variations/{}", Uuid::now_v7());
    assert_eq!(
        owner
            .client
            .patch(&unknown, json!({ "price": azn(1) }))
            .await
            .problem(),
        (404, "not-found")
    );
    assert_eq!(owner.client.delete(&unknown).await.problem(), (404, "not-found"));
    let nowhere = format!("{PRODUCTS}/{}/variations", Uuid::now_v7());
    assert_eq!(
        owner
            .client
            .post(&nowhere, variation("43", 900, 3))
            .await
            .problem(),
        (404, "not-found")
    );
}

#[actix_web::test]
async fn a_deleted_variation_leaves_its_product() {
    let app = TestApp::new().await;
    let owner = app.owner().await;
    let made = Made::by(&owner).await;

    let first = owner.client.delete(&made.url()).await;
    let again = owner.client.delete(&made.url()).await;

    assert_eq!((first.status, again.status), (204, 204));
    for client in [app.anyone(), owner.client.clone()] {
        assert_eq!(client.get(&made.url()).await.problem(), (404, "not-found"));
        assert_eq!(client.get(&made.list()).await.body["items"], json!([]));
    }
    let edited = owner.client.patch(&made.url(), json!({ "price": azn(1) })).await;
    assert_eq!(edited.problem(), (404, "not-found"));
    let told = app.db.published_of("product.updated").await;
    assert_eq!((told.len(), &told[0].data["variations"]), (1, &json!([])));
    // Its options are free again.
    assert_eq!(
        owner
            .client
            .post(&made.list(), variation("42", 900, 3))
            .await
            .status,
        201
    );
}

#[actix_web::test]
async fn a_repeat_is_known_in_any_spelling_and_across_builds() {
    let app = TestApp::new().await;
    let owner = app.owner().await;
    let made = Made::by(&owner).await;
    let options = |value: Value| json!({ "options": value, "price": azn(900) });
    let with = |name: &str, value: Value| {
        let mut body = options(json!({ "size": "43" }));
        body[name] = value;
        body
    };

    let repeat = Repeat {
        path: made.list(),
        body: options(json!({ "size": "43" })),
        spelled: r#"{ "low_stock_threshold": null, "stock": 0, "cost_price": null, "original_price": null,
            "price": { "currency": "AZN", "amount": 900 }, "options": { "s\u0069ze": "43" } }"#
            .to_owned(),
        others: vec![
            options(json!({ "size": "44" })),
            options(json!({ "size": "43", "color": "red" })),
            with("stock", json!(1)),
            with("low_stock_threshold", json!(0)),
            with("cost_price", json!(azn(0))),
            with("original_price", json!(azn(900))),
        ],
        operation: format!("create_variation {}", made.product),
        hashed: r#"{"options":{"size":"43"},"price":{"amount":900,"currency":"AZN"},"original_price":null,"cost_price":null,"stock":0,"low_stock_threshold":null}"#.to_owned(),
    };

    repeat
        .check(&app.db, &owner.client.clone().with("Idempotency-Key", "k1"))
        .await;
}
