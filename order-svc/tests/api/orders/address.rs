use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::app::{TestApp, address};

#[actix_web::test]
async fn an_order_goes_to_an_address_of_ones_own_book_as_it_is_now() {
    let app = TestApp::new().await;
    let buyer = app.buyer();
    let id = app.book.keep(buyer.id());

    let placed = buyer.order_with("one", json!({ "address_id": id })).await;
    app.book.forget();

    assert_eq!(placed.status, 201, "{placed:?}");
    let url = placed.header("location").unwrap();
    let kept = buyer.client.get(url).await.body;
    assert_eq!(kept["shipping_address"]["line1"], "Fountain Square 3");
    assert_eq!(kept["shipping_address"]["postal_code"], "AZ1000");
}

#[actix_web::test]
async fn an_accepted_order_is_answered_again_though_its_address_is_gone() {
    let app = TestApp::new().await;
    let buyer = app.buyer();
    let body = json!({ "address_id": app.book.keep(buyer.id()) });
    let other = json!({ "address_id": app.book.keep(buyer.id()) });

    let first = buyer.order_with("one", body.clone()).await;
    app.book.forget();
    let second = buyer.order_with("one", body).await;

    assert_eq!((second.status, &second.body), (201, &first.body));
    let another = buyer.order_with("one", other).await;
    assert_eq!(another.problem(), (422, "idempotency-key-reused"));
}

#[actix_web::test]
async fn parallel_tries_with_an_address_of_the_book_are_one_order() {
    let app = TestApp::new().await;
    let buyer = app.buyer();
    let body = json!({ "address_id": app.book.keep(buyer.id()) });

    let answers = join_all((0..4).map(|_| buyer.order_with("one", body.clone()))).await;

    assert!(
        answers.iter().all(|answer| answer.body == answers[0].body),
        "{answers:?}"
    );
    assert_eq!(app.db.count("orders").await, 1);
}

#[actix_web::test]
async fn an_address_that_is_not_in_the_book_is_pointed_at_and_holds_nothing() {
    let app = TestApp::new().await;
    let (buyer, other) = (app.buyer(), app.buyer());
    let foreign = app.book.keep(other.id());

    let refused = buyer.order_with("one", json!({ "address_id": foreign })).await;

    assert_eq!(refused.problem(), (422, "validation-failed"));
    assert_eq!(refused.body["errors"][0]["pointer"], "/address_id");
    assert!(app.world.reservations().is_empty());
    assert_eq!(buyer.order("one").await.status, 201);
}

#[actix_web::test]
async fn an_order_goes_to_exactly_one_place() {
    let app = TestApp::new().await;
    let buyer = app.buyer();
    let both = json!({ "address_id": app.book.keep(buyer.id()), "shipping_address": address() });
    let mut strange = address();
    strange["postal_code"] = json!("SW1A 1AA");
    let none: Value = json!({ "note": "Somewhere" });

    for (body, pointer) in [
        (both, "/address_id"),
        (none, "/shipping_address"),
        (
            json!({ "shipping_address": strange }),
            "/shipping_address/postal_code",
        ),
    ] {
        let refused = buyer.order_with("one", body).await;

        assert_eq!(refused.problem(), (422, "validation-failed"));
        assert_eq!(refused.body["errors"][0]["pointer"], pointer);
    }
}

#[actix_web::test]
async fn an_address_book_that_is_away_leaves_the_key_free() {
    let app = TestApp::new().await;
    let buyer = app.buyer();
    let body = json!({ "address_id": app.book.keep(buyer.id()) });

    app.users.set_down(true);
    let refused = buyer.order_with("one", body.clone()).await;
    let given = buyer.order("two").await;
    app.users.set_down(false);

    assert_eq!(refused.problem(), (503, "unavailable"));
    assert_eq!(given.status, 201, "a given address asks nobody");
    assert_eq!(buyer.order_with("one", body).await.problem(), (409, "cart-empty"));
}
