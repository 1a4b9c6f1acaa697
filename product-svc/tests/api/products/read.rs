//! `GET /products/{id}`

use product_svc::domain::ShopStatus;
use serde_json::json;
use uuid::Uuid;

use crate::app::{PRODUCTS, TestApp, azn, boots, id, variation};

#[actix_web::test]
async fn everyone_reads_a_product_and_only_its_owner_the_cost() {
    let app = TestApp::new().await;
    let owner = app.owner().await;
    let mut body = boots(json!([variation("42", 1000, 5)]));
    body["variations"][0]["cost_price"] = azn(400);
    let url = format!("{PRODUCTS}/{}", id(&owner.adds(body).await));

    let own = owner.client.get(&url).await;

    assert_eq!(own.body["variations"][0]["cost_price"], azn(400));
    for client in [app.anyone(), app.customer(), app.server.admin()] {
        let seen = client.get(&url).await;
        assert_eq!((seen.status, &seen.body["title"]), (200, &json!("Winter boots")));
        assert_eq!(seen.body["variations"][0].get("cost_price"), None);
        assert_eq!(seen.body["variations"][0]["available"], json!(5));
    }
}

#[actix_web::test]
async fn a_hidden_product_is_seen_by_its_owner_and_operators_only() {
    let app = TestApp::new().await;
    let (owner, rival) = (app.owner().await, app.owner().await);
    let url = format!("{PRODUCTS}/{}", id(&owner.adds(boots(json!([]))).await));
    let mut body = boots(json!([]));
    body["is_active"] = json!(false);
    let inactive = format!("{PRODUCTS}/{}", id(&owner.adds(body).await));
    app.keep_shop(&owner, ShopStatus::Suspended, 3).await;

    for url in [url, inactive] {
        for client in [app.anyone(), app.customer(), rival.client.clone()] {
            assert_eq!(client.get(&url).await.problem(), (404, "not-found"));
        }
        for client in [owner.client.clone(), app.server.admin()] {
            assert_eq!(client.get(&url).await.status, 200);
        }
    }
    assert_eq!(
        app.anyone()
            .get(&format!("{PRODUCTS}/{}", Uuid::now_v7()))
            .await
            .problem(),
        (404, "not-found")
    );
    assert_eq!(app.anyone().get(&format!("{PRODUCTS}/boots")).await.status, 404);
}

#[actix_web::test]
async fn the_tag_changes_with_everything_the_page_shows() {
    let app = TestApp::new().await;
    let owner = app.owner().await;
    let product = owner.adds(boots(json!([variation("42", 1000, 5)]))).await;
    let url = format!("{PRODUCTS}/{}", id(&product));
    let tag = async || app.anyone().get(&url).await.header("etag").unwrap().to_owned();

    let first = tag().await;
    let unchanged = app.anyone().with("If-None-Match", &first).get(&url).await;
    owner
        .changes_stock(id(&product["variations"][0]), 1, "restock")
        .await;
    let restocked = tag().await;
    owner.client.patch(&url, json!({ "title": "Boots" })).await;
    let renamed = tag().await;

    assert_eq!(unchanged.status, 304);
    assert!(first != restocked && restocked != renamed && first != renamed);
    let fresh = app.anyone().with("If-None-Match", &first).get(&url).await;
    assert_eq!((fresh.status, &fresh.body["title"]), (200, &json!("Boots")));
}
