//! `POST /internal/variations/lookup`

use product_svc::domain::ShopStatus;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::app::{Owner, TestApp, azn, boots, id, variation};

const LOOKUP: &str = "/internal/variations/lookup";

async fn look(app: &TestApp, id: Uuid) -> Value {
    let response = app
        .server
        .peer("cart-svc")
        .post(LOOKUP, json!({ "variation_ids": [id] }))
        .await;
    assert_eq!(response.status, 200, "{response:?}");
    response.body["items"][0].clone()
}

async fn product(owner: &Owner) -> (Uuid, Uuid) {
    let mut body = boots(json!([variation("42", 1000, 5)]));
    body["variations"][0]["cost_price"] = azn(400);
    let product = owner.adds(body).await;
    (id(&product), id(&product["variations"][0]))
}

#[actix_web::test]
async fn a_batch_is_answered_with_what_carts_show() {
    let app = TestApp::new().await;
    let owner = app.owner().await;
    let (product, one) = product(&owner).await;
    let other = owner.sells(0).await;

    let ids = json!({ "variation_ids": [one, other, Uuid::now_v7()] });
    let found = app.server.peer("cart-svc").post(LOOKUP, ids).await;

    assert_eq!(found.body["items"].as_array().unwrap().len(), 2);
    let found = look(&app, one).await;
    assert_eq!(found["product_id"], json!(product));
    assert_eq!(found["shop_id"], json!(owner.shop_id));
    assert_eq!(found["owner_id"], json!(owner.client.user_id()));
    assert_eq!(
        (&found["title"], &found["options"]),
        (&json!("Winter boots"), &json!({ "size": "42" }))
    );
    assert_eq!((&found["price"], &found["available"]), (&azn(1000), &json!(5)));
    assert_eq!(
        (&found["sellable"], &found["archived"]),
        (&json!(true), &json!(false))
    );
    assert_eq!(found.get("cost_price"), None);
}

#[actix_web::test]
async fn what_cannot_be_sold_now_says_so() {
    let app = TestApp::new().await;
    let owner = app.owner().await;
    let (product, variation) = product(&owner).await;
    let url = format!("/api/v1/products/{product}");

    app.keep_shop(&owner, ShopStatus::Suspended, 3).await;
    assert_eq!(look(&app, variation).await["sellable"], json!(false));
    app.keep_shop(&owner, ShopStatus::Approved, 4).await;
    assert_eq!(look(&app, variation).await["sellable"], json!(true));
    owner.client.patch(&url, json!({ "is_active": false })).await;
    assert_eq!(look(&app, variation).await["sellable"], json!(false));
    assert_eq!(look(&app, variation).await["archived"], json!(false));
    owner.client.delete(&url).await;
    let gone = look(&app, variation).await;
    assert_eq!(
        (&gone["sellable"], &gone["archived"]),
        (&json!(false), &json!(true))
    );
}

#[actix_web::test]
async fn only_services_look_up() {
    let app = TestApp::new().await;

    for client in [app.anyone(), app.customer(), app.server.admin()] {
        let refused = client.post(LOOKUP, json!({ "variation_ids": [] })).await;
        assert_eq!(refused.problem(), (403, "mesh-only"));
    }
    let unsigned = app.server.peer("cart-svc").unsigned();
    let refused = unsigned.post(LOOKUP, json!({ "variation_ids": [] })).await;
    assert_eq!(refused.problem(), (401, "mesh-signature"));
}

#[actix_web::test]
async fn a_batch_has_a_limit() {
    let app = TestApp::new().await;
    let ids: Vec<Uuid> = (0..201).map(|_| Uuid::now_v7()).collect();

    let refused = app
        .server
        .peer("cart-svc")
        .post(LOOKUP, json!({ "variation_ids": ids }))
        .await;

    assert_eq!(refused.problem(), (422, "validation-failed"));
}
