//! Words that a later build has written: shown as they are, decided by nobody.

use product_svc::domain::{ReservationId, ReservationStatus};
use product_svc::{Error, ops};
use serde_json::json;
use souk_contracts::StoredWord;
use uuid::Uuid;

use crate::app::{Owner, PRODUCTS, TestApp, boots as winter_boots};
use crate::reservations::{RESERVATIONS, held, line, release, request};

#[actix_web::test]
async fn the_ledger_shows_a_reason_as_it_is() {
    let app = TestApp::new().await;
    let owner = app.owner().await;
    let boots = owner.sells(5).await;
    app.db.lift_checks("stock_ledger").await;
    app.db.run_sql("update stock_ledger set reason = 'lent'").await;

    let ledger = app.ledger(&owner, boots).await;

    assert_eq!(ledger, [(5, "lent".to_owned())]);
}

#[actix_web::test]
async fn a_shop_in_an_unknown_status_may_not_sell() {
    let app = TestApp::new().await;
    let owner = app.owner().await;
    let boots = owner.sells(5).await;
    app.db.lift_checks("shops").await;
    app.db.run_sql("update shops set status = 'on_holiday'").await;

    let read = async |owner: &Owner| owner.client.get(&format!("/api/v1/variations/{boots}")).await;
    assert_eq!(read(&owner).await.status, 200);
    assert_eq!(
        app.anyone()
            .get(&format!("/api/v1/variations/{boots}"))
            .await
            .status,
        404
    );
    let list = app.anyone().get(PRODUCTS).await;
    assert_eq!(
        (list.status, list.body["items"].as_array().unwrap().len()),
        (200, 0)
    );
    let refused = owner.client.post(PRODUCTS, winter_boots(json!([]))).await;
    assert_eq!(refused.problem(), (403, "shop-not-approved"));
    let lookup = app
        .server
        .peer("cart-svc")
        .post("/internal/variations/lookup", json!({ "variation_ids": [boots] }))
        .await;
    assert_eq!(
        (lookup.status, &lookup.body["items"][0]["sellable"]),
        (200, &json!(false))
    );
}

#[actix_web::test]
async fn a_reservation_in_an_unknown_status_is_left_alone_and_holds_up_nothing() {
    let app = TestApp::new().await;
    let boots = app.owner().await.sells(9).await;
    let lines = [line(boots, 2)];
    let (paying, other) = (held(&app, &lines).await, held(&app, &[line(boots, 1)]).await);
    app.db.lift_checks("reservations").await;
    app.db
        .run_sql(&format!(
            "update reservations set status = 'being_paid' where id = '{paying}'"
        ))
        .await;
    app.db
        .run_sql("update reservations set next_ask_at = now()")
        .await;

    let again = app
        .order_svc()
        .post(RESERVATIONS, json!({ "requests": [request(paying, &lines)] }))
        .await;
    assert_eq!(again.problem(), (409, "unknown-status"));
    assert_eq!(release(&app, paying).await.problem(), (409, "unknown-status"));
    let sell = async |id: Uuid| {
        let sales = [(ReservationId(id), Some(Uuid::now_v7()))];
        let db = app.db.db();
        db.transaction(async |tx| ops::sell_reservations(tx, &sales).await)
            .await
    };
    assert!(matches!(sell(paying).await, Err(Error::Reservation(_))));
    let due = app
        .db
        .db()
        .transaction(async |tx| ops::claim_due_reservations(tx).await)
        .await
        .unwrap();
    assert_eq!(due, [ReservationId(other)]);
    sell(other).await.unwrap();

    assert_eq!(app.available(boots).await, 6);
    assert_eq!(app.db.count("reservations where status = 'being_paid'").await, 1);
    assert_eq!(ReservationStatus::from_word("being_paid"), None);
}
