use std::collections::HashSet;

use futures_util::future::join_all;

use crate::app::{ORDERS, TestApp};
use crate::world::Held;

#[actix_web::test]
async fn parallel_tries_of_one_order_are_one_order_with_one_answer() {
    let app = TestApp::new().await;
    let buyer = app.buyer();

    let answers = join_all((0..8).map(|_| buyer.order("one"))).await;

    for answer in &answers {
        assert_eq!(answer.status, 201, "{answer:?}");
        assert_eq!(answer.body, answers[0].body);
    }
    assert_eq!(app.db.count("orders").await, 1);
    assert_eq!(app.world.reservations().len(), 1);
    assert_eq!(app.world.available(&buyer.things[0]), 8);
    assert_eq!(app.db.published_of("order.created").await.len(), 1);
}

#[actix_web::test]
async fn parallel_orders_of_one_cart_are_one_order_and_refusals() {
    let app = TestApp::new().await;
    let buyer = app.buyer();
    let keys: Vec<String> = (0..5).map(|n| n.to_string()).collect();

    let answers = join_all(keys.iter().map(|key| buyer.order(key))).await;

    let accepted = answers.iter().filter(|answer| answer.status == 201).count();
    assert_eq!(accepted, 1, "{answers:?}");
    for refused in answers.iter().filter(|answer| answer.status != 201) {
        assert!(
            [(409, "cart-already-ordered"), (409, "cart-empty")].contains(&refused.problem()),
            "{refused:?}"
        );
    }
    assert_eq!(app.db.count("orders").await, 1);
    assert_eq!(app.world.available(&buyer.things[0]), 8);
    let held = app
        .world
        .reservations()
        .into_iter()
        .filter(|(_, held)| *held == Held::Held)
        .count();
    assert_eq!(held, 1);
}

#[actix_web::test]
async fn those_who_may_not_order_cost_the_others_nothing() {
    let app = TestApp::new().await;
    let buyers: Vec<_> = (0..12).map(|_| app.buyer()).collect();
    for owner in buyers.iter().step_by(4) {
        app.world.owns_a_shop(owner.id());
    }
    for late in buyers.iter().skip(1).step_by(4) {
        app.world.change(late.things[1].id, |thing| thing.available = 0);
    }

    let answers = join_all(buyers.iter().map(|buyer| buyer.order("one"))).await;

    for (n, answer) in answers.iter().enumerate() {
        match n % 4 {
            0 => assert_eq!(answer.problem(), (403, "shop-owner-has-no-cart")),
            1 => assert_eq!(answer.problem(), (409, "cart-changed")),
            _ => assert_eq!(answer.status, 201, "{answer:?}"),
        }
    }
    assert_eq!(app.db.count("orders").await, 6);
}

#[actix_web::test]
async fn many_buyers_of_the_last_pieces_get_no_more_than_there_are() {
    let app = TestApp::new().await;
    let thing = app.world.sell(100, 10);
    let buyers: Vec<_> = (0..20)
        .map(|_| {
            let client = app.server.customer(uuid::Uuid::now_v7());
            app.world.put_in_cart(client.user_id(), &thing, 1);
            client.with("Idempotency-Key", "one")
        })
        .collect();

    let answers = join_all(
        buyers
            .iter()
            .map(|buyer| buyer.post(crate::app::ORDERS, crate::app::checkout())),
    )
    .await;

    let numbers: HashSet<_> = answers
        .iter()
        .filter(|answer| answer.status == 201)
        .map(|answer| answer.body["number"].to_string())
        .collect();
    assert_eq!(
        (
            numbers.len(),
            app.db.count("orders").await,
            app.world.available(&thing)
        ),
        (10, 10, 0)
    );
}

#[actix_web::test]
async fn more_buyers_than_there_are_turns_wait_for_theirs() {
    let app = TestApp::with_turns(2).await;
    let buyers: Vec<_> = (0..9).map(|_| app.buyer()).collect();

    let answers = join_all(buyers.iter().map(|buyer| buyer.order("one"))).await;

    assert!(answers.iter().all(|answer| answer.status == 201), "{answers:?}");
    assert_eq!(app.turns.available_permits(), 2);
}

#[actix_web::test]
async fn a_checkout_that_gets_no_turn_is_told_to_come_back_and_has_asked_nobody() {
    let app = TestApp::new().await;
    let buyer = app.buyer();
    app.turns.close();

    let refused = buyer.order("one").await;
    let list = buyer.client.get(ORDERS).await;

    assert_eq!(refused.problem(), (503, "unavailable"));
    assert_eq!(refused.header("retry-after"), Some("1"));
    assert!(app.carts.calls().is_empty());
    assert_eq!(list.status, 200);
}

#[actix_web::test]
async fn who_has_gone_away_takes_no_turn() {
    let app = TestApp::with_turns(1).await;
    let (gone, next) = (app.buyer(), app.buyer());
    let turn = app.turns.acquire().await.unwrap();
    let waiting = tokio::time::timeout(std::time::Duration::from_millis(300), gone.order("one")).await;
    assert!(waiting.is_err(), "{waiting:?}");

    drop(turn);
    let answer = next.order("two").await;

    assert_eq!(answer.status, 201);
    assert_eq!(app.db.count("orders").await, 1);
}

#[actix_web::test]
async fn one_who_is_refused_does_not_stop_those_who_order_at_the_same_moment() {
    let app = TestApp::new().await;
    let buyers: Vec<_> = (0..12).map(|_| app.buyer()).collect();
    for closed in buyers.iter().step_by(4) {
        let id = closed.id();
        app.sql(&format!(
            "insert into accounts (user_id, is_closed) values ('{id}', true)"
        ))
        .await;
    }

    let answers = join_all(buyers.iter().map(|buyer| buyer.order("one"))).await;

    let told = app.db.published_of("order.created").await;
    for (n, (buyer, answer)) in buyers.iter().zip(&answers).enumerate() {
        let of_buyer = told
            .iter()
            .filter(|event| event.data["user_id"] == buyer.id().to_string());
        if n % 4 == 0 {
            assert_eq!(answer.problem(), (409, "account-closed"));
            assert_eq!(of_buyer.count(), 0);
        } else {
            assert_eq!(answer.status, 201, "{answer:?}");
            let ids: Vec<_> = of_buyer.map(|event| &event.data["order_id"]).collect();
            assert_eq!(ids, [&answer.body["id"]]);
        }
    }
    assert_eq!(app.db.count("orders").await, 9);
}
