use serde_json::Value;
use shop_svc::consumers::{
    OnOrderCancelled, OnOrderCompleted, OnOrderItemCreated, OnOrderItemStatusUpdated, OnUserDeleted,
    OnUserUpdated, settle,
};
use shop_svc::domain::ShopError;
use shop_svc::{Error, Result};
use souk_contracts::events::{
    OrderCancelled, OrderCompleted, OrderItem, OrderItemCreated, OrderItemStatus, OrderItemStatusUpdated,
    OrderTotals, UserDeleted, UserUpdated,
};
use souk_contracts::{Currency, Envelope, Money};
use souk_db::{Conn, DbError};
use souk_outbox::{Handler, Outcome};
use uuid::Uuid;

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

async fn handle(app: &TestApp, work: impl AsyncFnOnce(&mut Conn) -> Result<()>) {
    app.db.db().transaction(work).await.unwrap();
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
            OnOrderItemCreated.handle(tx, event.clone()).await
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
async fn an_item_moves_on_and_keeps_its_tracking_number() {
    let app = TestApp::new().await;
    let (shop, id) = (app.approved().await, Uuid::now_v7());
    handle(&app, async |tx| {
        OnOrderItemCreated.handle(tx, created(&shop, id)).await
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
        OnOrderItemCreated.handle(tx, created(&shop, id)).await
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

fn user_updated(user_id: Uuid, is_active: bool, version: i64) -> Envelope<UserUpdated> {
    let changed = vec!["is_active".to_owned()];
    let update = UserUpdated {
        user_id,
        is_active,
        is_verified: true,
        role: "customer".into(),
        changed,
    };
    Envelope::new(update, Some(version))
}

fn user_deleted(user_id: Uuid, version: i64) -> Envelope<UserDeleted> {
    Envelope::new(UserDeleted { user_id }, Some(version))
}

#[actix_web::test]
async fn the_shop_of_a_deactivated_owner_stops_selling_until_an_admin_lets_it() {
    let app = TestApp::new().await;
    let shop = app.approved().await;
    let owner = shop.owner.user_id();

    for _ in 0..2 {
        handle(&app, async |tx| {
            OnUserUpdated.handle(tx, user_updated(owner, false, 2)).await
        })
        .await;
    }
    let refused = app.server.admin().post(&shop.url("reinstate"), Value::Null).await;
    handle(&app, async |tx| {
        OnUserUpdated.handle(tx, user_updated(owner, true, 3)).await
    })
    .await;
    let suspended = shop.owner.get(&shop.url("")).await;
    let reinstated = app.decide(&shop, "reinstate").await;

    assert_eq!(refused.problem(), (409, "owner-inactive"));
    assert_eq!(suspended.body["status"], "suspended");
    assert_eq!(reinstated["status"], "approved");
    let told = app.db.published_of("shop.suspended").await;
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].data["reason"], "The owner's account is not active.");
}

#[actix_web::test]
async fn an_older_word_about_an_account_changes_nothing() {
    let app = TestApp::new().await;
    let shop = app.approved().await;
    let owner = shop.owner.user_id();

    handle(&app, async |tx| {
        OnUserUpdated.handle(tx, user_updated(owner, true, 3)).await
    })
    .await;
    handle(&app, async |tx| {
        OnUserUpdated.handle(tx, user_updated(owner, false, 2)).await
    })
    .await;

    assert_eq!(shop.owner.get(&shop.url("")).await.body["status"], "approved");
}

#[actix_web::test]
async fn the_shop_of_an_erased_account_is_closed_unless_somebody_waits() {
    let app = TestApp::new().await;
    let (idle, busy) = (app.approved().await, app.approved().await);
    app.ordered(&busy.item("2026-02-01T12:00:00Z")).await;

    for shop in [&idle, &busy] {
        for _ in 0..2 {
            handle(&app, async |tx| {
                OnUserDeleted
                    .handle(tx, user_deleted(shop.owner.user_id(), 2))
                    .await
            })
            .await;
        }
    }

    let status = async |shop: &Owned| app.server.admin().get(&shop.url("")).await.body["status"].clone();
    assert_eq!(
        (status(&idle).await, status(&busy).await),
        ("closed".into(), "suspended".into())
    );
    assert_eq!(app.db.published_of("shop.deleted").await.len(), 1);
    let history = app.server.admin().get(&idle.url("history")).await;
    assert_eq!(history.body["items"][2]["actor_id"], Value::Null);
}

#[actix_web::test]
async fn an_account_without_a_shop_is_only_remembered() {
    let app = TestApp::new().await;

    handle(&app, async |tx| {
        OnUserDeleted.handle(tx, user_deleted(Uuid::now_v7(), 2)).await
    })
    .await;

    assert!(app.told().await.is_empty());
}

#[actix_web::test]
async fn what_a_failure_means_for_its_message() {
    let gone = DbError::Query(diesel::result::Error::BrokenTransactionManager);

    assert_eq!(settle(&Error::Unversioned("user.updated")), Outcome::Park);
    assert_eq!(settle(&Error::Shop(ShopError::Closed)), Outcome::Done);
    assert_eq!(settle(&Error::Db(gone)), Outcome::Hold);
    assert_eq!(settle(&Error::Corrupt("shops")), Outcome::Retry);
}

#[actix_web::test]
async fn an_event_without_its_version_is_refused() {
    let app = TestApp::new().await;
    let mut event = user_updated(Uuid::now_v7(), false, 1);
    event.aggregateversion = None;

    let refused: Result<()> = app
        .db
        .db()
        .transaction(async |tx| OnUserUpdated.handle(tx, event).await)
        .await;

    assert!(matches!(refused, Err(Error::Unversioned("user.updated"))));
}
