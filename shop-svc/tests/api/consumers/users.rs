use serde_json::Value;
use shop_svc::consumers::{OnUserDeleted, OnUserUpdated, settle};
use shop_svc::domain::ShopError;
use shop_svc::{Error, Result};
use souk_contracts::Envelope;
use souk_contracts::events::{UserDeleted, UserUpdated};
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
