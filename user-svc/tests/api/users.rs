use serde_json::json;
use uuid::Uuid;

use crate::app::{TestApp, registration};

const ME: &str = "/api/v1/users/me";

#[actix_web::test]
async fn a_registration_makes_a_customer_and_tells_it() {
    let app = TestApp::new().await;

    let response = app
        .gateway()
        .post("/internal/users", registration("aygun@example.org"))
        .await;

    assert_eq!(response.status, 201);
    assert_eq!(response.header("location"), Some(ME));
    assert_eq!(response.body["role"], "customer");
    assert!(response.body.get("password_hash").is_none());
    let published = app.db.published().await;
    assert_eq!(published.len(), 1);
    assert_eq!(
        (published[0].kind.as_str(), published[0].version),
        ("user.created", Some(1))
    );
    assert_eq!(
        published[0].data,
        json!({ "user_id": response.body["id"], "is_active": true })
    );
}

#[actix_web::test]
async fn an_address_is_taken_in_whatever_case() {
    let app = TestApp::new().await;
    app.gateway()
        .post("/internal/users", registration("aygun@example.org"))
        .await;

    let again = app
        .gateway()
        .post("/internal/users", registration("Aygun@Example.ORG"))
        .await;

    assert_eq!(again.problem(), (409, "email-taken"));
    assert_eq!(app.db.published().await.len(), 1);
}

#[actix_web::test]
async fn two_registrations_at_once_make_one_account() {
    let app = TestApp::new().await;
    let client = app.gateway();

    let (one, two) = tokio::join!(
        client.post("/internal/users", registration("same@example.org")),
        client.post("/internal/users", registration("SAME@example.org")),
    );

    let mut statuses = [one.status, two.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 409]);
}

#[actix_web::test]
async fn bad_registrations_are_refused_field_by_field() {
    let app = TestApp::new().await;
    let with = |field: &str, value: &str| {
        let mut body = registration("a@example.org");
        body[field] = value.into();
        body
    };
    let long = "x".repeat(101);
    for (field, value, pointer) in [
        ("email", "nobody", "/email"),
        ("password", "too short", "/password"),
        ("password", "password123", "/password"),
        ("first_name", "", "/first_name"),
        ("last_name", long.as_str(), "/last_name"),
        ("role", "admin", "/role"),
    ] {
        let response = app.gateway().post("/internal/users", with(field, value)).await;

        assert_eq!(response.problem(), (422, "validation-failed"), "{field}={value}");
        assert_eq!(response.body["errors"][0]["pointer"], pointer);
    }
    assert!(app.db.published().await.is_empty());
}

#[actix_web::test]
async fn my_account_is_mine_to_read_and_change() {
    let app = TestApp::new().await;
    let user = app.registered().await;
    let me = app.server.customer(user.id);

    let changed = me
        .patch(
            ME,
            json!({ "last_name": "Mammadova", "phone_number": "+994 12 345" }),
        )
        .await;
    let removed = me.patch(ME, json!({ "phone_number": null })).await;
    let again = me.patch(ME, json!({ "phone_number": null })).await;
    let read = me.get(ME).await;

    assert_eq!(
        (changed.status, &changed.body["phone_number"]),
        (200, &json!("+994 12 345"))
    );
    assert_eq!(
        (removed.body["phone_number"].is_null(), again.status),
        (true, 200)
    );
    assert_eq!(
        (read.body["email"].as_str(), &read.body["last_name"]),
        (Some(&*user.email), &json!("Mammadova"))
    );
    let updates = app.db.published_of("user.updated").await;
    assert_eq!(
        updates.iter().map(|event| event.version).collect::<Vec<_>>(),
        [Some(2), Some(3)]
    );
    assert_eq!(updates[0].data["changed"], json!(["last_name", "phone_number"]));
}

#[actix_web::test]
async fn a_change_must_be_of_known_fields_and_within_limits() {
    let app = TestApp::new().await;
    let me = app.server.customer(app.registered().await.id);

    assert_eq!(
        me.patch(ME, json!({ "email": "b@example.org" })).await.problem(),
        (422, "validation-failed")
    );
    assert_eq!(
        me.patch(ME, json!({ "first_name": "" })).await.problem(),
        (422, "validation-failed")
    );
    assert_eq!(
        me.patch(ME, json!({ "phone_number": "1".repeat(33) }))
            .await
            .status,
        422
    );
}

#[actix_web::test]
async fn nobody_has_no_account() {
    let app = TestApp::new().await;
    let user = app.registered().await;

    assert_eq!(
        app.gateway().get(ME).await.problem(),
        (401, "authentication-required")
    );
    assert_eq!(
        app.server.customer(Uuid::now_v7()).get(ME).await.problem(),
        (404, "not-found")
    );
    let bare = app.server.customer(user.id).unsigned();
    assert_eq!(bare.get(ME).await.problem(), (401, "mesh-signature"));
    assert_eq!(bare.patch(ME, json!({ "first_name": "X" })).await.status, 401);
}
