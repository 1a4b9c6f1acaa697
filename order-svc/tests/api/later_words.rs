//! Words that a later build has written: shown as they are, decided by nobody.

use serde_json::{Value, json};
use souk_testkit::exported;
use uuid::Uuid;

use crate::app::{Buyer, ORDERS, Ordered, TestApp};

const EMAIL: &str = "aygun@example.org";

/// An order whose first item has left as `AZ-7`, in tables that take any word.
async fn shipped(app: &TestApp) -> (Buyer, Ordered) {
    let buyer = app.buyer();
    app.book.is_reached_at(buyer.id(), EMAIL);
    let order = app.order_by(&buyer).await;
    let body = json!({ "status": "shipped", "carrier": "Azerpost", "tracking_number": "AZ-7" });
    let moved = app
        .owner(&buyer.things[0])
        .patch(&order.item_url(0, "status"), body)
        .await;
    assert_eq!(moved.status, 200, "{moved:?}");
    for table in ["orders", "sub_orders", "order_items", "timeline", "verdicts"] {
        app.db.lift_checks(table).await;
    }
    (buyer, order)
}

#[actix_web::test]
async fn every_reading_route_shows_them_as_they_are() {
    let app = TestApp::new().await;
    let (buyer, order) = shipped(&app).await;
    app.sql("update orders set status = 'half_returned'").await;
    app.sql("update sub_orders set status = 'part_returned'").await;
    app.sql("update order_items set status = 'returning'").await;
    app.sql("update timeline set what = 'item_returning', actor = 'carrier'")
        .await;

    let read = buyer.client.get(&order.url()).await;
    assert_eq!(read.status, 200, "{read:?}");
    assert_eq!(read.body["status"], "half_returned");
    assert_eq!(read.body["sub_orders"][0]["status"], "part_returned");
    assert_eq!(read.body["sub_orders"][0]["items"][0]["status"], "returning");
    assert_eq!(
        (
            &read.body["timeline"][0]["what"],
            &read.body["timeline"][0]["actor"]
        ),
        (&json!("item_returning"), &json!("carrier"))
    );

    let list = buyer.client.get(ORDERS).await;
    assert_eq!(
        (list.status, &list.body["items"][0]["status"]),
        (200, &json!("half_returned"))
    );
    let csv = app.server.admin().get(&format!("{ORDERS}/export")).await;
    let csv = String::from_utf8(csv.bytes).unwrap();
    assert!(
        csv.contains(",half_returned,") && csv.contains(",returning,"),
        "{csv}"
    );
    let tracked = app
        .server
        .anonymous()
        .get(&format!("/api/v1/tracking/AZ-7?email={EMAIL}"))
        .await;
    assert_eq!(tracked.status, 200, "{tracked:?}");
    assert_eq!(tracked.body["parcels"][0]["status"], "returning");
    assert_eq!(tracked.body["parcels"][0]["history"][0]["what"], "item_returning");
    let kept = exported(&app.server, buyer.id()).await;
    assert_eq!(kept["orders"][0]["status"], "half_returned");
}

#[actix_web::test]
async fn orders_that_hold_them_are_not_changed_and_others_are() {
    let app = TestApp::new().await;
    let (buyer, order) = shipped(&app).await;
    let other = app.buyer();
    let another = app.order_by(&other).await;
    let holds = format!("order_id = '{}'", order.id());

    for statement in [
        format!(
            "update orders set status = 'half_returned' where id = '{}'",
            order.id()
        ),
        format!("update sub_orders set status = 'part_returned' where {holds}"),
        format!("update order_items set status = 'returning' where {holds}"),
    ] {
        app.sql("update orders set status = 'processing'").await;
        app.sql("update sub_orders set status = 'processing'").await;
        app.sql("update order_items set status = 'processing'").await;
        app.sql(&statement).await;

        let cancel = json!({ "reason": "late" });
        let owner = app.owner(&buyer.things[0]);
        let tries = [
            buyer.client.post(&order.cancel_url(), cancel.clone()).await,
            buyer
                .client
                .post(&order.item_url(0, "cancel"), cancel.clone())
                .await,
            owner
                .patch(
                    &order.item_url(0, "status"),
                    json!({ "status": "cancelled", "reason": "x" }),
                )
                .await,
        ];
        for refused in tries {
            assert_eq!(refused.problem(), (409, "unknown-status"), "{statement}");
        }
        let account = app
            .server
            .peer("user-svc")
            .post(
                &format!("/internal/accounts/{}/close", buyer.id()),
                json!({ "attempt": 1 }),
            )
            .await;
        if statement.contains("update orders") {
            assert_eq!(account.problem(), (409, "unfinished-orders"));
        }
    }
    assert_eq!(
        other
            .client
            .post(&another.cancel_url(), json!({ "reason": "late" }))
            .await
            .status,
        200
    );
}

#[actix_web::test]
async fn a_reservation_with_another_verdict_is_not_let_go() {
    let app = TestApp::new().await;
    let (id, decided) = (Uuid::now_v7(), Uuid::now_v7());
    app.db.lift_checks("verdicts").await;
    app.sql(&format!(
        "insert into verdicts (reservation_id, verdict) values ('{decided}', 'being_paid')"
    ))
    .await;
    let ask = async |id: Uuid| {
        let path = format!("/internal/reservations/{id}/verdict");
        app.server.peer("product-svc").post(&path, json!(null)).await
    };

    assert_eq!(ask(decided).await.problem(), (409, "unknown-status"));
    assert_eq!(ask(id).await.body, json!({ "verdict": "abandoned" }));
}

#[actix_web::test]
async fn a_repeated_checkout_is_answered_as_the_first_time() {
    let app = TestApp::new().await;
    let buyer = app.buyer();
    let first = buyer.order("one").await;
    for table in ["orders", "order_items"] {
        app.db.lift_checks(table).await;
    }
    app.sql("update orders set status = 'half_returned'").await;
    app.sql("update order_items set status = 'returning'").await;

    let again = buyer.order("one").await;

    assert_eq!((again.status, &again.body), (201, &first.body));
    let item: &Value = &again.body["sub_orders"][0]["items"][0];
    assert_eq!(item["status"], "processing");
}
