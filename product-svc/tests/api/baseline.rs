//! Rows as the baseline writes them.

use serde_json::json;
use souk_clients::product::ReserveOutcome;
use souk_testkit::Client;
use uuid::Uuid;

use crate::app::{Owner, PRODUCTS, TestApp, azn, boots, variation};
use crate::reservations::{is_held, line, release, reserve};

const OWNER: Uuid = Uuid::from_u128(0x0197_a3c0_5a3f_7c86_9f0e_6a1d_c2b4_8e37);
const HELD: Uuid = Uuid::from_u128(1);
const RELEASED: Uuid = Uuid::from_u128(2);

fn owner(app: &TestApp) -> Owner {
    Owner {
        client: app.server.customer(OWNER),
        shop_id: Uuid::from_u128(3),
    }
}

/// A product in a category, with a reservation that is held and one that was released.
async fn fill(app: &TestApp) {
    let owner = owner(app);
    app.keep_shop(&owner, product_svc::domain::ShopStatus::Approved, 2)
        .await;
    let admin = app.server.admin();
    let category = admin
        .post("/api/v1/categories", json!({ "name": "Shoes" }))
        .await
        .body["id"]
        .clone();
    let mut body = boots(json!([variation("42", 1000, 9)]));
    body["category_ids"] = json!([category]);
    body["attributes"] = json!({ "brand": "Araz" });
    let product = owner.adds(body).await;
    let size = product["variations"][0]["id"].as_str().unwrap().parse().unwrap();
    for id in [HELD, RELEASED] {
        assert!(is_held(&reserve(app, id, &[line(size, 2)]).await));
    }
    assert_eq!(release(app, RELEASED).await.status, 204);
    let change = json!({ "delta": 1, "reason": "restock", "note": "Found in the cellar" });
    owner
        .client
        .post(&format!("/api/v1/variations/{size}/stock"), change)
        .await;
}

async fn only_product(client: &Client) -> serde_json::Value {
    let list = client.get(PRODUCTS).await;
    assert_eq!(list.status, 200, "{list:?}");
    list.body["items"][0].clone()
}

#[actix_web::test]
async fn its_products_stock_and_reservations_are_read_and_changed() {
    let app = TestApp::new().await;
    app.db
        .baseline_rows(env!("CARGO_MANIFEST_DIR"), "tests/baseline/rows.json", fill(&app))
        .await;
    let owner = owner(&app);

    let product = only_product(&app.anyone()).await;
    let url = format!("{PRODUCTS}/{}", product["id"].as_str().unwrap());
    let read = app.anyone().get(&url).await.body;
    assert_eq!(read["attributes"], json!({ "brand": "Araz" }));
    let size: Uuid = read["variations"][0]["id"].as_str().unwrap().parse().unwrap();
    assert_eq!(app.available(size).await, 8);
    let reasons: Vec<String> = app
        .ledger(&owner, size)
        .await
        .into_iter()
        .map(|(_, reason)| reason)
        .collect();
    assert_eq!(reasons, ["initial", "reserve", "reserve", "release", "restock"]);

    let again = reserve(&app, HELD, &[line(size, 2)]).await;
    let ReserveOutcome::Held(held) = &again else {
        panic!("{again:?}");
    };
    assert_eq!(
        (held.lines[0].quantity, held.lines[0].price),
        (2, serde_json::from_value(azn(1000)).unwrap())
    );
    assert_eq!(
        reserve(&app, RELEASED, &[line(size, 2)]).await,
        ReserveOutcome::Ended
    );
    assert_eq!(release(&app, HELD).await.status, 204);
    assert_eq!(app.available(size).await, 10);
    let edited = owner.client.patch(&url, json!({ "title": "Summer boots" })).await;
    assert_eq!(
        (edited.status, &edited.body["title"]),
        (200, &json!("Summer boots"))
    );
}
