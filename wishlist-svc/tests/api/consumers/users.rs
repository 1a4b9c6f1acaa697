//! `wishlist-svc.users`

use souk_contracts::Envelope;
use souk_contracts::events::{UserCreated, UserDeleted, UserUpdated};
use uuid::Uuid;
use wishlist_svc::consumers::{OnUserCreated, OnUserDeleted, OnUserUpdated};

use crate::app::{TestApp, WISHLIST, items, wish_for};

fn created(user_id: Uuid) -> Envelope<UserCreated> {
    Envelope::new(
        UserCreated {
            user_id,
            is_active: true,
        },
        Some(1),
    )
}

fn deleted(user_id: Uuid) -> Envelope<UserDeleted> {
    Envelope::new(UserDeleted { user_id }, Some(2))
}

#[actix_web::test]
async fn a_new_account_has_an_empty_wishlist_and_an_early_one_stays_filled() {
    let app = TestApp::new().await;
    let (new, early) = (app.customer(), app.customer());
    let item = wish_for(&early, app.sells(1, 1).variation_id).await;

    for _ in 0..2 {
        app.tell(&OnUserCreated, created(new.user_id())).await;
        app.tell(&OnUserCreated, created(early.user_id())).await;
    }

    assert!(items(&new).await.is_empty());
    assert_eq!(items(&early).await, [item]);
}

#[actix_web::test]
async fn the_wishlist_of_an_erased_account_is_gone_for_good() {
    let app = TestApp::new().await;
    let customer = app.customer();
    wish_for(&customer, app.sells(1, 1).variation_id).await;

    for _ in 0..2 {
        app.tell(&OnUserDeleted, deleted(customer.user_id())).await;
    }
    app.tell(&OnUserCreated, created(customer.user_id())).await;

    assert_eq!(customer.get(WISHLIST).await.problem(), (403, "account-closed"));
    assert_eq!(app.db.published_of("wishlist.deleted").await.len(), 1);
}

#[actix_web::test]
async fn an_account_that_is_switched_off_keeps_its_wishlist() {
    let app = TestApp::new().await;
    let customer = app.customer();
    let item = wish_for(&customer, app.sells(1, 1).variation_id).await;
    let updated = UserUpdated {
        user_id: customer.user_id(),
        is_active: false,
        is_verified: true,
        role: "customer".into(),
        changed: vec!["is_active".into()],
    };

    app.tell(&OnUserUpdated, Envelope::new(updated, Some(2))).await;

    assert_eq!(items(&customer).await, [item]);
}
