use serde_json::json;
use souk_clients::MeshClient;
use souk_clients::shop::ShopClient;
use souk_contracts::events::ShopStatus;
use uuid::Uuid;

use crate::app::TestApp;

fn client(app: &TestApp, caller: &'static str) -> ShopClient {
    ShopClient::new(MeshClient::new(app.server.url(), caller, souk_testkit::mesh_keys()).unwrap())
}

#[actix_web::test]
async fn a_service_reads_any_shop_by_its_id() {
    let app = TestApp::new().await;
    let shop = app.rejected().await;

    let found = client(&app, "wishlist-svc").shop(shop.id).await.unwrap().unwrap();

    assert_eq!((found.id, found.owner_id), (shop.id, shop.owner.user_id()));
    assert_eq!((found.status, found.version), (ShopStatus::Rejected, 2));
    assert!(!found.is_approved());
    assert_eq!(
        client(&app, "wishlist-svc").shop(Uuid::now_v7()).await.unwrap(),
        None
    );
}

#[actix_web::test]
async fn a_service_reads_the_open_shop_of_a_user() {
    let app = TestApp::new().await;
    let (open, closed) = (app.approved().await, app.closed().await);

    let found = client(&app, "product-svc")
        .shop_of(open.owner.user_id())
        .await
        .unwrap()
        .unwrap();

    assert!(found.id == open.id && found.is_approved());
    assert_eq!(
        client(&app, "product-svc")
            .shop_of(closed.owner.user_id())
            .await
            .unwrap(),
        None
    );
    assert_eq!(
        client(&app, "product-svc").shop_of(Uuid::now_v7()).await.unwrap(),
        None
    );
}

#[actix_web::test]
async fn what_the_gateway_forwards_and_what_is_unsigned_is_refused() {
    let app = TestApp::new().await;
    let shop = app.approved().await;
    let path = format!("/internal/shops/{}", shop.id);

    let forwarded = app.server.admin().get(&path).await;
    let unsigned = app.server.peer("product-svc").unsigned().get(&path).await;
    let bare = app
        .server
        .admin()
        .unsigned()
        .post(&shop.url("suspend"), json!({ "reason": "because" }))
        .await;

    assert_eq!(forwarded.problem(), (403, "mesh-only"));
    assert_eq!(unsigned.problem(), (401, "mesh-signature"));
    assert_eq!(bare.problem(), (401, "mesh-signature"));
}
