//! `wishlist-svc.shops`

use serde_json::json;
use souk_contracts::Envelope;
use souk_contracts::events::{ShopApproved, ShopStatus};
use souk_testkit::Client;
use uuid::Uuid;
use wishlist_svc::consumers::OnShop;

use super::{RULE, approve, close, shop};
use crate::app::{ITEMS, TestApp, WISHLIST, items, try_wish_for, url, wish, wish_for};

async fn has_no_wishlist(owner: &Client) -> bool {
    owner.get(WISHLIST).await.problem() == (403, "shop-owner-has-no-cart")
}

#[actix_web::test]
async fn an_approved_owner_has_no_wishlist_and_a_closed_one_an_empty_wishlist() {
    let app = TestApp::new().await;
    let owner = app.customer();
    let shoes = app.sells(1299, 10);
    let item = wish_for(&owner, shoes.variation_id).await;
    let id = Uuid::now_v7();

    approve(&app, id, owner.user_id(), 2).await;
    let refused = [
        owner.get(WISHLIST).await,
        owner.get(&format!("{WISHLIST}/count")).await,
        try_wish_for(&owner, shoes.variation_id).await,
        owner.delete(&url(&item)).await,
        owner
            .post(&format!("{}/move-to-cart", url(&item)), json!({}))
            .await,
    ];
    close(&app, id, owner.user_id(), 3).await;

    for response in refused {
        assert_eq!(response.problem(), (403, "shop-owner-has-no-cart"));
    }
    assert!(items(&owner).await.is_empty());
    assert_eq!(app.db.published_of("wishlist.deleted").await.len(), 1);
}

#[actix_web::test]
async fn an_approval_that_comes_after_the_closing_still_empties_what_was_there_before() {
    let app = TestApp::new().await;
    let owner = app.customer();
    let id = Uuid::now_v7();
    let approval = ShopApproved(shop(id, owner.user_id(), ShopStatus::Approved));
    wish_for(&owner, app.sells(1, 1).variation_id).await;
    close(&app, id, owner.user_id(), 3).await;
    let after = wish_for(&owner, app.sells(1, 1).variation_id).await;

    app.tell(&OnShop::new(RULE), Envelope::new(approval, Some(2)))
        .await;

    assert!(!has_no_wishlist(&owner).await);
    assert_eq!(items(&owner).await, [after]);
}

#[actix_web::test]
async fn a_wish_and_an_approval_at_once_leave_nothing_behind() {
    let app = TestApp::new().await;
    let owner = app.customer();
    let (shoes, id) = (app.sells(1, 1), Uuid::now_v7());

    tokio::join!(
        try_wish_for(&owner, shoes.variation_id),
        approve(&app, id, owner.user_id(), 2)
    );
    close(&app, id, owner.user_id(), 3).await;

    assert!(items(&owner).await.is_empty());
}

#[actix_web::test]
async fn a_closed_shop_leaves_all_wishlists_with_its_products() {
    let app = TestApp::new().await;
    let customer = app.customer();
    let shoes = app.sells(1299, 10);
    approve(&app, shoes.shop_id, shoes.owner_id, 2).await;
    wish_for(&customer, shoes.variation_id).await;
    wish(&customer, json!({ "shop_id": shoes.shop_id })).await;
    let kept = wish_for(&customer, app.sells(1, 1).variation_id).await;

    close(&app, shoes.shop_id, shoes.owner_id, 3).await;
    close(&app, shoes.shop_id, shoes.owner_id, 3).await;
    approve(&app, shoes.shop_id, shoes.owner_id, 2).await;

    assert_eq!(items(&customer).await, [kept]);
    assert_eq!(app.db.published_of("wishlist.deleted").await.len(), 2);
    let again = customer.post(ITEMS, json!({ "shop_id": shoes.shop_id })).await;
    assert_eq!(again.problem(), (422, "unknown-shop"));
}
