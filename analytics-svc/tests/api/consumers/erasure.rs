use serde_json::Value;
use souk_contracts::Envelope;
use souk_contracts::events::OrderItemStatus::Shipped;
use souk_contracts::events::UserCreated;

use crate::harness::TestApp;
use crate::story::{
    BUYER, OWNER, SHOP, approved, closed, erased, event, item, order, permutations, seen_product,
};

/// Everything told of a customer who sees, buys and leaves; and of an owner who leaves.
fn life() -> Vec<Envelope<Value>> {
    let story = order(vec![item(SHOP, 11, 2)], "2026-03-01T10:00:00Z");
    vec![
        event(
            UserCreated {
                user_id: BUYER,
                is_active: true,
            },
            Some(1),
            "2026-02-01T00:00:00Z",
        ),
        seen_product(&BUYER.to_string(), Some(BUYER), "2026-03-01T09:00:00Z"),
        story.created(),
        story.moved(0, Shipped, "2026-03-02T10:00:00Z"),
        approved(),
        closed(),
    ]
}

fn shows(rows: &[Value], id: uuid::Uuid) -> bool {
    rows.iter()
        .any(|table| table.to_string().contains(&id.to_string()))
}

#[actix_web::test]
async fn an_erased_account_is_nowhere_and_its_figures_stay() {
    let app = TestApp::new().await;
    app.take(life()).await;
    let sums = app.table("shop_sales").await;
    assert!(shows(&app.rows().await, BUYER));

    app.take(vec![erased(BUYER), erased(OWNER)]).await;

    let rows = app.rows().await;
    assert!(!shows(&rows, BUYER) && !shows(&rows, OWNER));
    assert!(
        !app.table("erased_users")
            .await
            .to_string()
            .contains(&BUYER.to_string())
    );
    assert_eq!(app.table("shop_sales").await, sums);
    assert_eq!(app.table("visits").await.as_array().unwrap().len(), 1);
    assert_eq!(app.table("event_log").await.as_array().unwrap().len(), 8);
}

#[actix_web::test]
async fn what_comes_after_the_erasure_is_erased_as_well() {
    let app = TestApp::new().await;
    let mut events = life();
    events.extend([erased(BUYER), erased(OWNER)]);
    app.take(events.clone()).await;
    let expected = app.rows().await;

    for singly in [false, true] {
        app.forget().await;
        let reversed: Vec<_> = events.iter().rev().cloned().collect();
        if singly {
            app.take_singly(reversed).await;
        } else {
            app.take(reversed).await;
        }
        assert_eq!(app.rows().await, expected);
    }
}

#[actix_web::test]
async fn an_erasure_may_come_anywhere_between_the_events_of_an_order() {
    let app = TestApp::new().await;
    let story = order(vec![item(SHOP, 11, 2)], "2026-03-01T10:00:00Z");
    let events = [
        story.created(),
        story.moved(0, Shipped, "2026-03-02T10:00:00Z"),
        erased(BUYER),
    ];
    app.take(events.to_vec()).await;
    let expected = app.rows().await;

    for events in permutations(&events) {
        app.forget().await;
        app.take_singly(events).await;
        assert_eq!(app.rows().await, expected);
    }
}
