use std::collections::BTreeMap;
use std::io::{Cursor, Read};

use futures_util::future::join_all;
use image::ImageFormat;
use serde_json::{Value, json};
use souk_testkit::{Response, assert_exports_only};
use zip::ZipArchive;

use crate::app::{PASSWORD, TestApp};
use crate::pictures::picture;

const EXPORT: &str = "/api/v1/users/me/export";
const ADDRESSES: &str = "/api/v1/users/me/addresses";

/// What a user may see of the account: what `GET /users/me`, its addresses and its sessions show.
const ALLOWED: [&str; 28] = [
    "account.id",
    "account.email",
    "account.first_name",
    "account.last_name",
    "account.phone_number",
    "account.is_admin",
    "account.is_active",
    "account.is_verified",
    "account.created_at",
    "account.updated_at",
    "addresses.id",
    "addresses.name",
    "addresses.line1",
    "addresses.line2",
    "addresses.city",
    "addresses.region",
    "addresses.postal_code",
    "addresses.country",
    "addresses.phone_number",
    "addresses.is_default",
    "addresses.created_at",
    "sessions.id",
    "sessions.user_agent",
    "sessions.address",
    "sessions.created_at",
    "sessions.last_used_at",
    "sessions.expires_at",
    "sessions.ended_at",
];

fn unpacked(answer: &Response) -> BTreeMap<String, Vec<u8>> {
    let mut zip = ZipArchive::new(Cursor::new(&answer.bytes)).unwrap();
    (0..zip.len())
        .map(|n| {
            let mut file = zip.by_index(n).unwrap();
            let mut bytes = Vec::new();
            file.read_to_end(&mut bytes).unwrap();
            (file.name().unwrap().into_owned(), bytes)
        })
        .collect()
}

#[actix_web::test]
async fn an_export_holds_what_every_service_keeps() {
    let app = TestApp::new().await;
    let user = app.registered().await;
    let me = app.server.customer(user.id);
    app.login(&user.email, PASSWORD).await;
    let address = json!({ "name": "Aygun Aliyeva", "line1": "Nizami 12", "city": "Baku", "country": "AZ" });
    me.post(ADDRESSES, address).await;
    me.put_bytes(
        "/api/v1/users/me/avatar",
        "image/png",
        picture(ImageFormat::Png, [9, 9, 9]),
    )
    .await;

    let answer = me.get(EXPORT).await;

    assert_eq!(
        (answer.status, answer.header("content-type")),
        (200, Some("application/zip"))
    );
    assert!(
        answer
            .header("content-disposition")
            .unwrap()
            .starts_with("attachment;")
    );
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    let files = unpacked(&answer);
    let names: Vec<&str> = files.keys().map(String::as_str).collect();
    assert_eq!(
        names,
        [
            "analytics-svc.json",
            "avatar.jpg",
            "order-svc.json",
            "user-svc.json"
        ]
    );
    let own: Value = serde_json::from_slice(&files["user-svc.json"]).unwrap();
    assert_eq!(own["account"][0]["email"], json!(user.email));
    assert_eq!(own["addresses"][0]["line1"], "Nizami 12");
    assert_eq!(own["sessions"][0]["address"], "127.0.0.1");
    assert_exports_only(&serde_json::from_value(own).unwrap(), &ALLOWED);
    let text = String::from_utf8(files["user-svc.json"].clone()).unwrap();
    assert!(!text.contains("argon2") && !text.contains("hash"));
    let orders: Value = serde_json::from_slice(&files["order-svc.json"]).unwrap();
    assert_eq!(orders, json!({ "things": [1, 2, 3], "more": [] }));
}

#[actix_web::test]
async fn a_service_that_is_away_makes_no_archive() {
    let app = TestApp::new().await;
    let me = app.server.customer(app.registered().await.id);

    app.keepers.set_down(true);
    let refused = me.get(EXPORT).await;
    app.keepers.set_down(false);

    assert_eq!(refused.problem(), (503, "unavailable"));
    assert_eq!(me.get(EXPORT).await.status, 200);
}

#[actix_web::test]
async fn nobody_has_no_export() {
    let app = TestApp::new().await;

    assert_eq!(
        app.gateway().get(EXPORT).await.problem(),
        (401, "authentication-required")
    );
    assert_eq!(
        app.server
            .customer(uuid::Uuid::now_v7())
            .get(EXPORT)
            .await
            .problem(),
        (404, "not-found")
    );
}

#[actix_web::test]
async fn an_export_whose_client_leaves_at_any_moment_leaves_its_place_to_the_next_one() {
    let app = TestApp::new().await;
    let me = app.server.customer(app.registered().await.id);

    app.server
        .dropped_at_every_await(async |interruption| interruption.of(me.get(EXPORT)).await)
        .await;

    // More at once than may be gathered at once.
    for answer in join_all((0..4).map(|_| me.get(EXPORT))).await {
        assert_eq!(answer.status, 200, "{answer:?}");
        assert_eq!(unpacked(&answer).len(), 3);
    }
}
