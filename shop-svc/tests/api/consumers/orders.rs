use serde_json::Value;
use shop_svc::consumers::{
    OnOrderCancelled, OnOrderCompleted, OnOrderItemCreated, OnOrderItemStatusUpdated, settle,
};
use souk_contracts::events::{
    OrderCancelled, OrderCompleted, OrderItem, OrderItemCreated, OrderItemStatus, OrderItemStatusUpdated,
    OrderTotals,
};
use souk_contracts::{Currency, Envelope, Money};
use souk_outbox::{BatchHandler, Handler, Outcome};
use uuid::Uuid;

use super::handle;
use crate::app::{Owned, TestApp};

fn price() -> Money {
    Money::new(12900, Currency::AZN)
}

fn created(shop: &Owned, order_item_id: Uuid) -> Envelope<OrderItemCreated> {
    let item = OrderItem {
        order_item_id,
        sub_order_id: Uuid::now_v7(),
        cart_line_id: Uuid::now_v7(),
        shop_id: shop.id,
        product_id: Uuid::nil(),
        variation_id: Uuid::nil(),
        title: "Weekend bag".into(),
        sku: "CL-WB-01".into(),
        options: [].into(),
        quantity: 2,
        unit_price: price(),
        cost_price: None,
    };
    let (order_id, user_id) = (Uuid::nil(), Uuid::nil());
    Envelope::new(
        OrderItemCreated {
            order_id,
            number: "SK-7F3K-9Q2M".into(),
            user_id,
            item,
        },
        Some(1),
    )
}

fn moved(shop: &Owned, id: Uuid, to: OrderItemStatus, version: i64) -> Envelope<OrderItemStatusUpdated> {
    let shipped = to == OrderItemStatus::Shipped;
    let update = OrderItemStatusUpdated {
        order_item_id: id,
        order_id: Uuid::nil(),
        user_id: Uuid::nil(),
        shop_id: shop.id,
        product_id: Uuid::nil(),
        variation_id: Uuid::nil(),
        quantity: 2,
        unit_price: price(),
        from: OrderItemStatus::Processing,
        to,
        reason: None,
        carrier: shipped.then(|| "Azerpost".into()),
        tracking_number: shipped.then(|| "AZ1".into()),
    };
    Envelope::new(update, Some(version))
}

async fn items(shop: &Owned) -> Vec<Value> {
    shop.owner.get(&shop.url("order-items")).await.body["items"]
        .as_array()
        .unwrap()
        .clone()
}

#[actix_web::test]
async fn an_ordered_item_is_listed_once_however_often_it_is_told() {
    let app = TestApp::new().await;
    let shop = app.approved().await;
    let event = created(&shop, Uuid::now_v7());

    for _ in 0..2 {
        handle(&app, async |tx| {
            OnOrderItemCreated.handle_all(tx, vec![event.clone()]).await
        })
        .await;
    }

    let items = items(&shop).await;
    assert_eq!(
        (items.len(), &items[0]["status"]),
        (1, &Value::from("processing"))
    );
}

#[actix_web::test]
async fn items_that_are_told_together_are_listed_each_once() {
    let app = TestApp::new().await;
    let (shop, other) = (app.approved().await, app.approved().await);
    let (one, two, late) = (Uuid::now_v7(), Uuid::now_v7(), Uuid::now_v7());
    let ahead = moved(&shop, late, OrderItemStatus::Shipped, 2);
    handle(&app, async |tx| OnOrderItemStatusUpdated.handle(tx, ahead).await).await;

    let events = vec![
        created(&shop, two),
        created(&other, one),
        created(&shop, late),
        created(&shop, two),
    ];
    for _ in 0..2 {
        handle(&app, async |tx| {
            OnOrderItemCreated.handle_all(tx, events.clone()).await
        })
        .await;
    }

    let mut of_shop: Vec<_> = items(&shop)
        .await
        .iter()
        .map(|item| (item["id"].clone(), item["status"].clone()))
        .collect();
    of_shop.sort_by_key(|(id, _)| id.to_string());
    let expected = [(two, "processing"), (late, "shipped")];
    assert_eq!(
        of_shop,
        expected.map(|(id, status)| (id.to_string().into(), status.into()))
    );
    assert_eq!(items(&other).await[0]["id"], Value::from(one.to_string()));
}

#[actix_web::test]
async fn an_item_without_its_version_spoils_those_beside_it_and_is_parked() {
    let app = TestApp::new().await;
    let shop = app.approved().await;
    let unversioned = Envelope {
        aggregateversion: None,
        ..created(&shop, Uuid::now_v7())
    };
    let events = vec![created(&shop, Uuid::now_v7()), unversioned];

    let spoilt = async |tx: &mut souk_db::Conn| OnOrderItemCreated.handle_all(tx, events).await;
    let refused = app.db.db().transaction(spoilt).await.unwrap_err();

    assert_eq!(settle(&refused), Outcome::Park);
    assert!(items(&shop).await.is_empty());
}

#[actix_web::test]
async fn an_item_moves_on_and_keeps_its_tracking_number() {
    let app = TestApp::new().await;
    let (shop, id) = (app.approved().await, Uuid::now_v7());
    handle(&app, async |tx| {
        OnOrderItemCreated.handle_all(tx, vec![created(&shop, id)]).await
    })
    .await;

    for (to, version) in [
        (OrderItemStatus::Shipped, 2),
        (OrderItemStatus::Shipped, 2),
        (OrderItemStatus::Delivered, 3),
    ] {
        handle(&app, async |tx| {
            OnOrderItemStatusUpdated
                .handle(tx, moved(&shop, id, to, version))
                .await
        })
        .await;
    }

    let items = items(&shop).await;
    assert_eq!(items[0]["status"], "delivered");
    assert_eq!(
        (&items[0]["carrier"], &items[0]["tracking_number"]),
        (&"Azerpost".into(), &"AZ1".into())
    );
}

#[actix_web::test]
async fn in_whatever_order_the_end_is_the_same() {
    let app = TestApp::new().await;
    let (shop, id) = (app.approved().await, Uuid::now_v7());

    let delivered = moved(&shop, id, OrderItemStatus::Delivered, 3);
    let shipped = moved(&shop, id, OrderItemStatus::Shipped, 2);
    handle(&app, async |tx| {
        OnOrderItemStatusUpdated.handle(tx, delivered).await
    })
    .await;
    assert!(items(&shop).await.is_empty());
    handle(&app, async |tx| {
        OnOrderItemCreated.handle_all(tx, vec![created(&shop, id)]).await
    })
    .await;
    handle(&app, async |tx| {
        OnOrderItemStatusUpdated.handle(tx, shipped).await
    })
    .await;

    let items = items(&shop).await;
    assert_eq!((items.len(), &items[0]["status"]), (1, &Value::from("delivered")));
    assert_eq!(items[0]["title"], "Weekend bag");
}

#[actix_web::test]
async fn an_item_known_by_its_status_alone_keeps_the_shop_open() {
    let app = TestApp::new().await;
    let (shop, id) = (app.approved().await, Uuid::now_v7());

    let shipped = moved(&shop, id, OrderItemStatus::Shipped, 2);
    handle(&app, async |tx| {
        OnOrderItemStatusUpdated.handle(tx, shipped).await
    })
    .await;

    assert_eq!(
        shop.owner.delete(&shop.url("")).await.problem(),
        (409, "unfinished-order-items")
    );
}

#[actix_web::test]
async fn a_finished_order_adds_nothing() {
    let app = TestApp::new().await;
    let zero = Money::zero(Currency::AZN);
    let totals = OrderTotals {
        subtotal: zero,
        shipping: zero,
        tax: zero,
        discount: zero,
        total: zero,
    };
    let (order_id, user_id) = (Uuid::now_v7(), Uuid::now_v7());

    let completed = Envelope::new(
        OrderCompleted {
            order_id,
            user_id,
            totals,
        },
        Some(2),
    );
    let cancelled = Envelope::new(
        OrderCancelled {
            order_id,
            user_id,
            totals,
        },
        Some(2),
    );
    handle(&app, async |tx| OnOrderCompleted.handle(tx, completed).await).await;
    handle(&app, async |tx| OnOrderCancelled.handle(tx, cancelled).await).await;

    assert!(app.told().await.is_empty());
}
