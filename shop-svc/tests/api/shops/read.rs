use uuid::Uuid;

use crate::app::{SHOPS, TestApp};

#[actix_web::test]
async fn an_approved_shop_is_public_by_id_and_slug() {
    let app = TestApp::new().await;
    let shop = app.approved().await;

    let by_id = app.server.anonymous().get(&shop.url("")).await;
    let by_slug = app
        .server
        .anonymous()
        .get(&format!("{SHOPS}/caspian-leather"))
        .await;

    assert_eq!((by_id.status, by_slug.status), (200, 200));
    assert_eq!((&by_id.body, &by_slug.body), (&shop.body, &shop.body));
    assert_eq!(by_id.header("etag"), Some("\"2\""));
}

#[actix_web::test]
async fn what_the_client_has_is_not_sent_again() {
    let app = TestApp::new().await;
    let shop = app.approved().await;

    let response = app
        .server
        .anonymous()
        .with("If-None-Match", "\"2\"")
        .get(&shop.url(""))
        .await;

    assert_eq!(response.status, 304);
}

#[actix_web::test]
async fn another_shop_is_there_for_its_owner_and_admins_only() {
    let app = TestApp::new().await;
    for shop in [
        app.pending().await,
        app.rejected().await,
        app.suspended().await,
        app.closed().await,
    ] {
        assert_eq!(
            app.server.anonymous().get(&shop.url("")).await.problem(),
            (404, "not-found")
        );
        assert_eq!(app.someone().get(&shop.url("")).await.status, 404);
        assert_eq!(shop.owner.get(&shop.url("")).await.status, 200);
        assert_eq!(app.server.admin().get(&shop.url("")).await.status, 200);
    }
}

#[actix_web::test]
async fn an_unknown_shop_is_not_there() {
    let app = TestApp::new().await;

    for shop in [Uuid::now_v7().to_string(), "nowhere".to_owned()] {
        let response = app.server.admin().get(&format!("{SHOPS}/{shop}")).await;

        assert_eq!(response.problem(), (404, "not-found"));
    }
}

#[actix_web::test]
async fn mine_is_the_open_one_in_whatever_status() {
    let app = TestApp::new().await;
    let (open, closed) = (app.suspended().await, app.closed().await);
    let mine = format!("{SHOPS}/mine");

    let found = open.owner.get(&mine).await;

    assert_eq!((found.status, &found.body), (200, &open.body));
    assert_eq!(found.body["status_reason"], "because");
    assert_eq!(closed.owner.get(&mine).await.problem(), (404, "not-found"));
    assert_eq!(app.someone().get(&mine).await.status, 404);
    assert_eq!(
        app.server.anonymous().get(&mine).await.problem(),
        (401, "authentication-required")
    );
}
