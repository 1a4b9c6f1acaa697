//! `product-svc.shops`

use product_svc::Error;
use product_svc::consumers::{OnShopApproved, OnShopDeleted, OnShopReinstated, OnShopSuspended, settle};
use serde_json::json;
use souk_contracts::Envelope;
use souk_contracts::events::{
    ShopApproved, ShopDeleted, ShopReinstated, ShopSnapshot, ShopStatus, ShopSuspended,
};
use souk_outbox::Outcome;

use crate::app::{Owner, PRODUCTS, TestApp, boots, id};

fn snapshot(owner: &Owner, status: ShopStatus) -> ShopSnapshot {
    ShopSnapshot {
        shop_id: owner.shop_id,
        owner_id: owner.client.user_id(),
        name: "Lamps".into(),
        slug: "lamps".into(),
        about: None,
        logo_url: None,
        is_verified: false,
        status,
        reason: None,
    }
}

async fn approve(app: &TestApp, owner: &Owner, version: i64) {
    let event = Envelope::new(ShopApproved(snapshot(owner, ShopStatus::Approved)), Some(version));
    app.tell(&OnShopApproved, event).await.unwrap();
}

async fn suspend(app: &TestApp, owner: &Owner, version: i64) {
    let event = Envelope::new(
        ShopSuspended(snapshot(owner, ShopStatus::Suspended)),
        Some(version),
    );
    app.tell(&OnShopSuspended, event).await.unwrap();
}

async fn is_shown(app: &TestApp, url: &str) -> bool {
    app.anyone().get(url).await.status == 200
}

#[actix_web::test]
async fn products_come_and_go_with_their_shop() {
    let app = TestApp::new().await;
    let owner = app.applicant();
    approve(&app, &owner, 2).await;
    approve(&app, &owner, 2).await;
    let url = format!("{PRODUCTS}/{}", id(&owner.adds(boots(json!([]))).await));

    assert!(is_shown(&app, &url).await);
    suspend(&app, &owner, 3).await;
    assert!(!is_shown(&app, &url).await);
    let event = Envelope::new(ShopReinstated(snapshot(&owner, ShopStatus::Approved)), Some(4));
    app.tell(&OnShopReinstated, event).await.unwrap();
    assert!(is_shown(&app, &url).await);
    assert!(app.db.published_of("product.updated").await.is_empty());
}

#[actix_web::test]
async fn an_older_event_changes_nothing() {
    let app = TestApp::new().await;
    let owner = app.owner().await;
    let url = format!("{PRODUCTS}/{}", id(&owner.adds(boots(json!([]))).await));

    suspend(&app, &owner, 5).await;
    approve(&app, &owner, 4).await;

    assert!(!is_shown(&app, &url).await);
}

#[actix_web::test]
async fn a_deletion_that_comes_first_stands() {
    let app = TestApp::new().await;
    let owner = app.applicant();
    let (shop_id, owner_id) = (owner.shop_id, owner.client.user_id());

    for _ in 0..2 {
        let event = Envelope::new(ShopDeleted { shop_id, owner_id }, Some(7));
        app.tell(&OnShopDeleted, event).await.unwrap();
    }
    approve(&app, &owner, 2).await;

    let refused = owner.client.post(PRODUCTS, boots(json!([]))).await;
    assert_eq!(refused.problem(), (403, "shop-not-approved"));
}

#[actix_web::test]
async fn an_event_without_its_version_is_parked() {
    let app = TestApp::new().await;
    let owner = app.applicant();
    let event = Envelope::new(ShopApproved(snapshot(&owner, ShopStatus::Approved)), None);

    let refused = app.tell(&OnShopApproved, event).await.unwrap_err();

    assert!(matches!(refused, Error::Unversioned("shop.approved")));
    assert_eq!(settle(&refused), Outcome::Park);
}
