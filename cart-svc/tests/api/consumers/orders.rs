//! `cart-svc.orders`

use cart_svc::consumers::{OnOrderCreated, OnUserDeleted};
use serde_json::json;
use souk_contracts::Envelope;
use souk_contracts::events::UserDeleted;
use uuid::Uuid;

use super::ordered;
use crate::app::{TestApp, add, cart, only_line};

#[actix_web::test]
async fn exactly_what_was_ordered_leaves_the_cart() {
    let app = TestApp::new().await;
    let customer = app.customer();
    let some = add(&customer, app.sells(100, 10).variation_id, 5).await;
    let all = add(&customer, app.sells(100, 10).variation_id, 2).await;
    let none = add(&customer, app.sells(100, 10).variation_id, 1).await;

    app.tell(
        &OnOrderCreated,
        ordered(&customer, Uuid::now_v7(), &[(&some, 3), (&all, 2)]),
    )
    .await;

    let lines = cart(&customer).await["lines"].clone();
    assert_eq!(lines.as_array().unwrap().len(), 2);
    assert_eq!((&lines[0]["id"], &lines[0]["quantity"]), (&some["id"], &json!(2)));
    assert_eq!((&lines[1]["id"], &lines[1]["quantity"]), (&none["id"], &json!(1)));
}

#[actix_web::test]
async fn an_order_counts_once_and_each_order_counts() {
    let app = TestApp::new().await;
    let customer = app.customer();
    let line = add(&customer, app.sells(100, 10).variation_id, 9).await;
    let (first, second) = (Uuid::now_v7(), Uuid::now_v7());

    for order_id in [second, first, second, first] {
        app.tell(&OnOrderCreated, ordered(&customer, order_id, &[(&line, 2)]))
            .await;
    }

    assert_eq!(only_line(&customer).await["quantity"], 5);
}

#[actix_web::test]
async fn what_was_added_after_the_order_stays() {
    let app = TestApp::new().await;
    let customer = app.customer();
    let shoes = app.sells(100, 10);
    let line = add(&customer, shoes.variation_id, 2).await;
    add(&customer, shoes.variation_id, 3).await;

    app.tell(&OnOrderCreated, ordered(&customer, Uuid::now_v7(), &[(&line, 2)]))
        .await;

    assert_eq!(only_line(&customer).await["quantity"], 3);
}

#[actix_web::test]
async fn an_order_of_a_cart_that_is_not_there_changes_nothing() {
    let app = TestApp::new().await;
    let customer = app.customer();
    let line = json!({ "id": Uuid::now_v7() });

    app.tell(&OnOrderCreated, ordered(&customer, Uuid::now_v7(), &[(&line, 2)]))
        .await;

    assert_eq!(cart(&customer).await["lines"], json!([]));
}

#[actix_web::test]
async fn orders_of_many_customers_are_taken_out_together() {
    let app = TestApp::new().await;
    let (one, other, stranger) = (app.customer(), app.customer(), app.customer());
    let (shoes, hat) = (app.sells(100, 20), app.sells(100, 20));
    let of_one = add(&one, shoes.variation_id, 9).await;
    let hat_of_one = add(&one, hat.variation_id, 2).await;
    let of_other = add(&other, shoes.variation_id, 4).await;
    let unknown = json!({ "id": Uuid::now_v7() });
    let twice = ordered(&one, Uuid::now_v7(), &[(&of_one, 2), (&hat_of_one, 2)]);

    app.db
        .tell_all(
            &OnOrderCreated,
            vec![
                twice.clone(),
                ordered(&other, Uuid::now_v7(), &[(&of_other, 1)]),
                ordered(&one, Uuid::now_v7(), &[(&of_one, 3)]),
                ordered(&stranger, Uuid::now_v7(), &[(&unknown, 1)]),
                twice.clone(),
            ],
        )
        .await
        .unwrap();
    app.tell(&OnOrderCreated, twice).await;

    assert_eq!(only_line(&one).await["quantity"], 4);
    assert_eq!(only_line(&other).await["quantity"], 3);
    assert_eq!(cart(&stranger).await["lines"], json!([]));
}

#[actix_web::test]
async fn two_orders_that_empty_a_line_between_them_leave_none() {
    let app = TestApp::new().await;
    let customer = app.customer();
    let line = add(&customer, app.sells(100, 10).variation_id, 5).await;
    let version = cart(&customer).await["version"].as_i64().unwrap();

    let order = |pieces| ordered(&customer, Uuid::now_v7(), &[(&line, pieces)]);
    app.db
        .tell_all(&OnOrderCreated, vec![order(2), order(3)])
        .await
        .unwrap();

    let cart = cart(&customer).await;
    assert_eq!(cart["lines"], json!([]));
    assert!(cart["version"].as_i64().unwrap() > version);
}

#[actix_web::test]
async fn an_erased_cart_among_others_is_left_alone() {
    let app = TestApp::new().await;
    let (gone, here) = (app.customer(), app.customer());
    let of_gone = add(&gone, app.sells(100, 10).variation_id, 5).await;
    let of_here = add(&here, app.sells(100, 10).variation_id, 5).await;
    let user_id = gone.user_id();
    let event = Envelope::new(UserDeleted { user_id }, Some(2));
    app.tell(&OnUserDeleted, event).await;

    app.db
        .tell_all(
            &OnOrderCreated,
            vec![
                ordered(&gone, Uuid::now_v7(), &[(&of_gone, 1)]),
                ordered(&here, Uuid::now_v7(), &[(&of_here, 1)]),
            ],
        )
        .await
        .unwrap();

    assert_eq!(only_line(&here).await["quantity"], 4);
    let applied = format!("applied where user_id = '{user_id}'");
    assert_eq!(app.db.count(&applied).await, 0);
}

#[actix_web::test]
async fn batches_of_the_same_carts_do_not_wait_in_a_circle() {
    let app = TestApp::new().await;
    let customers: Vec<_> = (0..8).map(|_| app.customer()).collect();
    let mut lines = Vec::new();
    for customer in &customers[2..] {
        lines.push(add(customer, app.sells(100, 99).variation_id, 50).await);
    }
    // Two of them have no cart yet.
    let missing = json!({ "id": Uuid::now_v7() });
    let line = |at: usize| at.checked_sub(2).map_or(&missing, |at| &lines[at]);
    let orders = |reverse: bool| {
        let mut orders: Vec<_> = (0..customers.len())
            .map(|at| ordered(&customers[at], Uuid::now_v7(), &[(line(at), 1)]))
            .collect();
        if reverse {
            orders.reverse();
        }
        orders
    };

    for _ in 0..10 {
        tokio::try_join!(
            app.db.tell_all(&OnOrderCreated, orders(false)),
            app.db.tell_all(&OnOrderCreated, orders(true)),
        )
        .unwrap();
    }

    for customer in &customers[2..] {
        assert_eq!(only_line(customer).await["quantity"], 30);
    }
}
