//! Rows as the baseline writes them.

use serde_json::{Value, json};
use souk_testkit::exported;
use uuid::Uuid;

use crate::app::{ORDERS, TestApp};

const CUSTOMER: Uuid = Uuid::from_u128(0x0197_a3c0_5a3f_7c86_9f0e_6a1d_c2b4_8e37);

/// An order that was shipped, delivered and cancelled in parts, another that was placed, and a reservation given up.
async fn fill(app: &TestApp) {
    let mut buyer = app.buyer();
    buyer.client = app.server.customer(CUSTOMER);
    for thing in &buyer.things {
        app.world.put_in_cart(CUSTOMER, thing, 2);
    }
    let order = app.order_by(&buyer).await;
    let owner = app.owner(&buyer.things[0]);
    let ship = json!({ "status": "shipped", "carrier": "Azerpost", "tracking_number": "AZ-7" });
    owner.patch(&order.item_url(0, "status"), ship).await;
    owner
        .patch(&order.item_url(0, "status"), json!({ "status": "delivered" }))
        .await;
    let because = json!({ "reason": "Ordered by mistake" });
    buyer.client.post(&order.item_url(1, "cancel"), because).await;
    app.world.put_in_cart(CUSTOMER, &buyer.things[1], 1);
    app.order_by(&buyer).await;
    let path = format!("/internal/reservations/{}/verdict", Uuid::from_u128(1));
    app.server.peer("product-svc").post(&path, json!(null)).await;
}

#[actix_web::test]
async fn its_orders_are_read_and_changed() {
    let app = TestApp::new().await;
    app.db
        .baseline_rows(env!("CARGO_MANIFEST_DIR"), "tests/baseline/rows.json", fill(&app))
        .await;
    app.book.is_reached_at(CUSTOMER, "aygun@example.org");
    let customer = app.server.customer(CUSTOMER);

    let list = customer.get(ORDERS).await;
    let [placed, completed] = list.body["items"].as_array().unwrap().as_slice() else {
        panic!("{list:?}");
    };
    assert_eq!(
        (&placed["status"], &completed["status"]),
        (&json!("processing"), &json!("completed"))
    );
    let what: Vec<&Value> = completed["timeline"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| &entry["what"])
        .collect();
    assert_eq!(
        what,
        [
            "placed",
            "item_shipped",
            "item_delivered",
            "item_cancelled",
            "completed"
        ]
    );
    let items: Vec<&Value> = completed["sub_orders"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|part| part["items"].as_array().unwrap())
        .collect();
    assert!(items.iter().any(|item| item["status"] == "delivered"));
    assert!(items.iter().any(|item| item["status"] == "cancelled"));
    assert_eq!(completed["shipping_address"]["line1"], "Nizami 12");

    let tracked = app
        .server
        .anonymous()
        .get("/api/v1/tracking/AZ-7?email=aygun@example.org")
        .await;
    assert_eq!(
        (tracked.status, &tracked.body["parcels"][0]["status"]),
        (200, &json!("delivered"))
    );
    let csv = app.server.admin().get(&format!("{ORDERS}/export")).await;
    assert_eq!(csv.status, 200);
    assert_eq!(exported(&app.server, CUSTOMER).await["orders"].len(), 2);
    let path = format!("/internal/reservations/{}/verdict", Uuid::from_u128(1));
    let verdict = app.server.peer("product-svc").post(&path, json!(null)).await;
    assert_eq!(verdict.body, json!({ "verdict": "abandoned" }));
    let cancelled = customer
        .post(
            &format!("{ORDERS}/{}/cancel", placed["id"].as_str().unwrap()),
            json!({}),
        )
        .await;
    assert_eq!(
        (cancelled.status, &cancelled.body["status"]),
        (200, &json!("cancelled"))
    );
}
