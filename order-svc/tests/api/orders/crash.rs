//! A checkout may die at any step; product-svc may be faster at any step.

use serde_json::json;
use souk_testkit::Client;
use uuid::Uuid;

use crate::app::{TestApp, accepting};
use crate::world::Held;

/// Asks for the verdict as the sweeper of product-svc does, from another thread.
fn sweep(sweeper: Client, reservation_id: Uuid) {
    let asking = std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        let url = format!("/internal/reservations/{reservation_id}/verdict");
        runtime.block_on(sweeper.post(&url, json!(null)))
    });
    assert_eq!(asking.join().unwrap().status, 200);
}

#[actix_web::test]
async fn an_order_that_died_after_reserving_goes_on_with_its_own_reservation() {
    let app = TestApp::new().await;
    let buyer = app.buyer();
    app.world.lose_answers(true);
    let lost = buyer.order("one").await;
    app.world.lose_answers(false);

    let found = buyer.order("one").await;

    assert_eq!(lost.problem(), (503, "unavailable"));
    assert_eq!(found.status, 201);
    assert_eq!(app.world.reservations().len(), 1);
    assert_eq!(
        (
            app.db.count("orders").await,
            app.world.available(&buyer.things[0])
        ),
        (1, 8)
    );
}

#[actix_web::test]
async fn an_order_that_died_in_its_transaction_left_nothing_and_goes_on() {
    let app = TestApp::new().await;
    let buyer = app.buyer();
    app.sql("alter table outbox rename to lost").await;
    let failed = buyer.order("one").await;
    app.sql("alter table lost rename to outbox").await;

    let rows = [
        app.db.count("orders").await,
        app.db.count("verdicts").await,
        app.db.count("idempotency_keys").await,
    ];
    let accepted = buyer.order("one").await;

    assert_eq!((failed.status, rows), (500, [0, 0, 0]));
    assert_eq!(accepted.status, 201);
    assert_eq!(
        (app.db.count("orders").await, app.world.reservations().len()),
        (1, 1)
    );
}

#[actix_web::test]
async fn a_reservation_that_was_abandoned_under_an_order_is_replaced() {
    let app = TestApp::new().await;
    let buyer = app.buyer();
    let (sweeper, first) = (app.server.peer("product-svc"), std::sync::Once::new());
    app.world
        .after_reserve(move |id| first.call_once(|| sweep(sweeper.clone(), id)));

    let accepted = buyer.order("one").await;

    assert_eq!(accepted.status, 201);
    let held: Vec<_> = app
        .world
        .reservations()
        .into_iter()
        .map(|(_, held)| held)
        .collect();
    assert_eq!(held, [Held::Released, Held::Held]);
    assert_eq!(
        (
            app.db.count("orders").await,
            app.world.available(&buyer.things[0])
        ),
        (1, 8)
    );
}

#[actix_web::test]
async fn an_order_whose_reservations_are_all_abandoned_fails_cleanly() {
    let app = TestApp::new().await;
    let buyer = app.buyer();
    let sweeper = app.server.peer("product-svc");
    app.world.after_reserve(move |id| sweep(sweeper.clone(), id));

    let refused = buyer.order("one").await;

    assert_eq!(refused.problem(), (409, "reservation-lapsed"));
    assert_eq!(
        (app.db.count("orders").await, app.db.published().await.len()),
        (0, 0)
    );
    assert!(
        app.world
            .reservations()
            .iter()
            .all(|(_, held)| *held == Held::Released)
    );
    assert_eq!(app.world.available(&buyer.things[0]), 10);
}

#[actix_web::test]
async fn a_reservation_of_another_cart_is_given_up() {
    let app = TestApp::new().await;
    let buyer = app.buyer();
    app.world.lose_answers(true);
    buyer.order("one").await;
    app.world.lose_answers(false);
    let late = app.world.sell(300, 5);
    app.world.put_in_cart(buyer.id(), &late, 1);

    let accepted = buyer.order("one").await;

    assert_eq!(accepted.body["sub_orders"].as_array().unwrap().len(), 3);
    let held: Vec<_> = app
        .world
        .reservations()
        .into_iter()
        .map(|(_, held)| held)
        .collect();
    assert_eq!(held, [Held::Released, Held::Held]);
    assert_eq!(app.world.available(&buyer.things[0]), 8);
}

#[actix_web::test]
async fn a_lost_answer_is_given_again() {
    let app = TestApp::new().await;
    let buyer = app.buyer();
    let accepted = buyer.order("one").await;
    app.carts.set_down(true);
    app.products.set_down(true);

    let again = buyer.order("one").await;

    assert_eq!((again.status, again.body), (201, accepted.body));
}

#[actix_web::test]
async fn an_accepted_order_is_answered_again_whatever_has_become_of_the_cart() {
    let app = TestApp::new().await;
    let buyer = app.buyer();
    let accepted = buyer.order("one").await;
    let after = app.world.sell(700, 5);
    app.world.put_in_cart(buyer.id(), &after, 3);

    let with_other_things = buyer.order("one").await;
    let otherwise = buyer.order_with("one", accepting()).await;
    app.world.owns_a_shop(buyer.id());
    let without_a_cart = buyer.order("one").await;

    for again in [with_other_things, without_a_cart] {
        assert_eq!((again.status, &again.body), (201, &accepted.body));
    }
    assert_eq!(otherwise.problem(), (422, "idempotency-key-reused"));
    assert_eq!(
        (app.db.count("orders").await, app.world.available(&after)),
        (1, 5)
    );
}

#[actix_web::test]
async fn an_order_whose_client_leaves_at_any_moment_is_placed_once() {
    let app = TestApp::new().await;

    app.server
        .dropped_at_every_await(async |interruption| {
            let buyer = app.buyer();

            let answer = interruption.of(buyer.order("one")).await;

            let again = buyer.order("one").await;
            assert_eq!(again.status, 201, "{again:?}");
            let of = |table: &str| format!("{table} where user_id = '{}'", buyer.id());
            assert_eq!(app.db.count(&of("orders")).await, 1);
            assert_eq!(app.world.available(&buyer.things[0]), 8);
            assert_eq!(app.world.cart_size(buyer.id()), 0);
            let created = app.db.published_of("order.created").await;
            let created = created
                .iter()
                .filter(|event| event.data["user_id"] == json!(buyer.id()));
            assert_eq!(created.count(), 1);
            answer
        })
        .await;
}
