use serde_json::json;
use souk_testkit::Repeat;

use crate::app::{SHOPS, TestApp};

#[actix_web::test]
async fn an_application_is_pending_and_told() {
    let app = TestApp::new().await;
    let owner = app.someone();

    let response = owner
        .post(SHOPS, json!({ "name": " Şəki Halva ", "about": "Sweets." }))
        .await;

    assert_eq!(response.status, 201, "{response:?}");
    let id = response.body["id"].as_str().unwrap();
    assert_eq!(
        response.header("location"),
        Some(format!("{SHOPS}/{id}").as_str())
    );
    assert_eq!(response.header("etag"), Some("\"1\""));
    let expected = json!({
        "id": id,
        "owner_id": owner.user_id(),
        "name": "Şəki Halva",
        "slug": "saki-halva",
        "about": "Sweets.",
        "logo_url": null,
        "status": "pending",
        "status_reason": null,
        "is_verified": false,
        "rating": { "average": null, "count": 0 },
        "created_at": response.body["created_at"],
        "updated_at": response.body["created_at"],
    });
    assert_eq!(response.body, expected);
    let told = app.db.published().await;
    assert_eq!(
        (told.len(), told[0].kind.as_str(), told[0].version),
        (1, "shop.created", Some(1))
    );
    assert_eq!(told[0].data["owner_id"], json!(owner.user_id()));
    assert_eq!(told[0].data["status"], "pending");
}

#[actix_web::test]
async fn an_application_needs_somebody() {
    let app = TestApp::new().await;

    let response = app
        .server
        .anonymous()
        .post(SHOPS, json!({ "name": "Lamps" }))
        .await;

    assert_eq!(response.problem(), (401, "authentication-required"));
}

#[actix_web::test]
async fn a_user_has_one_open_shop_and_may_open_another_after_closing() {
    let app = TestApp::new().await;
    let first = app.rejected().await;

    let second = first.owner.post(SHOPS, json!({ "name": "Lamps" })).await;
    assert_eq!(second.problem(), (409, "already-has-shop"));

    first.owner.delete(&first.url("")).await;
    let third = first.owner.post(SHOPS, json!({ "name": "Lamps" })).await;
    assert_eq!(third.status, 201);
}

#[actix_web::test]
async fn of_applications_at_once_one_is_taken() {
    let app = TestApp::new().await;
    let owner = app.someone();

    let (one, two, three) = tokio::join!(
        owner.post(SHOPS, json!({ "name": "Lamps" })),
        owner.post(SHOPS, json!({ "name": "Lamps" })),
        owner.post(SHOPS, json!({ "name": "Rugs" })),
    );

    let mut statuses = [one.status, two.status, three.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 409, 409]);
    assert_eq!(app.told().await.len(), 1);
}

#[actix_web::test]
async fn the_same_key_gives_the_same_shop() {
    let app = TestApp::new().await;
    let owner = app.someone().with("Idempotency-Key", "first try");

    let first = owner.post(SHOPS, json!({ "name": "Lamps" })).await;
    let again = owner.post(SHOPS, json!({ "name": "Lamps" })).await;
    let other = owner.post(SHOPS, json!({ "name": "Rugs" })).await;

    assert_eq!((first.status, again.status), (201, 201));
    assert_eq!(first.body, again.body);
    assert_eq!(first.header("location"), again.header("location"));
    assert_eq!(other.problem(), (422, "idempotency-key-reused"));
    assert_eq!(app.told().await.len(), 1);
}

#[actix_web::test]
async fn a_refusal_leaves_the_key_free() {
    let app = TestApp::new().await;
    let shop = app.pending().await;
    let owner = shop.owner.clone().with("Idempotency-Key", "k");

    let refused = owner.post(SHOPS, json!({ "name": "Lamps" })).await;
    shop.owner.delete(&shop.url("")).await;
    let taken = owner.post(SHOPS, json!({ "name": "Lamps" })).await;

    assert_eq!((refused.status, taken.status), (409, 201));
}

#[actix_web::test]
async fn shops_of_one_name_get_slugs_of_their_own() {
    let app = TestApp::new().await;
    let (a, b, c) = (app.someone(), app.someone(), app.someone());
    let body = json!({ "name": "Lamps" });

    let (a, b, c) = tokio::join!(
        a.post(SHOPS, body.clone()),
        b.post(SHOPS, body.clone()),
        c.post(SHOPS, body)
    );

    let mut slugs = [a, b, c].map(|r| r.body["slug"].as_str().unwrap().to_owned());
    slugs.sort();
    assert_eq!(slugs[0], "lamps");
    assert!(slugs[1].starts_with("lamps-") && slugs[2].starts_with("lamps-") && slugs[1] != slugs[2]);
}

#[actix_web::test]
async fn bad_applications_are_refused_field_by_field() {
    let app = TestApp::new().await;
    let owner = app.someone();
    for (body, pointer) in [
        (json!({}), "/name"),
        (json!({ "name": "ab" }), "/name"),
        (json!({ "name": " a " }), "/name"),
        (json!({ "name": "x".repeat(101) }), "/name"),
        (json!({ "name": "Lamps\u{0}" }), "/name"),
        (json!({ "name": "Lamps", "about": "x".repeat(1001) }), "/about"),
        (json!({ "name": "Lamps", "status": "approved" }), "/status"),
    ] {
        let response = owner.post(SHOPS, body.clone()).await;

        assert_eq!(response.status, 422, "{body}");
        assert_eq!(response.body["errors"][0]["pointer"], pointer, "{body}");
    }
    assert!(app.told().await.is_empty());
}

#[actix_web::test]
async fn a_repeat_is_known_in_any_spelling_and_across_builds() {
    let app = TestApp::new().await;

    let repeat = Repeat {
        path: SHOPS.to_owned(),
        body: json!({ "name": "Lamps" }),
        spelled: r#"{"about": null, "name": "Lamps"}"#.to_owned(),
        others: vec![
            json!({ "name": "lamps" }),
            json!({ "name": "Lamps", "about": "" }),
        ],
        operation: "apply_for_shop".to_owned(),
        hashed: r#"{"name":"Lamps","about":null}"#.to_owned(),
    };

    let applied = repeat
        .check(&app.db, &app.someone().with("Idempotency-Key", "k1"))
        .await;
    assert!(applied.header("etag").is_some());
}
