use analytics_svc::domain::{Pseudonyms, UserId};
use serde_json::{Value, json};
use souk_contracts::Envelope;
use souk_contracts::events::OrderItemStatus::{Cancelled, Shipped};
use souk_contracts::events::UserCreated;

use crate::harness::{KEY, NEXT_KEY, TestApp};
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
async fn the_words_of_an_erased_account_are_nowhere() {
    let app = TestApp::new().await;
    let story = order(vec![item(SHOP, 11, 2)], "2026-03-01T10:00:00Z");
    let mut cancelled = story.moved(0, Cancelled, "2026-03-02T10:00:00Z");
    cancelled.data["reason"] = "reason-garnet".into();
    let events = [story.created(), cancelled, erased(BUYER)];

    for events in permutations(&events) {
        app.forget().await;
        app.take_singly(events).await;

        let dump = app.db.dump().await;
        assert!(!dump.contains("garnet"), "{dump}");
        assert!(!dump.contains(&BUYER.to_string()), "{dump}");
    }
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

/// What a build without keys left of an account that it had erased: its events, under a name that anybody can compute.
async fn erase_without_a_key(app: &TestApp) -> String {
    let name = app.pseudonyms.former(UserId(BUYER)).pop().unwrap().to_string();
    for statement in [
        format!("insert into erased_users (pseudonym) values ('{name}')"),
        format!(
            "update event_log set user_id = null, subject = replace(subject, '{BUYER}', '{name}'),
                 data = replace(data::text, '{BUYER}', '{name}')::jsonb where user_id = '{BUYER}'"
        ),
        format!("update visits set visitor = '{name}' where visitor = '{BUYER}'"),
        format!("update order_items set user_id = null where user_id = '{BUYER}'"),
    ] {
        app.run(&statement).await;
    }
    name
}

fn cancelled_life() -> Vec<Envelope<Value>> {
    let story = order(vec![item(SHOP, 11, 2)], "2026-03-01T10:00:00Z");
    let mut cancelled = story.moved(0, Cancelled, "2026-03-02T10:00:00Z");
    cancelled.data["reason"] = json!("reason-garnet");
    vec![
        seen_product(&BUYER.to_string(), Some(BUYER), "2026-03-01T09:00:00Z"),
        story.created(),
        cancelled,
    ]
}

#[actix_web::test]
async fn an_account_that_a_former_build_erased_goes_on_under_a_keyed_name() {
    let app = TestApp::new().await;
    app.take(cancelled_life()).await;
    let public = erase_without_a_key(&app).await;
    assert!(app.db.dump().await.contains(&public));
    let sums = app.table("shop_sales").await;

    for _ in 0..2 {
        app.take(vec![erased(BUYER)]).await;
    }

    let (dump, name) = (app.db.dump().await, app.pseudonyms.of(UserId(BUYER)).to_string());
    assert!(!dump.contains(&public) && !dump.contains("garnet"), "{dump}");
    assert!(!dump.contains(&BUYER.to_string()), "{dump}");
    let named = format!("event_log where data ->> 'user_id' = '{name}'");
    assert_eq!(app.db.count(&named).await, 5);
    assert_eq!(app.table("visits").await[0]["visitor"], json!(name));
    assert_eq!(app.db.count("erased_users").await, 1);
    assert_eq!(app.table("shop_sales").await, sums);
    let before = app.rows().await;
    app.rebuild().await;
    assert_eq!(app.rows().await, before);
}

#[actix_web::test]
async fn a_late_event_of_an_account_that_a_former_build_erased_is_recognised() {
    let app = TestApp::new().await;
    let public = erase_without_a_key(&app).await;

    app.take(cancelled_life()).await;

    let dump = app.db.dump().await;
    assert!(
        !dump.contains(&BUYER.to_string()) && !dump.contains(&public),
        "{dump}"
    );
    assert!(dump.contains(&app.pseudonyms.of(UserId(BUYER)).to_string()));
}

#[actix_web::test]
async fn replicas_that_change_their_key_one_after_another_agree_on_who_was_erased() {
    let mut app = TestApp::new().await;
    let lists = [
        vec![KEY],
        vec![KEY, NEXT_KEY],
        vec![NEXT_KEY, KEY],
        vec![KEY, NEXT_KEY],
        vec![NEXT_KEY, KEY],
    ];
    let mut late = cancelled_life().into_iter();
    app.take(vec![erased(BUYER)]).await;

    for list in lists {
        app.pseudonyms = Pseudonyms::new(list).unwrap();
        app.take(late.next().into_iter().collect()).await;

        let dump = app.db.dump().await;
        assert!(!dump.contains(&BUYER.to_string()), "{dump}");
    }
    app.pseudonyms = Pseudonyms::new([NEXT_KEY, KEY]).unwrap();
    app.take(vec![erased(BUYER)]).await;

    // Now the former key can go.
    app.pseudonyms = Pseudonyms::new([NEXT_KEY]).unwrap();
    app.take(cancelled_life()).await;
    let (dump, name) = (app.db.dump().await, app.pseudonyms.of(UserId(BUYER)));
    assert!(!dump.contains(&BUYER.to_string()), "{dump}");
    let named = format!("event_log where data ->> 'user_id' = '{name}'");
    assert_eq!(app.db.count(&named).await, 8);
    assert_eq!(app.db.count("erased_users").await, 1);
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
