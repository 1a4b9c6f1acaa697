//! `POST /internal/reservations`

use product_svc::domain::ShopStatus;
use serde_json::{Value, json};
use souk_clients::MeshClient;
use souk_clients::product::{
    ChangeKind, LineChange, ProductClient, ReserveLine, ReserveOutcome, ReserveRequest,
};
use souk_contracts::{Currency, Money};
use uuid::Uuid;

use super::{RESERVATIONS, held, is_held, line, line_at, release, request, reserve, reserve_all};
use crate::app::{TestApp, azn, boots, id, variation};

fn refused(outcome: ReserveOutcome) -> Vec<LineChange> {
    match outcome {
        ReserveOutcome::Refused(changes) => changes,
        other => panic!("{other:?}"),
    }
}

fn found(changes: &[LineChange]) -> Vec<(ChangeKind, i32, i64)> {
    let found = |change: &LineChange| (change.kind, change.new.quantity, change.new.unit_price.amount);
    changes.iter().map(found).collect()
}

#[actix_web::test]
async fn every_line_is_held_and_answered_as_it_is_now() {
    let app = TestApp::new().await;
    let (owner, other) = (app.owner().await, app.owner().await);
    let mut body = boots(json!([variation("42", 1000, 5)]));
    body["variations"][0]["cost_price"] = azn(400);
    let product = owner.adds(body).await;
    let (boots, bag) = (id(&product["variations"][0]), other.sells(3).await);
    let lines = [line(bag, 3), line(boots, 2)];

    let outcome = reserve(&app, Uuid::now_v7(), &lines).await;

    let ReserveOutcome::Held(reservation) = outcome else {
        panic!("{outcome:?}");
    };
    let reservation = json!(reservation);
    let found = &reservation["lines"];
    assert_eq!(
        (&found[0]["line_id"], &found[0]["quantity"]),
        (&lines[0]["line_id"], &json!(3))
    );
    let line = &found[1];
    assert_eq!(
        (&line["product_id"], &line["sku"]),
        (&product["id"], &product["sku"])
    );
    assert_eq!(
        (&line["shop_id"], &line["owner_id"]),
        (&json!(owner.shop_id), &json!(owner.client.user_id()))
    );
    assert_eq!(
        (&line["title"], &line["options"]),
        (&json!("Winter boots"), &json!({ "size": "42" }))
    );
    assert_eq!((&line["price"], &line["cost_price"]), (&azn(1000), &azn(400)));
    assert!(reservation["expires_at"].is_string());
    assert_eq!((app.available(boots).await, app.available(bag).await), (3, 0));
    assert_eq!(
        app.ledger(&owner, boots).await.last(),
        Some(&(-2, "reserve".to_owned()))
    );
    let told = app.db.published_of("stock.changed").await;
    assert_eq!(told.len(), 2);
    assert_eq!(
        (told[0].version, &told[0].data["stock_version"]),
        (Some(2), &json!(2))
    );
}

#[actix_web::test]
async fn one_line_in_the_way_and_nothing_is_held() {
    let app = TestApp::new().await;
    let owner = app.owner().await;
    let (few, repriced, plenty) = (owner.sells(2).await, owner.sells(9).await, owner.sells(9).await);
    let deleted = owner.sells(9).await;
    owner
        .client
        .delete(&format!("/api/v1/variations/{deleted}"))
        .await;
    let lines = [
        line(plenty, 1),
        line(few, 3),
        line_at(repriced, 4, 900),
        line(deleted, 1),
        line(Uuid::now_v7(), 1),
    ];

    let changes = refused(reserve(&app, Uuid::now_v7(), &lines).await);

    assert_eq!(
        found(&changes),
        [
            (ChangeKind::Short, 2, 1000),
            (ChangeKind::Repriced, 4, 1000),
            (ChangeKind::Gone, 0, 1000),
            (ChangeKind::Gone, 0, 1000),
        ]
    );
    assert_eq!(
        json!(changes[1].old),
        json!({ "quantity": 4, "unit_price": azn(900) })
    );
    assert_eq!(json!(changes[1].line_id), lines[2]["line_id"]);
    assert_eq!((app.available(plenty).await, app.available(few).await), (9, 2));
    assert!(app.db.published_of("stock.changed").await.is_empty());
}

#[actix_web::test]
async fn what_is_hidden_or_ones_own_cannot_be_bought() {
    let app = TestApp::new().await;
    let (owner, suspended) = (app.owner().await, app.owner().await);
    let product = owner.adds(boots(json!([variation("42", 1000, 5)]))).await;
    let (inactive, closed) = (id(&product["variations"][0]), suspended.sells(5).await);
    let own = owner.sells(5).await;
    owner
        .client
        .patch(
            &format!("/api/v1/products/{}", id(&product)),
            json!({ "is_active": false }),
        )
        .await;
    app.keep_shop(&suspended, ShopStatus::Suspended, 3).await;

    let changes = refused(reserve(&app, Uuid::now_v7(), &[line(inactive, 1), line(closed, 1)]).await);
    assert_eq!(found(&changes), [(ChangeKind::Gone, 0, 1000); 2]);

    let mut by_owner = request(Uuid::now_v7(), &[line(own, 1)]);
    by_owner["user_id"] = json!(owner.client.user_id());
    let changes = refused(reserve_all(&app, vec![by_owner]).await.remove(0));
    assert_eq!(found(&changes), [(ChangeKind::Gone, 0, 1000)]);
    app.keep_shop(&suspended, ShopStatus::Approved, 4).await;
    held(&app, &[line(closed, 1)]).await;
}

#[actix_web::test]
async fn the_same_request_meets_its_own_reservation() {
    let app = TestApp::new().await;
    let owner = app.owner().await;
    let boots = owner.sells(2).await;
    let (id, lines) = (Uuid::now_v7(), [line(boots, 2)]);

    let first = reserve(&app, id, &lines).await;
    let sold_out = reserve(&app, id, &lines).await;
    owner.changes_stock(boots, 5, "restock").await;
    owner
        .client
        .patch(&format!("/api/v1/variations/{boots}"), json!({ "price": azn(1) }))
        .await;
    let restocked = reserve(&app, id, &lines).await;

    assert!(is_held(&first), "{first:?}");
    assert_eq!((&first, &first), (&sold_out, &restocked));
    assert_eq!(app.available(boots).await, 5);
    // Another price now, but enough stock: the repeat meets the reservation and not the shelf.
    owner
        .client
        .patch(
            &format!("/api/v1/variations/{boots}"),
            json!({ "price": azn(1000) }),
        )
        .await;
    assert_eq!(reserve(&app, id, &lines).await, first);
    assert_eq!(app.available(boots).await, 5);
}

#[actix_web::test]
async fn a_refusal_leaves_the_id_free() {
    let app = TestApp::new().await;
    let owner = app.owner().await;
    let boots = owner.sells(1).await;
    let id = Uuid::now_v7();

    refused(reserve(&app, id, &[line(boots, 2)]).await);
    assert!(is_held(&reserve(&app, id, &[line(boots, 1)]).await));
}

#[actix_web::test]
async fn requests_that_come_together_are_answered_in_their_order() {
    let app = TestApp::new().await;
    let boots = app.owner().await.sells(3).await;
    let ids = [Uuid::now_v7(), Uuid::now_v7(), Uuid::now_v7()];
    let requests = ids.map(|id| request(id, &[line(boots, 2)]));

    let outcomes = reserve_all(&app, requests.to_vec()).await;

    for (id, outcome) in ids.iter().zip(&outcomes) {
        match outcome {
            ReserveOutcome::Held(reservation) => assert_eq!(reservation.reservation_id, *id),
            ReserveOutcome::Refused(changes) => assert_eq!(found(changes), [(ChangeKind::Short, 1, 1000)]),
            ReserveOutcome::Ended => panic!("{outcomes:?}"),
        }
    }
    assert_eq!(outcomes.iter().filter(|outcome| is_held(outcome)).count(), 1);
    assert_eq!(app.available(boots).await, 1);
}

#[actix_web::test]
async fn an_ended_reservation_never_opens_again() {
    let app = TestApp::new().await;
    let boots = app.owner().await.sells(5).await;
    let lines = [line(boots, 2)];
    let id = held(&app, &lines).await;
    release(&app, id).await;

    let with_stock = reserve(&app, id, &lines).await;
    let without_stock = reserve(&app, id, &[line(boots, 6)]).await;

    assert_eq!(
        (with_stock, without_stock),
        (ReserveOutcome::Ended, ReserveOutcome::Ended)
    );
    assert_eq!(app.available(boots).await, 5);
}

#[actix_web::test]
async fn only_services_reserve_and_only_what_makes_sense() {
    let app = TestApp::new().await;
    let boots = app.owner().await.sells(5).await;
    let body = |lines: &[Value]| json!({ "requests": [request(Uuid::now_v7(), lines)] });
    let good = body(&[line(boots, 1)]);

    for client in [app.anyone(), app.customer(), app.server.admin()] {
        assert_eq!(
            client.post(RESERVATIONS, good.clone()).await.problem(),
            (403, "mesh-only")
        );
    }
    let many: Vec<Value> = (0..101).map(|_| line(Uuid::now_v7(), 1)).collect();
    for lines in [
        vec![],
        vec![line(boots, 0)],
        vec![line(boots, 1000)],
        vec![line(boots, 1), line(boots, 1)],
        many,
    ] {
        let refused = app.order_svc().post(RESERVATIONS, body(&lines)).await;
        assert_eq!(refused.problem(), (422, "validation-failed"));
    }
    assert_eq!(app.available(boots).await, 5);
}

#[actix_web::test]
async fn low_stock_is_told_by_the_order_that_crosses_the_threshold() {
    let app = TestApp::new().await;
    let owner = app.owner().await;
    let mut body = boots(json!([variation("42", 1000, 5)]));
    body["variations"][0]["low_stock_threshold"] = json!(3);
    let boots = id(&owner.adds(body).await["variations"][0]);

    for quantity in [1, 1, 1] {
        held(&app, &[line(boots, quantity)]).await;
    }

    let told = app.db.published_of("stock.low").await;
    assert_eq!((told.len(), &told[0].data["available"]), (1, &json!(3)));
}

#[actix_web::test]
async fn the_client_reads_each_answer() {
    let app = TestApp::new().await;
    let boots = app.owner().await.sells(5).await;
    let of = |caller| {
        let mesh = MeshClient::new(app.server.url(), caller, souk_testkit::mesh_keys()).unwrap();
        ProductClient::new(mesh)
    };
    let (client, cart_svc) = (of("order-svc"), of("cart-svc"));
    let request = |quantity| ReserveRequest {
        reservation_id: Uuid::now_v7(),
        user_id: Uuid::now_v7(),
        lines: vec![ReserveLine {
            line_id: Uuid::now_v7(),
            variation_id: boots,
            quantity,
            unit_price: Money::new(1000, Currency::AZN),
        }],
    };

    let taken = request(2);
    let reserve =
        async |request: &ReserveRequest| client.reserve(vec![request.clone()]).await.unwrap().remove(0);
    let ReserveOutcome::Held(held) = reserve(&taken).await else {
        panic!("not held")
    };
    let ReserveOutcome::Refused(changes) = reserve(&request(4)).await else {
        panic!("held")
    };
    client.release(taken.reservation_id).await.unwrap();
    let ended = reserve(&taken).await;
    let found = cart_svc.lookup(&[boots, Uuid::now_v7()]).await.unwrap();

    assert_eq!((held.lines[0].quantity, held.user_id), (2, taken.user_id));
    assert_eq!((changes[0].kind, changes[0].new.quantity), (ChangeKind::Short, 3));
    assert_eq!(ended, ReserveOutcome::Ended);
    assert_eq!((found.len(), found[0].available), (1, 5));
}
