use order_svc::consumers::{OnUserDeleted, OnUserUpdated, settle};
use order_svc::{Error, Result};
use souk_contracts::Envelope;
use souk_contracts::events::{UserDeleted, UserUpdated};
use souk_db::{Conn, DbError};
use souk_outbox::{Handler, Outcome};
use uuid::Uuid;

use crate::app::TestApp;

async fn apply(app: &TestApp, work: impl AsyncFnOnce(&mut Conn) -> Result<()>) {
    app.db.db().transaction(work).await.unwrap();
}

fn deleted(user_id: Uuid) -> Envelope<UserDeleted> {
    Envelope::new(UserDeleted { user_id }, Some(9))
}

#[actix_web::test]
async fn the_orders_of_a_user_who_is_gone_stay_without_a_name() {
    let app = TestApp::new().await;
    let (buyer, other) = (app.buyer(), app.buyer());
    let (order, kept) = (app.order_by(&buyer).await, app.order_by(&other).await);
    let reason = serde_json::json!({ "reason": "I moved to Nizami 14" });
    buyer.client.post(&order.item_url(0, "cancel"), reason).await;

    for _ in 0..2 {
        apply(&app, async |tx| {
            OnUserDeleted.handle(tx, deleted(buyer.id())).await
        })
        .await;
    }

    let seen = app.server.admin().get(&order.url()).await.body;
    assert_eq!(
        (seen["shipping_address"]["name"].as_str(), seen["note"].as_str()),
        (Some(""), None)
    );
    assert_eq!(seen["shipping_address"]["line1"], "");
    assert_eq!(seen["shipping_address"]["city"], "");
    assert_eq!(seen["shipping_address"]["region"], serde_json::Value::Null);
    assert_eq!(seen["shipping_address"]["country"], "AZ");
    assert!(!seen.to_string().contains("Nizami") && !seen.to_string().contains("+994"));
    let untouched = app.server.admin().get(&kept.url()).await.body;
    assert_eq!(untouched["shipping_address"]["name"], "Aygun Aliyeva");
}

#[actix_web::test]
async fn nothing_that_a_customer_wrote_is_left_in_any_table() {
    let app = TestApp::new().await;
    let buyer = app.buyer();
    let body = serde_json::json!({ "note": "note-garnet", "shipping_address": {
        "name": "name-garnet", "line1": "line1-garnet", "line2": "line2-garnet", "city": "city-garnet",
        "region": "region-garnet", "country": "AZ", "phone_number": "phone-garnet" } });
    let ordered = buyer.order_with("key-garnet", body).await;
    assert_eq!(ordered.status, 201, "{ordered:?}");
    let order = crate::app::Ordered { body: ordered.body };
    let reason = serde_json::json!({ "reason": "item-garnet" });
    buyer.client.post(&order.item_url(0, "cancel"), reason).await;
    let reason = serde_json::json!({ "reason": "order-garnet" });
    buyer.client.post(&order.cancel_url(), reason).await;
    let before = app.db.dump().await;
    for word in [
        "note", "name", "line1", "line2", "city", "region", "phone", "key", "item", "order",
    ] {
        assert!(before.contains(&format!("{word}-garnet")), "{word}: {before}");
    }

    apply(&app, async |tx| {
        OnUserDeleted.handle(tx, deleted(buyer.id())).await
    })
    .await;

    let after = app.db.dump().await;
    let left: Vec<&str> = after.lines().filter(|line| line.contains("garnet")).collect();
    assert!(left.is_empty(), "{left:#?}");
}

#[actix_web::test]
async fn a_changed_account_changes_no_order() {
    let app = TestApp::new().await;
    let buyer = app.buyer();
    let order = app.order_by(&buyer).await;
    let updated = UserUpdated {
        user_id: buyer.id(),
        is_active: false,
        is_verified: true,
        role: "customer".into(),
        changed: vec!["first_name".into()],
    };

    apply(&app, async |tx| {
        OnUserUpdated.handle(tx, Envelope::new(updated, Some(2))).await
    })
    .await;

    assert_eq!(buyer.client.get(&order.url()).await.body, order.body);
}

#[actix_web::test]
async fn a_database_that_is_away_is_waited_for() {
    let lost = DbError::CommitUnknown(diesel::result::Error::BrokenTransactionManager);

    assert_eq!(settle(&Error::Db(lost)), Outcome::Hold);
    assert_eq!(settle(&Error::CartEmpty), Outcome::Done);
}
