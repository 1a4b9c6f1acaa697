use souk_contracts::Envelope;
use souk_contracts::events::{ShopApproved, ShopDeleted, ShopSnapshot, ShopStatus};
use souk_db::Conn;
use souk_outbox::{Handler, Outcome};
use user_svc::consumers::{OnShopApproved, OnShopDeleted, settle};
use user_svc::{Error, Result};
use uuid::Uuid;

use crate::app::TestApp;

fn approved(shop_id: Uuid, owner_id: Uuid, version: i64) -> Envelope<ShopApproved> {
    let snapshot = ShopSnapshot {
        shop_id,
        owner_id,
        name: "Lamps".into(),
        slug: "lamps".into(),
        about: None,
        logo_url: None,
        is_verified: false,
        status: ShopStatus::Approved,
        reason: None,
    };
    Envelope::new(ShopApproved(snapshot), Some(version))
}

fn deleted(shop_id: Uuid, owner_id: Uuid, version: i64) -> Envelope<ShopDeleted> {
    Envelope::new(ShopDeleted { shop_id, owner_id }, Some(version))
}

async fn apply(app: &TestApp, work: impl AsyncFnOnce(&mut Conn) -> Result<()>) {
    app.db.db().transaction(work).await.unwrap();
}

async fn is_shop_owner(app: &TestApp, user_id: Uuid) -> bool {
    let me = app.server.customer(user_id).get("/api/v1/users/me").await;
    me.body["is_shop_owner"] == true && me.body["role"] == "shop_owner"
}

#[actix_web::test]
async fn an_approved_shop_makes_its_owner_one_however_often_it_is_told() {
    let app = TestApp::new().await;
    let (owner, shop) = (app.registered().await.id, Uuid::now_v7());

    for _ in 0..2 {
        apply(&app, async |tx| {
            OnShopApproved.handle(tx, approved(shop, owner, 2)).await
        })
        .await;
    }

    assert!(is_shop_owner(&app, owner).await);
}

#[actix_web::test]
async fn a_closed_shop_stays_closed_in_whatever_order_it_is_told() {
    let app = TestApp::new().await;
    let (owner, shop) = (app.registered().await.id, Uuid::now_v7());

    apply(&app, async |tx| {
        OnShopDeleted.handle(tx, deleted(shop, owner, 3)).await
    })
    .await;
    apply(&app, async |tx| {
        OnShopApproved.handle(tx, approved(shop, owner, 2)).await
    })
    .await;

    assert!(!is_shop_owner(&app, owner).await);
}

#[actix_web::test]
async fn an_event_without_its_version_is_parked() {
    assert_eq!(settle(&Error::Unversioned("shop.approved")), Outcome::Park);
}
