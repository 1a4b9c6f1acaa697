//! `product-svc.orders`

use product_svc::consumers::{OnItemStatusUpdated, OnOrderCreated, settle};
use product_svc::domain::ReservationError;
use product_svc::{Error, flows};
use serde_json::json;
use souk_contracts::events::{OrderCreated, OrderItemStatus, OrderItemStatusUpdated, OrderTotals};
use souk_contracts::{Currency, Envelope, Money};
use souk_outbox::Outcome;
use uuid::Uuid;

use crate::app::TestApp;
use crate::reservations::{held, line, release};

fn ordered(reservation_id: Uuid) -> Envelope<OrderCreated> {
    let zero = Money::zero(Currency::AZN);
    let totals = OrderTotals {
        subtotal: zero,
        shipping: zero,
        tax: zero,
        discount: zero,
        total: zero,
    };
    let order = OrderCreated {
        order_id: Uuid::now_v7(),
        number: "SK-7F3K-9Q2M".into(),
        user_id: Uuid::now_v7(),
        cart_version: 1,
        currency: Currency::AZN,
        totals,
        reservation_id,
        items: Vec::new(),
    };
    Envelope::new(order, Some(1))
}

fn moved(
    order_item: Uuid,
    variation: Uuid,
    quantity: i32,
    to: OrderItemStatus,
) -> Envelope<OrderItemStatusUpdated> {
    let item = OrderItemStatusUpdated {
        order_item_id: order_item,
        order_id: Uuid::now_v7(),
        user_id: Uuid::now_v7(),
        shop_id: Uuid::now_v7(),
        product_id: Uuid::now_v7(),
        variation_id: variation,
        quantity,
        unit_price: Money::new(1000, Currency::AZN),
        from: OrderItemStatus::Processing,
        to,
        reason: None,
        carrier: None,
        tracking_number: None,
    };
    Envelope::new(item, Some(2))
}

#[actix_web::test]
async fn an_order_sells_what_was_held_once() {
    let app = TestApp::new().await;
    let owner = app.owner().await;
    let (boots, bag) = (owner.sells(5).await, owner.sells(3).await);
    let id = held(&app, &[line(boots, 2), line(bag, 1)]).await;

    for _ in 0..2 {
        app.tell(&OnOrderCreated, ordered(id)).await.unwrap();
    }

    let entries = app.ledger(&owner, boots).await;
    let expected = [(5, "initial"), (-2, "reserve"), (2, "release"), (-2, "sell")];
    assert_eq!(
        entries,
        expected.map(|(delta, reason)| (delta, reason.to_owned()))
    );
    assert_eq!((app.available(boots).await, app.available(bag).await), (3, 2));
    // What can be bought did not change, so nobody is told again.
    assert_eq!(app.db.published_of("stock.changed").await.len(), 2);
}

#[actix_web::test]
async fn orders_that_are_told_together_sell_each_once() {
    let app = TestApp::new().await;
    let owner = app.owner().await;
    let boots = owner.sells(9).await;
    let (one, other) = (
        held(&app, &[line(boots, 2)]).await,
        held(&app, &[line(boots, 3)]).await,
    );
    let sold_before = held(&app, &[line(boots, 1)]).await;
    app.tell(&OnOrderCreated, ordered(sold_before)).await.unwrap();
    let first = ordered(one);

    let events = vec![ordered(other), first.clone(), ordered(sold_before), ordered(one)];
    app.db.tell_all(&OnOrderCreated, events).await.unwrap();

    let sold: Vec<_> = app.ledger(&owner, boots).await.split_off(4);
    let mut deltas: Vec<_> = sold
        .iter()
        .map(|(delta, reason)| (reason.as_str(), *delta))
        .collect();
    deltas.sort_unstable();
    assert_eq!(
        deltas,
        [
            ("release", 1),
            ("release", 2),
            ("release", 3),
            ("sell", -3),
            ("sell", -2),
            ("sell", -1)
        ]
    );
    assert_eq!(app.available(boots).await, 3);
    let (id, order) = (one, first.data.order_id);
    let of_first = format!("reservations where id = '{id}' and order_id = '{order}'");
    assert_eq!(app.db.count(&of_first).await, 1);
}

#[actix_web::test]
async fn an_order_without_its_reservation_spoils_those_beside_it() {
    let app = TestApp::new().await;
    let boots = app.owner().await.sells(5).await;
    let (good, released) = (
        held(&app, &[line(boots, 2)]).await,
        held(&app, &[line(boots, 1)]).await,
    );
    release(&app, released).await;

    for bad in [Uuid::now_v7(), released] {
        let events = vec![ordered(good), ordered(bad)];
        let refused = app.db.tell_all(&OnOrderCreated, events).await.unwrap_err();
        assert_eq!(settle(&refused), Outcome::Park);
    }

    // Nothing was kept of it, so it sells when it comes alone.
    let held = "reservations where status = 'held'";
    assert_eq!(app.db.count(held).await, 1);
    app.tell(&OnOrderCreated, ordered(good)).await.unwrap();
    assert_eq!((app.db.count(held).await, app.available(boots).await), (0, 3));
}

#[actix_web::test]
async fn an_order_without_its_reservation_is_parked() {
    let app = TestApp::new().await;
    let boots = app.owner().await.sells(5).await;
    let released = held(&app, &[line(boots, 2)]).await;
    release(&app, released).await;

    let unknown = app
        .tell(&OnOrderCreated, ordered(Uuid::now_v7()))
        .await
        .unwrap_err();
    let ended = app.tell(&OnOrderCreated, ordered(released)).await.unwrap_err();

    assert!(matches!(
        unknown,
        Error::Reservation(ReservationError::Unknown(_))
    ));
    assert!(matches!(
        ended,
        Error::Reservation(ReservationError::SoldAfterRelease(_))
    ));
    assert_eq!((settle(&unknown), settle(&ended)), (Outcome::Park, Outcome::Park));
    assert_eq!(app.available(boots).await, 5);
}

#[actix_web::test]
async fn a_cancelled_item_returns_once() {
    let app = TestApp::new().await;
    let owner = app.owner().await;
    let boots = owner.sells(5).await;
    let id = held(&app, &[line(boots, 2)]).await;
    app.tell(&OnOrderCreated, ordered(id)).await.unwrap();
    let item = Uuid::now_v7();

    for _ in 0..2 {
        let event = moved(item, boots, 2, OrderItemStatus::Cancelled);
        app.tell(&OnItemStatusUpdated, event).await.unwrap();
        flows::put_back(app.db.db()).await.unwrap();
    }

    assert_eq!(app.available(boots).await, 5);
    assert_eq!(
        app.ledger(&owner, boots).await.last(),
        Some(&(2, "return".to_owned()))
    );
    let told = app.db.published_of("stock.changed").await;
    assert_eq!(
        (told.len(), &told[1].data["available"], told[1].version),
        (2, &json!(5), Some(3))
    );
}

#[actix_web::test]
async fn a_cancellation_that_overtakes_its_order_ends_the_same() {
    let app = TestApp::new().await;
    let owner = app.owner().await;
    let boots = owner.sells(5).await;
    let id = held(&app, &[line(boots, 2)]).await;

    app.tell(
        &OnItemStatusUpdated,
        moved(Uuid::now_v7(), boots, 2, OrderItemStatus::Cancelled),
    )
    .await
    .unwrap();
    flows::put_back(app.db.db()).await.unwrap();
    app.tell(&OnOrderCreated, ordered(id)).await.unwrap();

    assert_eq!(app.available(boots).await, 5);
    release(&app, id).await;
    assert_eq!(app.available(boots).await, 5);
}

#[actix_web::test]
async fn other_steps_of_an_item_leave_stock_alone() {
    let app = TestApp::new().await;
    let boots = app.owner().await.sells(5).await;

    for to in [
        OrderItemStatus::Processing,
        OrderItemStatus::Shipped,
        OrderItemStatus::Delivered,
    ] {
        app.tell(&OnItemStatusUpdated, moved(Uuid::now_v7(), boots, 2, to))
            .await
            .unwrap();
    }
    flows::put_back(app.db.db()).await.unwrap();

    assert_eq!(app.available(boots).await, 5);
}

#[actix_web::test]
async fn items_of_many_orders_return_together() {
    let app = TestApp::new().await;
    let owner = app.owner().await;
    let (boots, bag) = (owner.sells(0).await, owner.sells(0).await);

    for n in 0..205 {
        let variation = if n % 2 == 0 { boots } else { bag };
        let event = moved(Uuid::now_v7(), variation, 1, OrderItemStatus::Cancelled);
        app.tell(&OnItemStatusUpdated, event).await.unwrap();
    }
    let (one, other) = tokio::join!(flows::put_back(app.db.db()), flows::put_back(app.db.db()));
    one.unwrap();
    other.unwrap();

    assert_eq!((app.available(boots).await, app.available(bag).await), (103, 102));
}

#[actix_web::test]
async fn a_return_of_what_was_never_here_is_parked() {
    let app = TestApp::new().await;

    let event = moved(Uuid::now_v7(), Uuid::now_v7(), 1, OrderItemStatus::Cancelled);
    let refused = app.tell(&OnItemStatusUpdated, event).await.unwrap_err();

    assert_eq!(settle(&refused), Outcome::Park);
}
