use serde_json::{Value, json};
use souk_testkit::Repeat;

use crate::app::{ORDERS, TestApp, checkout};
use crate::world::Held;

#[actix_web::test]
async fn a_cart_becomes_one_order_with_a_part_for_each_shop() {
    let app = TestApp::new().await;
    let buyer = app.buyer();

    let response = buyer.order("one").await;

    assert_eq!(response.status, 201, "{response:?}");
    let order = response.body.clone();
    let id = order["id"].as_str().unwrap();
    assert_eq!(
        response.header("location"),
        Some(format!("{ORDERS}/{id}").as_str())
    );
    assert_eq!(
        (order["status"].as_str(), order["currency"].as_str()),
        (Some("processing"), Some("AZN"))
    );
    assert_eq!(order["totals"], totals(26300));
    assert_eq!(order["shipping_address"]["city"], "Baku");
    assert_eq!(order["note"], "Please ring twice.");
    let parts = order["sub_orders"].as_array().unwrap();
    let subtotals: Vec<_> = parts
        .iter()
        .map(|part| part["subtotal"]["amount"].as_i64().unwrap())
        .collect();
    assert_eq!(subtotals, [25800, 500]);
    assert_eq!(parts[0]["shop_id"], json!(buyer.things[0].shop_id));
    assert_eq!(parts[0]["items"][0]["options"], json!({ "color": "brown" }));
    assert_eq!(
        parts[0]["items"][0]["line_total"],
        json!({ "amount": 25800, "currency": "AZN" })
    );
    assert_eq!(order["timeline"][0]["what"], "placed");
    assert_eq!(order["timeline"][0]["actor"], "customer");
}

#[actix_web::test]
async fn an_accepted_order_is_told_as_a_whole_and_item_by_item() {
    let app = TestApp::new().await;
    let buyer = app.buyer();

    let order = app.order_by(&buyer).await;

    let events = app.db.published().await;
    let kinds: Vec<_> = events
        .iter()
        .map(|event| (event.kind.as_str(), event.version))
        .collect();
    let item = ("order.item.created", Some(1));
    assert_eq!(kinds, [("order.created", Some(1)), item, item]);
    let created = &events[0].data;
    assert_eq!(created["number"], order.body["number"]);
    assert_eq!(created["cart_version"], 2);
    assert_eq!(created["totals"], totals(26300));
    assert_eq!(created["reservation_id"], json!(app.world.reservations()[0].0));
    assert_eq!(created["items"].as_array().unwrap().len(), 2);
    assert_eq!(created["items"][0]["order_item_id"], order.item(0));
    assert_eq!(
        (events[1].subject.as_str(), &events[1].data["order_id"]),
        (order.item(0), &json!(order.id()))
    );
}

#[actix_web::test]
async fn what_was_ordered_is_out_of_the_cart_at_once_and_its_stock_is_held() {
    let app = TestApp::new().await;
    let buyer = app.buyer();

    app.order_by(&buyer).await;

    assert_eq!(app.world.cart_size(buyer.id()), 0);
    assert_eq!(app.world.available(&buyer.things[0]), 8);
    assert_eq!(app.world.reservations()[0].1, Held::Held);
}

#[actix_web::test]
async fn the_same_request_gets_the_same_answer_for_one_order() {
    let app = TestApp::new().await;
    let buyer = app.buyer();
    let first = buyer.order("one").await;
    let order = first.body["sub_orders"][0]["items"][0]["id"].as_str().unwrap();
    let shipped = json!({ "status": "shipped", "carrier": "Azerpost", "tracking_number": "AZ1" });
    let moved = app
        .owner(&buyer.things[0])
        .patch(&format!("/api/v1/order-items/{order}/status"), shipped)
        .await;
    assert_eq!(moved.status, 200);

    let second = buyer.order("one").await;

    assert_eq!(
        (second.status, second.header("location")),
        (201, first.header("location"))
    );
    assert_eq!(second.body, first.body);
    assert_eq!(app.db.count("orders").await, 1);
    assert_eq!(app.db.published_of("order.created").await.len(), 1);
}

#[actix_web::test]
async fn another_request_under_an_accepted_key_is_refused() {
    let app = TestApp::new().await;
    let buyer = app.buyer();
    buyer.order("one").await;
    let mut other = checkout();
    other["note"] = json!("Do not ring.");

    let response = buyer.order_with("one", other).await;

    assert_eq!(response.problem(), (422, "idempotency-key-reused"));
    assert_eq!(app.db.count("orders").await, 1);
}

#[actix_web::test]
async fn two_customers_may_use_the_same_key() {
    let app = TestApp::new().await;
    let (one, two) = (app.buyer(), app.buyer());

    let (first, second) = (one.order("same").await, two.order("same").await);

    assert_eq!((first.status, second.status), (201, 201));
    assert_ne!(first.body["number"], second.body["number"]);
}

#[actix_web::test]
async fn a_second_order_follows_the_first_even_if_the_cart_has_not_heard_of_it() {
    let app = TestApp::new().await;
    let buyer = app.buyer();
    app.world.deafen_carts();
    app.order_by(&buyer).await;
    assert_eq!(app.world.cart_size(buyer.id()), 2);
    app.world.put_in_cart(buyer.id(), &buyer.things[1], 3);

    let second = app.order_by(&buyer).await;

    assert_eq!(second.body["totals"], totals(1500));
    assert_eq!(app.db.count("orders where previous_order_id is null").await, 1);
    let asked = app
        .carts
        .calls()
        .into_iter()
        .rfind(|call| call.path.ends_with("/checkout"))
        .unwrap()
        .body;
    assert_eq!(
        asked["carts"][0]["last_order"]["lines"].as_array().unwrap().len(),
        2
    );
}

fn totals(amount: i64) -> Value {
    let money = |amount| json!({ "amount": amount, "currency": "AZN" });
    json!({ "subtotal": money(amount), "shipping": money(0), "tax": money(0), "discount": money(0),
            "total": money(amount) })
}

#[actix_web::test]
async fn a_repeat_is_known_in_any_spelling_and_across_builds() {
    let app = TestApp::new().await;
    let buyer = app.buyer();
    let with = |name: &str, value: Value| {
        let mut body = checkout();
        body[name] = value;
        body
    };
    let address = checkout()["shipping_address"].clone();

    let repeat = Repeat {
        path: ORDERS.to_owned(),
        body: checkout(),
        spelled: format!(
            r#"{{"accept_changes": false, "address_id": null, "shipping_address": {address}, "note": {}}}"#,
            checkout()["note"]
        ),
        others: vec![
            with("note", json!("")),
            with("accept_changes", json!(true)),
            with("shipping_address", {
                let mut elsewhere = address.clone();
                elsewhere["line2"] = json!("apt. 5");
                elsewhere
            }),
        ],
        operation: "place_order".to_owned(),
        hashed: formerly_written(&address, &checkout()["note"]),
    };

    repeat
        .check(&app.db, &buyer.client.clone().with("Idempotency-Key", "one"))
        .await;
    assert_eq!(app.db.count("orders").await, 1);
}

/// A checkout as the baseline wrote it when it hashed the request: members in the order of the type, absent ones null.
fn formerly_written(address: &Value, note: &Value) -> String {
    let members = [
        "name",
        "line1",
        "line2",
        "city",
        "region",
        "postal_code",
        "country",
        "phone_number",
    ];
    let written: Vec<String> = members
        .iter()
        .map(|name| format!("\"{name}\":{}", address[name]))
        .collect();
    format!(
        r#"{{"shipping_address":{{{}}},"note":{note},"accept_changes":false}}"#,
        written.join(",")
    )
}
