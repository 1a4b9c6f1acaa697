//! `DELETE /products/{id}`

use product_svc::domain::ShopStatus;
use serde_json::json;
use uuid::Uuid;

use crate::app::{PRODUCTS, TestApp, boots, id, titles, variation};

#[actix_web::test]
async fn a_deleted_product_leaves_the_catalogue_for_good() {
    let app = TestApp::new().await;
    let owner = app.owner().await;
    let product = owner.adds(boots(json!([variation("42", 1000, 5)]))).await;
    let url = format!("{PRODUCTS}/{}", id(&product));

    let first = owner.client.delete(&url).await;
    let again = owner.client.delete(&url).await;

    assert_eq!((first.status, again.status), (204, 204));
    assert_eq!(app.anyone().get(&url).await.problem(), (404, "not-found"));
    let listed = app.anyone().get(PRODUCTS).await;
    assert!(titles(&listed).is_empty());
    let told = app.db.published_of("product.deleted").await;
    assert_eq!((told.len(), told[0].version), (1, Some(2)));
    let own = owner.client.get(&url).await;
    assert_eq!(own.status, 200);
    assert!(own.body["deleted_at"].is_string());
    let edited = owner.client.patch(&url, json!({ "title": "Boots" })).await;
    assert_eq!(edited.problem(), (409, "product-deleted"));
    let varied = owner
        .client
        .post(&format!("{url}/variations"), variation("43", 1000, 5))
        .await;
    assert_eq!(varied.problem(), (409, "product-deleted"));
    let restocked = owner
        .changes_stock(id(&product["variations"][0]), 1, "restock")
        .await;
    assert_eq!(restocked.problem(), (404, "not-found"));
}

#[actix_web::test]
async fn only_the_owner_of_an_approved_shop_deletes_a_product() {
    let app = TestApp::new().await;
    let (owner, rival) = (app.owner().await, app.owner().await);
    let url = format!("{PRODUCTS}/{}", id(&owner.adds(boots(json!([]))).await));

    assert_eq!(
        app.anyone().delete(&url).await.problem(),
        (401, "authentication-required")
    );
    for client in [app.customer(), app.server.admin(), rival.client] {
        assert_eq!(client.delete(&url).await.problem(), (403, "not-the-owner"));
    }
    let unknown = format!("{PRODUCTS}/{}", Uuid::now_v7());
    assert_eq!(owner.client.delete(&unknown).await.problem(), (404, "not-found"));
    app.keep_shop(&owner, ShopStatus::Suspended, 3).await;
    assert_eq!(
        owner.client.delete(&url).await.problem(),
        (403, "shop-not-approved")
    );
}
