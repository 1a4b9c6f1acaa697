use futures_util::future::join_all;
use serde_json::{Value, json};
use souk_testkit::{Client, Repeat, Response};
use uuid::Uuid;

use crate::app::TestApp;

const ADDRESSES: &str = "/api/v1/users/me/addresses";

fn home() -> Value {
    json!({ "name": "Aygun Aliyeva", "line1": "Nizami 12", "city": "Baku", "postal_code": "AZ1000",
            "country": "AZ", "phone_number": "+994 12 345 67 89" })
}

fn with(field: &str, value: Value) -> Value {
    let mut body = home();
    body[field] = value;
    body
}

fn url(address: &Response) -> String {
    assert_eq!(address.status, 201, "{address:?}");
    format!("{ADDRESSES}/{}", address.body["id"].as_str().unwrap())
}

async fn defaults(me: &Client) -> Vec<bool> {
    let list = me.get(ADDRESSES).await;
    let items = list.body["items"].as_array().unwrap().clone();
    items
        .iter()
        .map(|item| item["is_default"].as_bool().unwrap())
        .collect()
}

#[actix_web::test]
async fn an_address_is_kept_as_it_was_given() {
    let app = TestApp::new().await;
    let me = app.server.customer(app.registered().await.id);

    let added = me.post(ADDRESSES, home()).await;
    let read = me.get(&url(&added)).await;

    assert_eq!(added.header("location"), Some(url(&added).as_str()));
    assert_eq!(
        (&added.body["name"], &added.body["postal_code"]),
        (&json!("Aygun Aliyeva"), &json!("AZ1000"))
    );
    assert!(added.body["line2"].is_null());
    assert_eq!((read.status, &read.body), (200, &added.body));
}

#[actix_web::test]
async fn one_address_of_a_book_is_the_default() {
    let app = TestApp::new().await;
    let me = app.server.customer(app.registered().await.id);

    let first = me.post(ADDRESSES, home()).await;
    me.post(ADDRESSES, home()).await;
    assert_eq!(defaults(&me).await, [true, false]);
    let third = me.post(ADDRESSES, with("is_default", json!(true))).await;
    assert_eq!(defaults(&me).await, [false, false, true]);
    let handed_back = me.patch(&url(&first), json!({ "is_default": true })).await;
    assert_eq!(
        (handed_back.status, defaults(&me).await),
        (200, vec![true, false, false])
    );
    let refused = me.patch(&url(&first), json!({ "is_default": false })).await;
    assert_eq!(refused.body["errors"][0]["pointer"], "/is_default");

    assert_eq!(me.delete(&url(&first)).await.status, 204);

    assert_eq!(defaults(&me).await, [false, true]);
    assert_eq!(me.get(&url(&third)).await.body["is_default"], true);
}

#[actix_web::test]
async fn addresses_added_at_once_leave_one_default() {
    let app = TestApp::new().await;
    let me = app.server.customer(app.registered().await.id);

    let added = join_all((0..6).map(|_| me.post(ADDRESSES, with("is_default", json!(true))))).await;

    assert!(added.iter().all(|added| added.status == 201), "{added:?}");
    let defaults = defaults(&me).await;
    assert_eq!(
        (defaults.len(), defaults.iter().filter(|is| **is).count()),
        (6, 1)
    );
}

#[actix_web::test]
async fn a_change_touches_what_it_names_and_twice_is_once() {
    let app = TestApp::new().await;
    let me = app.server.customer(app.registered().await.id);
    let address = me.post(ADDRESSES, home()).await;
    let change = json!({ "city": "Ganja", "postal_code": "AZ 2000", "phone_number": null });

    let changed = me.patch(&url(&address), change.clone()).await;
    let again = me.patch(&url(&address), change).await;

    assert_eq!((changed.status, again.status), (200, 200));
    assert_eq!(again.body, changed.body);
    assert_eq!(
        (&changed.body["city"], &changed.body["line1"]),
        (&json!("Ganja"), &json!("Nizami 12"))
    );
    assert!(changed.body["phone_number"].is_null());
    let abroad = me.patch(&url(&address), json!({ "country": "DE" })).await;
    assert_eq!(abroad.body["errors"][0]["pointer"], "/postal_code");
}

#[actix_web::test]
async fn what_is_no_address_is_refused_field_by_field() {
    let app = TestApp::new().await;
    let me = app.server.customer(app.registered().await.id);

    for (field, value) in [
        ("name", json!("  ")),
        ("line1", json!("x".repeat(201))),
        ("line1", json!("two\nlines")),
        ("city", json!("")),
        ("country", json!("az")),
        ("country", json!("XX")),
        ("postal_code", json!("AZ100")),
        ("postal_code", json!("1".repeat(21))),
        ("phone_number", json!("1")),
        ("planet", json!("Mars")),
    ] {
        let refused = me.post(ADDRESSES, with(field, value.clone())).await;

        assert_eq!(refused.problem(), (422, "validation-failed"), "{field}={value}");
        assert_eq!(refused.body["errors"][0]["pointer"], format!("/{field}"));
    }
    assert!(defaults(&me).await.is_empty());
}

#[actix_web::test]
async fn the_same_key_adds_once() {
    let app = TestApp::new().await;
    let me = app.server.customer(app.registered().await.id);
    let keyed = me.clone().with("Idempotency-Key", "one");

    let first = keyed.post(ADDRESSES, home()).await;
    let second = keyed.post(ADDRESSES, home()).await;
    let other = keyed.post(ADDRESSES, with("city", json!("Ganja"))).await;

    assert_eq!((second.status, &second.body), (201, &first.body));
    assert_eq!(other.problem(), (422, "idempotency-key-reused"));
    assert_eq!(defaults(&me).await, [true]);
}

#[actix_web::test]
async fn a_book_is_bounded_and_listed_in_pages() {
    let app = TestApp::new().await;
    let me = app.server.customer(app.registered().await.id);
    for _ in 0..50 {
        assert_eq!(me.post(ADDRESSES, home()).await.status, 201);
    }

    let refused = me.post(ADDRESSES, home()).await;
    let first = me.get(&format!("{ADDRESSES}?limit=30")).await.body;
    let cursor = first["next_cursor"].as_str().unwrap();
    let rest = me
        .get(&format!("{ADDRESSES}?limit=30&cursor={cursor}"))
        .await
        .body;

    assert_eq!(refused.problem(), (409, "too-many-addresses"));
    assert_eq!(first["items"].as_array().unwrap().len(), 30);
    assert_eq!(rest["items"].as_array().unwrap().len(), 20);
    assert!(rest["next_cursor"].is_null());
    assert_eq!(me.get(&format!("{ADDRESSES}?limit=0")).await.status, 422);
}

#[actix_web::test]
async fn the_address_of_somebody_else_is_not_there() {
    let app = TestApp::new().await;
    let me = app.server.customer(app.registered().await.id);
    let other = app.server.customer(app.registered().await.id);
    let address = url(&me.post(ADDRESSES, home()).await);

    assert_eq!(other.get(&address).await.problem(), (404, "not-found"));
    assert_eq!(
        other.patch(&address, json!({ "city": "Ganja" })).await.problem(),
        (404, "not-found")
    );
    assert_eq!(other.delete(&address).await.problem(), (404, "not-found"));
    assert_eq!(me.delete(&address).await.status, 204);
    assert_eq!(me.delete(&address).await.problem(), (404, "not-found"));
}

#[actix_web::test]
async fn nobody_has_no_address_book() {
    let app = TestApp::new().await;
    let address = format!("{ADDRESSES}/{}", Uuid::now_v7());
    let nobody = app.gateway();

    for refused in [
        nobody.get(ADDRESSES).await,
        nobody.post(ADDRESSES, home()).await,
        nobody.get(&address).await,
        nobody.patch(&address, json!({})).await,
        nobody.delete(&address).await,
    ] {
        assert_eq!(refused.problem(), (401, "authentication-required"));
    }
    let stranger = app.server.customer(Uuid::now_v7());
    assert_eq!(
        stranger.post(ADDRESSES, home()).await.problem(),
        (404, "not-found")
    );
}

#[actix_web::test]
async fn other_services_see_an_address_of_that_user_only() {
    let app = TestApp::new().await;
    let (me, other) = (app.registered().await.id, app.registered().await.id);
    let added = app.server.customer(me).post(ADDRESSES, home()).await;
    let id = added.body["id"].as_str().unwrap();
    let peer = app.server.peer("order-svc");

    let found = peer.get(&format!("/internal/users/{me}/addresses/{id}")).await;
    let foreign = peer.get(&format!("/internal/users/{other}/addresses/{id}")).await;

    assert_eq!((found.status, &found.body["line1"]), (200, &json!("Nizami 12")));
    assert_eq!((foreign.status, foreign.body), (200, Value::Null));
    let through_the_gateway = app
        .gateway()
        .get(&format!("/internal/users/{me}/addresses/{id}"))
        .await;
    assert_eq!(through_the_gateway.problem(), (403, "mesh-only"));
}

#[actix_web::test]
async fn a_repeat_is_known_in_any_spelling_and_across_builds() {
    let app = TestApp::new().await;
    let me = app.server.customer(app.registered().await.id);

    let repeat = Repeat {
        path: ADDRESSES.to_owned(),
        body: home(),
        spelled: r#"{"is_default": false, "region": null, "line2": null, "phone_number": "+994 12 345 67 89",
            "country": "AZ", "postal_code": "AZ1000", "city": "Baku", "line1": "Nizami 12", "name": "Aygun Aliyeva"}"#
            .to_owned(),
        others: vec![
            with("city", json!("Ganja")),
            with("is_default", json!(true)),
            with("line2", json!("apt. 5")),
            with("phone_number", Value::Null),
        ],
        operation: "add_address".to_owned(),
        hashed: r#"{"name":"Aygun Aliyeva","line1":"Nizami 12","line2":null,"city":"Baku","region":null,"postal_code":"AZ1000","country":"AZ","phone_number":"+994 12 345 67 89","is_default":false}"#.to_owned(),
    };

    repeat.check(&app.db, &me.with("Idempotency-Key", "k1")).await;
}
