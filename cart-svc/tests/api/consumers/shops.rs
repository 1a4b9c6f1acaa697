//! `cart-svc.shops`

use cart_svc::consumers::OnShop;
use serde_json::json;
use souk_contracts::Envelope;
use souk_contracts::events::{ShopCreated, ShopReinstated, ShopStatus, ShopSuspended};
use souk_mirror::OwnerRule;
use souk_testkit::Client;
use uuid::Uuid;

use super::{approve, close, shop};
use crate::app::{CART, ITEMS, TestApp, add, cart, only_line, try_add, url};

async fn has_no_cart(owner: &Client) -> bool {
    owner.get(CART).await.problem() == (403, "shop-owner-has-no-cart")
}

#[actix_web::test]
async fn an_approved_owner_has_no_cart_and_a_closed_one_an_empty_cart() {
    let app = TestApp::new().await;
    let owner = app.customer();
    let line = add(&owner, app.sells(100, 10).variation_id, 2).await;
    let shop = Uuid::now_v7();

    approve(&app, shop, owner.user_id(), 2).await;
    let refused = [
        owner.get(CART).await,
        try_add(&owner, app.sells(100, 10).variation_id, 1).await,
        try_add(&owner, Uuid::now_v7(), 1).await,
        owner.patch(&url(&line), json!({ "quantity": 1 })).await,
        owner.delete(&url(&line)).await,
        owner.delete(ITEMS).await,
    ];
    close(&app, shop, owner.user_id(), 3).await;

    for response in refused {
        assert_eq!(response.problem(), (403, "shop-owner-has-no-cart"));
    }
    assert_eq!(cart(&owner).await["lines"], json!([]));
}

#[actix_web::test]
async fn the_same_happens_however_often_it_is_told() {
    let app = TestApp::new().await;
    let owner = app.customer();
    let shop = Uuid::now_v7();
    approve(&app, shop, owner.user_id(), 2).await;
    approve(&app, shop, owner.user_id(), 2).await;
    let barred = has_no_cart(&owner).await;
    close(&app, shop, owner.user_id(), 3).await;
    close(&app, shop, owner.user_id(), 3).await;
    add(&owner, app.sells(100, 10).variation_id, 2).await;

    approve(&app, shop, owner.user_id(), 2).await;

    assert!(barred && !has_no_cart(&owner).await);
}

#[actix_web::test]
async fn an_approval_that_comes_after_the_closing_still_empties_what_was_there_before() {
    let app = TestApp::new().await;
    let owner = app.customer();
    let shop = Uuid::now_v7();
    let approval = super::approved(shop, owner.user_id(), 2);
    add(&owner, app.sells(100, 10).variation_id, 2).await;
    close(&app, shop, owner.user_id(), 3).await;
    let after = add(&owner, app.sells(100, 10).variation_id, 1).await;

    app.tell(&OnShop::new(OwnerRule::OwnersOnlySell), approval).await;

    assert_eq!(only_line(&owner).await["id"], after["id"]);
}

#[actix_web::test]
async fn an_owner_with_a_pending_or_suspended_shop_is_a_customer() {
    let app = TestApp::new().await;
    let owner = app.customer();
    let id = Uuid::now_v7();
    let rule = OwnerRule::OwnersOnlySell;
    let snapshot = |status| shop(id, owner.user_id(), status);

    app.tell(
        &OnShop::new(rule),
        Envelope::new(ShopCreated(snapshot(ShopStatus::Pending)), Some(1)),
    )
    .await;
    let pending = has_no_cart(&owner).await;
    approve(&app, id, owner.user_id(), 2).await;
    app.tell(
        &OnShop::new(rule),
        Envelope::new(ShopSuspended(snapshot(ShopStatus::Suspended)), Some(3)),
    )
    .await;
    let suspended = has_no_cart(&owner).await;
    app.tell(
        &OnShop::new(rule),
        Envelope::new(ShopReinstated(snapshot(ShopStatus::Approved)), Some(4)),
    )
    .await;

    assert_eq!(
        (pending, suspended, has_no_cart(&owner).await),
        (false, false, true)
    );
}

#[actix_web::test]
async fn an_addition_and_an_approval_at_once_leave_nothing_behind() {
    let app = TestApp::new().await;
    let owner = app.customer();
    let (shoes, shop) = (app.sells(100, 10), Uuid::now_v7());

    tokio::join!(
        try_add(&owner, shoes.variation_id, 1),
        approve(&app, shop, owner.user_id(), 2),
        try_add(&owner, shoes.variation_id, 1),
    );
    close(&app, shop, owner.user_id(), 3).await;

    assert_eq!(cart(&owner).await["lines"], json!([]));
}

#[actix_web::test]
async fn lines_of_a_suspended_shop_are_unavailable_even_when_products_cannot_be_asked() {
    let app = TestApp::new().await;
    let customer = app.customer();
    let shoes = app.sells(100, 10);
    add(&customer, shoes.variation_id, 2).await;
    let suspended = shop(shoes.shop_id, shoes.owner_id, ShopStatus::Suspended);
    let rule = OwnerRule::OwnersOnlySell;
    app.tell(
        &OnShop::new(rule),
        Envelope::new(ShopSuspended(suspended), Some(3)),
    )
    .await;
    app.products.set_down(true);

    let cart = cart(&customer).await;

    assert_eq!(
        (&cart["stale"], &cart["lines"][0]["notice"]),
        (&json!(true), &json!("unavailable"))
    );
    assert_eq!(
        (&cart["lines"][0]["quantity"], &cart["totals"]["quantity"]),
        (&json!(2), &json!(0))
    );
}
