//! `PATCH /products/{id}`

use product_svc::domain::ShopStatus;
use serde_json::json;
use souk_contracts::events::ShopStatus as Told;
use uuid::Uuid;

use crate::app::{PRODUCTS, TestApp, boots, id, pointers, variation};
use crate::categories;

#[actix_web::test]
async fn an_owner_changes_a_product() {
    let app = TestApp::new().await;
    let owner = app.owner().await;
    let category = categories::add(&app.server.admin(), "Shoes", None).await;
    let mut body = boots(json!([variation("42", 1000, 5)]));
    (body["about"], body["attributes"]) = (json!("Warm"), json!({ "brand": "Araz", "sole": "rubber" }));
    let product = owner.adds(body).await;
    let url = format!("{PRODUCTS}/{}", id(&product));

    let patch = json!({
        "title": "Boots", "about": null, "category_ids": [category], "attributes": { "brand": null, "fur": "no" },
    });
    let response = owner.client.patch(&url, patch.clone()).await;
    let again = owner.client.patch(&url, patch).await;

    assert_eq!(response.status, 200, "{response:?}");
    assert_eq!(
        (&response.body["title"], &response.body["about"]),
        (&json!("Boots"), &json!(null))
    );
    assert_eq!(
        response.body["attributes"],
        json!({ "fur": "no", "sole": "rubber" })
    );
    assert_eq!(response.body["category_ids"], json!([category]));
    assert_eq!(
        (&response.body, response.header("etag")),
        (&again.body, again.header("etag"))
    );
    let told = app.db.published_of("product.updated").await;
    assert_eq!((told.len(), told[0].version), (1, Some(2)));
    assert_eq!(
        (&told[0].data["title"], &told[0].data["categories"][0]["slug"]),
        (&json!("Boots"), &json!("shoes"))
    );
    assert_eq!(told[0].data["variations"][0]["options"], json!({ "size": "42" }));
}

#[actix_web::test]
async fn only_the_owner_of_an_approved_shop_changes_a_product() {
    let app = TestApp::new().await;
    let (owner, rival) = (app.owner().await, app.owner().await);
    let url = format!("{PRODUCTS}/{}", id(&owner.adds(boots(json!([]))).await));
    let patch = json!({ "title": "Boots" });

    assert_eq!(
        app.anyone().patch(&url, patch.clone()).await.problem(),
        (401, "authentication-required")
    );
    for client in [app.customer(), app.server.admin(), rival.client] {
        assert_eq!(
            client.patch(&url, patch.clone()).await.problem(),
            (403, "not-the-owner")
        );
    }
    app.keep_shop(&owner, ShopStatus::Suspended, 3).await;
    assert_eq!(
        owner.client.patch(&url, patch.clone()).await.problem(),
        (403, "shop-not-approved")
    );
    app.shop_svc_knows(&owner, Told::Approved, 4);
    assert_eq!(owner.client.patch(&url, patch.clone()).await.status, 200);
    let unknown = format!("{PRODUCTS}/{}", Uuid::now_v7());
    assert_eq!(
        owner.client.patch(&unknown, patch).await.problem(),
        (404, "not-found")
    );
}

#[actix_web::test]
async fn a_stale_tag_is_refused() {
    let app = TestApp::new().await;
    let owner = app.owner().await;
    let product = owner.adds(boots(json!([variation("42", 1000, 5)]))).await;
    let url = format!("{PRODUCTS}/{}", id(&product));
    let read = owner.client.get(&url).await.header("etag").unwrap().to_owned();
    // Stock moves without touching what an edit is compared by.
    owner
        .changes_stock(id(&product["variations"][0]), 1, "restock")
        .await;

    let first = owner
        .client
        .clone()
        .with("If-Match", &read)
        .patch(&url, json!({ "title": "One" }))
        .await;
    let second = owner
        .client
        .clone()
        .with("If-Match", &read)
        .patch(&url, json!({ "title": "Two" }))
        .await;
    let deleted = owner.client.clone().with("If-Match", &read).delete(&url).await;

    assert_eq!((first.status, &first.body["title"]), (200, &json!("One")));
    assert_eq!(second.problem(), (412, "stale"));
    assert_eq!(deleted.problem(), (412, "stale"));
    let read = first.header("etag").unwrap();
    let third = owner
        .client
        .clone()
        .with("If-Match", read)
        .patch(&url, json!({ "title": "Two" }))
        .await;
    assert_eq!(third.status, 200);
}

#[actix_web::test]
async fn each_mistake_is_pointed_at() {
    let app = TestApp::new().await;
    let owner = app.owner().await;
    let taken = owner.adds(boots(json!([]))).await;
    let url = format!("{PRODUCTS}/{}", id(&owner.adds(boots(json!([]))).await));
    let many: serde_json::Map<_, _> = (0..51).map(|n| (n.to_string(), json!("x"))).collect();

    for (patch, pointer) in [
        (json!({ "title": " " }), "/title"),
        (json!({ "sku": "" }), "/sku"),
        (json!({ "category_ids": [Uuid::now_v7()] }), "/category_ids"),
        (json!({ "attributes": many }), "/attributes"),
        (json!({ "top_sale": true }), "/top_sale"),
        (json!({ "on_sale": true }), "/on_sale"),
    ] {
        assert_eq!(pointers(&owner.client.patch(&url, patch).await), [pointer]);
    }
    let refused = owner.client.patch(&url, json!({ "sku": taken["sku"] })).await;
    assert_eq!(refused.problem(), (409, "sku-taken"));
}
