use std::collections::BTreeSet;

use analytics_svc::consumers::settle;
use serde_json::json;
use souk_contracts::Envelope;
use souk_contracts::events::OrderItemStatus::{Cancelled, Delivered, Shipped};
use souk_outbox::Outcome;
use uuid::Uuid;

use crate::harness::TestApp;
use crate::story::{
    OTHER, SHOP, approved, at, closed, item, order, permutations, renamed, seen, seen_product,
};

#[actix_web::test]
async fn every_event_of_the_contract_is_logged_once() {
    let app = TestApp::new().await;
    let samples = || {
        souk_contracts::EVENTS
            .iter()
            .map(|info| Envelope::decode_any(info.sample.as_bytes()).unwrap())
    };

    app.take(samples().collect()).await;
    let once = app.rows().await;
    app.take(samples().collect()).await;
    app.take_singly(samples()).await;

    assert_eq!(once[7].as_array().unwrap().len(), souk_contracts::EVENTS.len());
    assert_eq!(app.rows().await, once);
}

#[actix_web::test]
async fn an_event_twice_in_one_batch_counts_once() {
    let app = TestApp::new().await;
    let created = order(vec![item(SHOP, 11, 1)], "2026-03-01T10:00:00Z").created();

    app.take(vec![created.clone(), created]).await;

    assert_eq!(app.table("event_log").await.as_array().unwrap().len(), 1);
    assert_eq!(app.table("shop_sales").await[0]["booked"], 500);
}

#[actix_web::test]
async fn the_events_of_an_order_end_in_the_same_rows_in_every_order_of_arrival() {
    let app = TestApp::new().await;
    let story = order(
        vec![item(SHOP, 11, 2), item(SHOP, 12, 1), item(OTHER, 13, 1)],
        "2026-03-01T10:00:00Z",
    );
    let events = [
        story.created(),
        story.moved(0, Shipped, "2026-03-02T10:00:00Z"),
        story.moved(0, Delivered, "2026-03-03T10:00:00Z"),
        story.moved(1, Cancelled, "2026-03-01T11:00:00Z"),
    ];
    app.take(events.to_vec()).await;
    let expected = app.rows().await;

    for events in permutations(&events) {
        app.forget().await;
        app.take_singly(events.clone()).await;
        app.take_singly(events).await;
        assert_eq!(app.rows().await, expected);
    }
}

#[actix_web::test]
async fn a_status_that_comes_before_its_order_makes_the_row() {
    let app = TestApp::new().await;
    let story = order(vec![item(SHOP, 11, 2)], "2026-03-01T10:00:00Z");

    app.take(vec![story.moved(0, Delivered, "2026-03-03T10:00:00Z")])
        .await;

    let row = app.table("order_items").await[0].clone();
    assert_eq!(
        (&row["status"], &row["ordered_at"]),
        (&json!("delivered"), &json!(null))
    );
    let sums = app.table("shop_sales").await[0].clone();
    assert_eq!(
        (&sums["orders"], &sums["booked"], &sums["settled"]),
        (&json!(0), &json!(0), &json!(1000))
    );
}

#[actix_web::test]
async fn the_newest_name_of_a_shop_wins_in_every_order_of_arrival() {
    let app = TestApp::new().await;

    for events in permutations(&[
        approved(),
        renamed("Tea Palace", 7),
        renamed("Tea Shed", 4),
        closed(),
    ]) {
        app.forget().await;
        app.take_singly(events).await;
        assert_eq!(app.table("shops").await[0]["name"], "Tea Palace");
    }
}

#[actix_web::test]
async fn the_catalogue_knows_a_title_better_than_an_order() {
    let app = TestApp::new().await;
    let sample = souk_contracts::info("product.updated").unwrap().sample;
    let mut updated = Envelope::decode_any(sample.as_bytes()).unwrap();
    updated.data["product_id"] = json!(Uuid::from_u128(11));
    let title = updated.data["title"].clone();
    let created = order(vec![item(SHOP, 11, 1)], "2026-03-01T10:00:00Z").created();

    for events in permutations(&[updated, created]) {
        app.forget().await;
        app.take_singly(events).await;
        assert_eq!(app.table("products").await[0]["title"], title);
    }
}

#[actix_web::test]
async fn a_visitor_counts_once_by_quarter_of_an_hour() {
    let app = TestApp::new().await;
    let at = |minute: &str| format!("2026-03-01T10:{minute}:00Z");

    app.take(vec![
        seen("ann", &at("01")),
        seen_product("ann", None, &at("14")),
        seen("ann", &at("15")),
    ])
    .await;

    assert_eq!(app.table("visits").await.as_array().unwrap().len(), 2);
}

#[actix_web::test]
async fn an_event_of_a_type_from_the_future_is_logged() {
    let app = TestApp::new().await;
    let mut event = seen("ann", "2026-03-01T10:00:00Z");
    event.kind = "order.refunded".into();

    app.take(vec![event]).await;

    assert_eq!(app.table("event_log").await[0]["type"], "order.refunded");
}

#[actix_web::test]
async fn what_cannot_be_read_or_cannot_be_is_parked_and_leaves_nothing() {
    let app = TestApp::new().await;
    let created = order(vec![item(SHOP, 11, 1)], "2026-03-01T10:00:00Z").created();
    let (mut unreadable, mut unknown, mut impossible) = (created.clone(), created.clone(), created);
    unreadable.data = json!({"order_id": 1});
    unknown.dataschema = "order.created/9".into();
    impossible.data["items"][0]["quantity"] = json!(0);

    for event in [unreadable, unknown, impossible] {
        let refusal = app.try_take(vec![event]).await.unwrap_err();
        assert_eq!(settle(&refusal), Outcome::Park);
    }

    assert_eq!(app.table("event_log").await, json!([]));
}

#[actix_web::test]
async fn two_consumers_at_once_lose_nothing() {
    let app = TestApp::new().await;
    let stories: Vec<_> = (0..10)
        .map(|_| {
            order(
                vec![item(SHOP, 11, 1), item(OTHER, 13, 1)],
                "2026-03-01T10:00:00Z",
            )
        })
        .collect();
    let created = stories.iter().map(crate::story::Story::created);
    let cancelled = stories
        .iter()
        .map(|story| story.moved(0, Cancelled, "2026-03-01T11:00:00Z"));

    tokio::join!(
        app.take_singly(created.clone()),
        app.take_singly(cancelled.clone()),
        app.take_singly(created)
    );

    let sums = app.table("market_sales").await;
    let sums = sums.as_array().unwrap();
    for sum in sums {
        assert_eq!(
            (&sum["orders"], &sum["units"], &sum["booked"]),
            (&json!(10), &json!(10), &json!(5000))
        );
    }
    let buckets = sums.iter().map(|sum| {
        (
            sum["minutes"].as_i64().unwrap(),
            at(sum["bucket"].as_str().unwrap()),
        )
    });
    assert_eq!(
        buckets.collect::<BTreeSet<_>>(),
        BTreeSet::from([
            (15, at("2026-03-01T10:00:00Z")),
            (1440, at("2026-03-01T00:00:00Z")),
            (10080, at("2026-02-26T00:00:00Z")),
        ])
    );
}
