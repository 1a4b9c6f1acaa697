use serde_json::Value;
use shop_svc::consumers::{OnOrderItemStatusUpdated, OnUserDeleted, OnUserUpdated, settle};
use shop_svc::domain::{NewOrderItem, ShopError};
use shop_svc::{Error, Result};
use souk_contracts::events::{OrderItemStatus, OrderItemStatusUpdated, UserDeleted, UserUpdated};
use souk_contracts::{Currency, Envelope, Money};
use souk_db::DbError;
use souk_outbox::{Handler, Outcome};
use uuid::Uuid;

use super::handle;
use crate::app::{Owned, TestApp};

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

fn cancelled(item: &NewOrderItem, reason: &str) -> Envelope<OrderItemStatusUpdated> {
    let update = OrderItemStatusUpdated {
        order_item_id: item.id,
        order_id: item.order_id,
        user_id: item.customer_id,
        shop_id: item.shop_id,
        product_id: item.product_id,
        variation_id: item.variation_id,
        quantity: item.quantity,
        unit_price: Money::new(item.unit_price, Currency::AZN),
        from: OrderItemStatus::Processing,
        to: OrderItemStatus::Cancelled,
        reason: Some(reason.to_owned()),
        carrier: None,
        tracking_number: None,
    };
    Envelope::new(update, Some(item.version + 1))
}

#[actix_web::test]
async fn the_items_of_an_erased_customer_stay_without_the_customer() {
    let app = TestApp::new().await;
    let shop = app.approved().await;
    let (item, other) = (
        shop.item("2026-02-01T12:00:00Z"),
        shop.item("2026-02-01T13:00:00Z"),
    );
    for (item, reason) in [(&item, "reason-garnet"), (&other, "reason-opal")] {
        app.ordered(item).await;
        handle(&app, async |tx| {
            OnOrderItemStatusUpdated.handle(tx, cancelled(item, reason)).await
        })
        .await;
    }

    for _ in 0..2 {
        handle(&app, async |tx| {
            OnUserDeleted.handle(tx, user_deleted(item.customer_id, 2)).await
        })
        .await;
    }

    let dump = app.db.dump().await;
    assert!(!dump.contains("garnet") && dump.contains("opal"), "{dump}");
    let named = format!("order_items where customer_id = '{}'", item.customer_id);
    assert_eq!(app.db.count(&named).await, 0);
    let listed = shop.owner.get(&shop.url("order-items")).await.body;
    assert_eq!(listed["items"][1]["status"], "cancelled");
    assert_eq!(listed["items"][1]["reason"], Value::Null);
    assert_eq!(listed["items"][0]["reason"], "reason-opal");
}

#[actix_web::test]
async fn items_that_come_after_the_erasure_come_without_the_customer() {
    let app = TestApp::new().await;
    let shop = app.approved().await;
    let item = shop.item("2026-02-01T12:00:00Z");
    handle(&app, async |tx| {
        OnUserDeleted.handle(tx, user_deleted(item.customer_id, 2)).await
    })
    .await;

    handle(&app, async |tx| {
        OnOrderItemStatusUpdated
            .handle(tx, cancelled(&item, "reason-garnet"))
            .await
    })
    .await;
    app.ordered(&item).await;
    app.ordered(&NewOrderItem {
        id: Uuid::now_v7(),
        ..item.clone()
    })
    .await;

    assert!(!app.db.dump().await.contains("garnet"));
    let named = format!("order_items where customer_id = '{}'", item.customer_id);
    assert_eq!(
        (app.db.count(&named).await, app.db.count("order_items").await),
        (0, 2)
    );
}

#[actix_web::test]
async fn an_erasure_waits_for_items_that_are_being_written() {
    let app = TestApp::new().await;
    let shop = app.approved().await;
    let item = shop.item("2026-02-01T12:00:00Z");
    let (db, customer_id) = (app.db.db(), item.customer_id);
    let waiting = "pg_locks where locktype = 'advisory' and not granted
        and (classid::bigint << 32) | objid::bigint = hashtextextended(current_schema() || ':erasures', 0)";

    let erasing = app
        .db
        .db()
        .transaction(async |tx| -> Result<_> {
            OnOrderItemStatusUpdated
                .handle(tx, cancelled(&item, "reason-garnet"))
                .await?;
            let erasing = actix_web::rt::spawn(async move {
                db.transaction(async |tx| OnUserDeleted.handle(tx, user_deleted(customer_id, 2)).await)
                    .await
            });
            while app.db.count(waiting).await == 0 {
                assert!(!erasing.is_finished(), "it missed what is being written");
            }
            Ok(erasing)
        })
        .await
        .unwrap();
    erasing.await.unwrap().unwrap();

    assert!(!app.db.dump().await.contains("garnet"));
    let named = format!("order_items where customer_id = '{customer_id}'");
    assert_eq!(
        (app.db.count(&named).await, app.db.count("order_items").await),
        (0, 1)
    );
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
