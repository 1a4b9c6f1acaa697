use image::ImageFormat;
use serde_json::{Value, json};
use souk_testkit::{Client, Response};
use user_svc::media::Media;
use user_svc::{AppState, flows, ops};
use uuid::Uuid;

use crate::app::TestApp;
use crate::pictures::{Bucket, picture};

const AVATAR: &str = "/api/v1/users/me/avatar";
const RED: [u8; 3] = [200, 30, 30];
const BLUE: [u8; 3] = [30, 30, 200];

async fn put(who: &Client, file: Vec<u8>) -> Response {
    who.put_bytes(AVATAR, "application/octet-stream", file).await
}

fn url(user: &Response) -> String {
    assert_eq!(user.status, 200, "{user:?}");
    user.body["avatar_url"].as_str().unwrap().to_owned()
}

#[actix_web::test]
async fn a_picture_becomes_an_avatar_that_everybody_may_see() {
    let app = TestApp::new().await;
    let me = app.server.customer(app.registered().await.id);

    let avatar = url(&put(&me, picture(ImageFormat::Png, RED)).await);
    let seen = app.gateway().get(&avatar).await;

    assert_eq!(me.get("/api/v1/users/me").await.body["avatar_url"], json!(avatar));
    assert_eq!(
        (seen.status, seen.header("content-type")),
        (200, Some("image/jpeg"))
    );
    assert_eq!(
        (
            seen.header("cache-control"),
            seen.header("x-content-type-options")
        ),
        (Some("public, max-age=3600, must-revalidate"), Some("nosniff"))
    );
    let image = image::load_from_memory(&seen.bytes).unwrap().to_rgb8();
    assert_eq!(image.dimensions(), (256, 256));
    assert!(image.get_pixel(10, 10).0[0] > 180);
    let updates = app.db.published_of("user.updated").await;
    assert_eq!(updates[0].data["changed"], json!(["avatar_url"]));
}

#[actix_web::test]
async fn another_picture_has_another_address_and_the_old_one_is_gone() {
    let app = TestApp::new().await;
    let me = app.server.customer(app.registered().await.id);

    let old = url(&put(&me, picture(ImageFormat::Jpeg, RED)).await);
    let new = url(&put(&me, picture(ImageFormat::WebP, BLUE)).await);

    assert_ne!(old, new);
    assert_eq!(app.gateway().get(&old).await.problem(), (404, "not-found"));
    assert_eq!(app.gateway().get(&new).await.status, 200);
    assert_eq!(app.stored_pictures(), 1);
}

#[actix_web::test]
async fn a_removed_avatar_is_gone_and_twice_is_once() {
    let app = TestApp::new().await;
    let me = app.server.customer(app.registered().await.id);
    let avatar = url(&put(&me, picture(ImageFormat::Png, RED)).await);

    let (removed, again) = (me.delete(AVATAR).await, me.delete(AVATAR).await);

    assert_eq!((removed.status, again.status), (204, 204));
    assert!(me.get("/api/v1/users/me").await.body["avatar_url"].is_null());
    assert_eq!(app.gateway().get(&avatar).await.status, 404);
    assert_eq!(
        (
            app.stored_pictures(),
            app.db.published_of("user.updated").await.len()
        ),
        (0, 2)
    );
}

#[actix_web::test]
async fn content_decides_what_is_a_picture() {
    let app = TestApp::new().await;
    let me = app.server.customer(app.registered().await.id);
    let png = picture(ImageFormat::Png, RED);

    let text = me.put_bytes(AVATAR, "image/png", b"not a picture".to_vec()).await;
    let cut = put(&me, png[..png.len() / 2].to_vec()).await;
    let named_otherwise = me.put_bytes(AVATAR, "text/plain", png.clone()).await;
    let mut large = png;
    large.resize(5 * 1024 * 1024 + 1, 0);

    assert_eq!(text.problem(), (415, "unsupported-media-type"));
    assert_eq!(cut.problem(), (422, "unreadable-image"));
    assert_eq!(named_otherwise.status, 200);
    assert_eq!(put(&me, large).await.problem(), (413, "body-too-large"));
    assert_eq!(put(&me, Vec::new()).await.status, 415);
}

#[actix_web::test]
async fn nobody_has_no_avatar() {
    let app = TestApp::new().await;
    let stranger = app.server.customer(Uuid::now_v7());

    assert_eq!(
        put(&app.gateway(), picture(ImageFormat::Png, RED))
            .await
            .problem(),
        (401, "authentication-required")
    );
    assert_eq!(app.gateway().delete(AVATAR).await.status, 401);
    assert_eq!(
        put(&stranger, picture(ImageFormat::Png, RED)).await.problem(),
        (404, "not-found")
    );
    for file in [
        "x.jpg",
        "00000000-0000-4000-8000-000000000000.png",
        "..%2fsecret.jpg",
    ] {
        let seen = app.gateway().get(&format!("/api/v1/avatars/{file}")).await;
        assert_eq!(seen.problem(), (404, "not-found"), "{file}");
    }
}

#[actix_web::test]
async fn a_picture_that_nobody_took_after_a_crash_is_removed() {
    let app = TestApp::new().await;
    let AppState { db, media, .. } = app.state.clone();
    let id = Uuid::new_v4();
    let noted: user_svc::Result<()> = db.transaction(async |tx| ops::expect_picture(tx, id).await).await;
    noted.unwrap();
    media.put(id, vec![1]).await.unwrap();

    flows::remove_pictures(&db, &media).await.unwrap();
    assert_eq!(app.stored_pictures(), 1, "it may still be taken");
    app.sql("update picture_removals set due_at = now()").await;
    flows::remove_pictures(&db, &media).await.unwrap();

    assert_eq!(app.stored_pictures(), 0);
    let user_id = app.registered().await.id;
    let late = db
        .transaction(async |tx| ops::set_avatar(tx, user_id, Some(id)).await)
        .await;
    assert!(matches!(late, Err(user_svc::Error::PictureLost)));
}

#[actix_web::test]
async fn an_upload_removes_no_picture_but_its_users_own() {
    let app = TestApp::new().await;
    let me = app.server.customer(app.registered().await.id);
    let AppState { db, media, .. } = app.state.clone();
    let others = Uuid::new_v4();
    media.put(others, vec![1]).await.unwrap();
    app.sql(&format!(
        "insert into picture_removals (id, due_at) values ('{others}', now() - interval '1 hour')"
    ))
    .await;

    put(&me, picture(ImageFormat::Png, RED)).await;
    let old = url(&put(&me, picture(ImageFormat::Png, BLUE)).await);
    me.delete(AVATAR).await;

    assert_eq!(app.gateway().get(&old).await.status, 404);
    assert_eq!(media.get(others).await.unwrap().unwrap().len(), 1);
    assert!(app.dump("picture_removals").await.contains(&others.to_string()));
    flows::remove_pictures(&db, &media).await.unwrap();
    assert!(media.get(others).await.unwrap().is_none());
    assert_eq!(app.dump("picture_removals").await, "");
}

#[actix_web::test]
async fn a_bucket_that_removes_nothing_keeps_nobody_waiting() {
    let bucket = Bucket::start();
    let app = TestApp::with_media(Media::open(&bucket.config()).unwrap()).await;
    let me = app.server.customer(app.registered().await.id);
    put(&me, picture(ImageFormat::Png, RED)).await;

    bucket.hang("DELETE");
    let replaced = put(&me, picture(ImageFormat::Png, BLUE)).await;
    let removed = me.delete(AVATAR).await;

    assert_eq!((replaced.status, removed.status), (200, 204));
    assert_eq!(bucket.names().len(), 2);
    bucket.answer_again();
    flows::remove_pictures(&app.state.db, &app.state.media)
        .await
        .unwrap();
    assert!(bucket.names().is_empty());
}

#[actix_web::test]
async fn a_bucket_that_hangs_is_unavailable() {
    let bucket = Bucket::start();
    let app = TestApp::with_media(Media::open(&bucket.config()).unwrap()).await;
    let me = app.server.customer(app.registered().await.id);
    let avatar = url(&put(&me, picture(ImageFormat::Png, RED)).await);

    bucket.hang("PUT");
    bucket.hang("GET");
    let gateway = app.gateway();
    let (refused, unseen) = tokio::join!(put(&me, picture(ImageFormat::Png, BLUE)), gateway.get(&avatar));

    for answer in [&refused, &unseen] {
        assert_eq!(answer.problem(), (503, "unavailable"));
        assert_eq!(answer.header("retry-after"), Some("1"));
    }
    bucket.answer_again();
    assert_eq!(me.get("/api/v1/users/me").await.body["avatar_url"], json!(avatar));
    assert_eq!(app.gateway().get(&avatar).await.status, 200);
}

#[actix_web::test]
async fn two_pictures_at_once_leave_one() {
    let app = TestApp::new().await;
    let me = app.server.customer(app.registered().await.id);

    let (one, two) = tokio::join!(
        put(&me, picture(ImageFormat::Png, RED)),
        put(&me, picture(ImageFormat::Png, BLUE))
    );

    assert_eq!((one.status, two.status), (200, 200));
    let user = me.get("/api/v1/users/me").await;
    assert_eq!(app.gateway().get(&url(&user)).await.status, 200);
    assert_eq!(app.stored_pictures(), 1);
}

#[actix_web::test]
async fn pictures_may_live_in_a_bucket() {
    let bucket = Bucket::start();
    let app = TestApp::with_media(Media::open(&bucket.config()).unwrap()).await;
    let me = app.server.customer(app.registered().await.id);

    let old = url(&put(&me, picture(ImageFormat::Png, RED)).await);
    let new = url(&put(&me, picture(ImageFormat::Png, BLUE)).await);

    let file = new.rsplit('/').next().unwrap();
    assert_eq!(bucket.names(), [format!("/souk/media/avatars/{file}")]);
    assert_eq!(app.gateway().get(&new).await.status, 200);
    assert_eq!(app.gateway().get(&old).await.status, 404);
    assert_eq!(me.delete(AVATAR).await.status, 204);
    assert!(bucket.names().is_empty());
}

#[actix_web::test]
async fn a_media_store_that_is_away_keeps_the_old_avatar() {
    let bucket = Bucket::start();
    let config = bucket.config();
    drop(bucket);
    let app = TestApp::with_media(Media::open(&config).unwrap()).await;
    let me = app.server.customer(app.registered().await.id);

    let refused = put(&me, picture(ImageFormat::Png, RED)).await;

    assert_eq!(refused.problem(), (503, "unavailable"));
    assert_eq!(me.get("/api/v1/users/me").await.body["avatar_url"], Value::Null);
}

#[actix_web::test]
async fn an_upload_whose_client_leaves_at_any_moment_leaves_one_picture_at_most() {
    let app = TestApp::new().await;
    let me = app.server.customer(app.registered().await.id);
    let old = url(&put(&me, picture(ImageFormat::Png, RED)).await);

    let last = app
        .server
        .dropped_at_every_await(async |interruption| {
            let answer = interruption.of(put(&me, picture(ImageFormat::Png, BLUE))).await;

            let shown = url(&me.get("/api/v1/users/me").await);
            assert_eq!(app.gateway().get(&shown).await.status, 200, "{shown}");
            answer
        })
        .await;

    assert_ne!(url(&last), old);
    // What was stored for requests that were dropped is noted as removable, and removed in time.
    app.sql("update picture_removals set due_at = now()").await;
    let AppState { db, media, .. } = app.state.clone();
    flows::remove_pictures(&db, &media).await.unwrap();
    assert_eq!(app.stored_pictures(), 1);
    assert_eq!(app.gateway().get(&url(&last)).await.status, 200);
}
