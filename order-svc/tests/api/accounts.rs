use serde_json::json;
use souk_testkit::{Client, Response};
use uuid::Uuid;

use crate::app::{Buyer, TestApp};
use crate::world::Held;

async fn ask(app: &TestApp, what: &str, user_id: Uuid, attempt: i64) -> Response {
    app.server
        .peer("user-svc")
        .post(
            &format!("/internal/accounts/{user_id}/{what}"),
            json!({ "attempt": attempt }),
        )
        .await
}

async fn deliver(owner: &Client, url: &str) {
    let shipped = json!({ "status": "shipped", "carrier": "Azerpost", "tracking_number": "AZ1" });
    assert_eq!(owner.patch(url, shipped).await.status, 200);
    let delivered = owner.patch(url, json!({ "status": "delivered" })).await;
    assert_eq!(delivered.status, 200);
}

fn is_all_released(app: &TestApp) -> bool {
    app.world
        .reservations()
        .iter()
        .all(|(_, held)| *held == Held::Released)
}

#[actix_web::test]
async fn a_closed_account_orders_nothing_until_it_is_open_again() {
    let app = TestApp::new().await;
    let buyer = app.buyer();

    let closed = ask(&app, "close", buyer.id(), 1).await;
    let again = ask(&app, "close", buyer.id(), 1).await;
    let refused = buyer.order("one").await;

    assert_eq!((closed.status, again.status), (204, 204));
    assert_eq!(refused.problem(), (409, "account-closed"));
    assert!(is_all_released(&app));
    assert_eq!(app.db.count("orders").await, 0);
    assert_eq!(ask(&app, "reopen", buyer.id(), 2).await.status, 204);
    assert_eq!(buyer.order("one").await.status, 201);
}

#[actix_web::test]
async fn an_account_with_an_unfinished_order_stays_open() {
    let app = TestApp::new().await;
    let buyer = app.buyer();
    let order = app.order_by(&buyer).await;

    let refused = ask(&app, "close", buyer.id(), 1).await;
    assert_eq!(refused.problem(), (409, "unfinished-orders"));
    app.world.put_in_cart(buyer.id(), &buyer.things[0], 1);
    let second = app.order_by(&buyer).await;
    assert_eq!(buyer.client.post_empty(&second.cancel_url()).await.status, 200);
    for n in 0..2 {
        deliver(&app.owner(&buyer.things[n]), &order.item_url(n, "status")).await;
    }

    assert_eq!(ask(&app, "close", buyer.id(), 1).await.status, 204);
}

#[actix_web::test]
async fn an_account_whose_customers_wait_stays_open() {
    let app = TestApp::new().await;
    let buyer = app.buyer();
    let order = app.order_by(&buyer).await;
    let owner = app.owner(&buyer.things[0]);

    let refused = ask(&app, "close", owner.user_id(), 1).await;
    assert_eq!(refused.problem(), (409, "unfinished-order-items"));
    deliver(&owner, &order.item_url(0, "status")).await;

    assert_eq!(ask(&app, "close", owner.user_id(), 1).await.status, 204);
}

#[actix_web::test]
async fn an_older_attempt_changes_nothing() {
    let app = TestApp::new().await;
    let buyer = app.buyer();
    ask(&app, "close", buyer.id(), 5).await;

    let reopened = ask(&app, "reopen", buyer.id(), 4).await;
    assert_eq!((reopened.status, buyer.order("one").await.status), (204, 409));
    ask(&app, "reopen", buyer.id(), 6).await;
    let closed = ask(&app, "close", buyer.id(), 5).await;

    assert_eq!(closed.problem(), (409, "stale-attempt"));
    assert_eq!(buyer.order("one").await.status, 201);
}

#[actix_web::test]
async fn of_an_order_and_a_closing_at_the_same_moment_one_is_refused() {
    let app = TestApp::new().await;
    let buyers: Vec<Buyer> = (0..12).map(|_| app.buyer()).collect();

    for buyer in &buyers {
        let (ordered, closed) = tokio::join!(buyer.order("one"), ask(&app, "close", buyer.id(), 1));

        match (ordered.status, closed.status) {
            (201, 409) => assert_eq!(closed.slug(), "unfinished-orders"),
            (409, 204) => assert_eq!(ordered.slug(), "account-closed"),
            other => panic!("{other:?}"),
        }
    }
}

#[actix_web::test]
async fn an_account_closed_between_reserving_and_ordering_gives_the_stock_back() {
    let app = TestApp::new().await;
    let buyer = app.buyer();
    let (peer, user_id) = (app.server.peer("user-svc"), buyer.id());
    app.world
        .after_reserve(move |_| close_meanwhile(peer.clone(), user_id));

    let refused = buyer.order("one").await;

    assert_eq!(refused.problem(), (409, "account-closed"));
    assert!(is_all_released(&app));
    assert_eq!(app.world.available(&buyer.things[0]), 10);
}

/// On a thread and a runtime of its own: the stand-in that calls this is not asynchronous.
fn close_meanwhile(peer: Client, user_id: Uuid) {
    let close = async move {
        let path = format!("/internal/accounts/{user_id}/close");
        assert_eq!(peer.post(&path, json!({ "attempt": 1 })).await.status, 204);
    };
    std::thread::spawn(|| actix_web::rt::System::new().block_on(close))
        .join()
        .unwrap();
}

#[actix_web::test]
async fn only_services_close_accounts() {
    let app = TestApp::new().await;
    let buyer = app.buyer();
    let close = format!("/internal/accounts/{}/close", buyer.id());

    assert_eq!(
        buyer.client.post(&close, json!({ "attempt": 1 })).await.problem(),
        (403, "mesh-only")
    );
    let peer = app.server.peer("user-svc");
    assert_eq!(peer.post(&close, json!({ "attempt": 0 })).await.status, 422);
    assert_eq!(
        peer.unsigned()
            .post(&close, json!({ "attempt": 1 }))
            .await
            .problem(),
        (401, "mesh-signature")
    );
}
