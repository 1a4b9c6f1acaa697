use serde_json::json;

use crate::app::TestApp;

#[actix_web::test]
async fn an_owner_changes_name_and_text_and_the_slug_stays() {
    let app = TestApp::new().await;
    let shop = app.approved().await;

    let response = shop
        .owner
        .patch(
            &shop.url(""),
            json!({ "name": "Baku Leather", "about": "Belts." }),
        )
        .await;

    assert_eq!((response.status, response.header("etag")), (200, Some("\"3\"")));
    assert_eq!(response.body["name"], "Baku Leather");
    assert_eq!(response.body["slug"], "caspian-leather");
    assert_eq!(response.body["status"], "approved");
    let told = app.db.published_of("shop.updated").await;
    assert_eq!((told.len(), told[0].version), (1, Some(3)));
    assert_eq!(told[0].data["about"], "Belts.");
}

#[actix_web::test]
async fn null_removes_the_text_and_absent_fields_stay() {
    let app = TestApp::new().await;
    let shop = app.pending().await;
    shop.owner
        .patch(&shop.url(""), json!({ "about": "Belts." }))
        .await;

    let kept = shop
        .owner
        .patch(&shop.url(""), json!({ "name": "Baku Leather" }))
        .await;
    let removed = shop.owner.patch(&shop.url(""), json!({ "about": null })).await;

    assert_eq!(kept.body["about"], "Belts.");
    assert_eq!(
        (&removed.body["about"], &removed.body["name"]),
        (&json!(null), &json!("Baku Leather"))
    );
}

#[actix_web::test]
async fn the_same_change_twice_changes_nothing() {
    let app = TestApp::new().await;
    let shop = app.pending().await;

    let first = shop
        .owner
        .patch(&shop.url(""), json!({ "name": "Baku Leather" }))
        .await;
    let again = shop
        .owner
        .patch(&shop.url(""), json!({ "name": "Baku Leather" }))
        .await;

    assert_eq!(first.body, again.body);
    assert_eq!(app.db.published_of("shop.updated").await.len(), 1);
}

#[actix_web::test]
async fn a_stale_version_is_refused() {
    let app = TestApp::new().await;
    let shop = app.pending().await;
    let with = |etag: &str| shop.owner.clone().with("If-Match", etag);

    let first = with("\"1\"")
        .patch(&shop.url(""), json!({ "name": "Baku Leather" }))
        .await;
    let stale = with("\"1\"")
        .patch(&shop.url(""), json!({ "name": "Lamps" }))
        .await;
    let any = with("*").patch(&shop.url(""), json!({ "name": "Lamps" })).await;

    assert_eq!((first.status, any.status), (200, 200));
    assert_eq!(stale.problem(), (412, "stale"));
}

#[actix_web::test]
async fn only_its_owner_changes_a_shop() {
    let app = TestApp::new().await;
    let (public, hidden) = (app.approved().await, app.pending().await);
    let body = json!({ "name": "Mine now" });

    let of_public = app.someone().patch(&public.url(""), body.clone()).await;
    let of_hidden = app.someone().patch(&hidden.url(""), body.clone()).await;
    let by_admin = app.server.admin().patch(&public.url(""), body.clone()).await;
    let by_nobody = app.server.anonymous().patch(&public.url(""), body).await;

    assert_eq!(of_public.problem(), (403, "not-your-shop"));
    assert_eq!(of_hidden.problem(), (404, "not-found"));
    assert_eq!(by_admin.problem(), (403, "not-your-shop"));
    assert_eq!(by_nobody.problem(), (401, "authentication-required"));
}

#[actix_web::test]
async fn bad_changes_are_refused_field_by_field() {
    let app = TestApp::new().await;
    let shop = app.pending().await;
    for (body, pointer) in [
        (json!({ "name": "ab" }), "/name"),
        (json!({ "name": null }), "/name"),
        (json!({ "about": "x".repeat(1001) }), "/about"),
        (json!({ "status": "approved" }), "/status"),
        (json!({ "slug": "best" }), "/slug"),
        (json!({ "is_verified": true }), "/is_verified"),
    ] {
        let response = shop.owner.patch(&shop.url(""), body.clone()).await;

        assert_eq!(response.status, 422, "{body}");
        assert_eq!(response.body["errors"][0]["pointer"], pointer, "{body}");
    }
}

#[actix_web::test]
async fn a_closed_shop_stays_as_it_is() {
    let app = TestApp::new().await;
    let shop = app.closed().await;

    let response = shop.owner.patch(&shop.url(""), json!({ "name": "Lamps" })).await;

    assert_eq!(response.problem(), (409, "shop-closed"));
}
