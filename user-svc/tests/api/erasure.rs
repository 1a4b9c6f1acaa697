use futures_util::future::join_all;
use image::ImageFormat;
use serde_json::{Value, json};
use souk_env::Secret;
use souk_testkit::Response;
use user_svc::config::DatabaseConfig;
use user_svc::routes::erasure::eraser;
use uuid::Uuid;

use crate::app::{PASSWORD, Registered, TestApp, registration};
use crate::pictures::picture;

const ME: &str = "/api/v1/users/me";

async fn erase(app: &TestApp, user: &Registered) -> Response {
    app.server
        .customer(user.id)
        .delete_with(ME, json!({ "password": PASSWORD }))
        .await
}

async fn carry_on(app: &TestApp) {
    app.sql("update erasures set busy_until = now()").await;
    eraser(&app.state).carry_on().await.unwrap();
}

async fn is_there(app: &TestApp, user: &Registered) -> bool {
    app.server.customer(user.id).get(ME).await.status == 200
}

async fn assert_erased(app: &TestApp, user: &Registered) {
    assert!(!is_there(app, user).await);
    assert_eq!(app.neighbours.closed(user.id), (true, true));
    let deleted = app.db.published_of("user.deleted").await;
    assert_eq!(deleted.len(), 1, "told once");
    assert_eq!(deleted[0].data, json!({ "user_id": user.id }));
    assert_eq!(app.db.count("erasures").await, 0);
}

async fn assert_open_everywhere(app: &TestApp, user: &Registered) {
    assert!(is_there(app, user).await);
    assert_eq!(app.neighbours.closed(user.id), (false, false));
    assert!(app.db.published_of("user.deleted").await.is_empty());
    assert_eq!(app.db.count("erasures").await, 0);
}

#[actix_web::test]
async fn nothing_personal_is_left_of_an_erased_account() {
    let app = TestApp::new().await;
    let user = app.registered().await;
    let me = app.server.customer(user.id);
    let session = app.login(&user.email, PASSWORD).await.body;
    let address = json!({ "name": "Aygun Aliyeva", "line1": "Nizami 12", "city": "Baku", "country": "AZ" });
    me.clone()
        .with("Idempotency-Key", "one")
        .post("/api/v1/users/me/addresses", address)
        .await;
    me.put_bytes(
        "/api/v1/users/me/avatar",
        "image/png",
        picture(ImageFormat::Png, [1, 2, 3]),
    )
    .await;

    let erased = erase(&app, &user).await;

    assert_eq!((erased.status, erased.bytes.len()), (204, 0), "{erased:?}");
    assert_erased(&app, &user).await;
    let ended = erased.header("x-mesh-ended").unwrap();
    assert!(ended.contains(&user.id.to_string()), "{ended}");
    assert_eq!(
        app.refresh(&session["refresh_token"]).await.problem(),
        (401, "invalid-refresh-token")
    );
    assert_eq!(
        app.login(&user.email, PASSWORD).await.problem(),
        (401, "invalid-credentials")
    );
    assert_eq!(app.stored_pictures(), 0);
    for table in ["users", "sessions", "addresses", "idempotency_keys", "outbox"] {
        let rows = app.dump(table).await;
        for word in ["Aygun", "Nizami", &user.email, "127.0.0.1", "argon2"] {
            assert!(!rows.contains(word), "{word} in {table}: {rows}");
        }
    }
    let all = app.db.dump().await;
    assert!(
        !all.contains("Aygun") && !all.contains("Nizami") && !all.contains(&user.email),
        "{all}"
    );
    let anew = app
        .gateway()
        .post("/internal/users", registration(&user.email))
        .await;
    assert_eq!(anew.status, 201);
}

#[actix_web::test]
async fn an_account_is_erased_for_its_password_only() {
    let app = TestApp::new().await;
    let user = app.registered().await;
    let me = app.server.customer(user.id);

    let wrong = me
        .delete_with(ME, json!({ "password": "seven brave otter" }))
        .await;
    let none = me.delete_with(ME, json!({})).await;
    let nobody = app
        .gateway()
        .delete_with(ME, json!({ "password": PASSWORD }))
        .await;

    assert_eq!(wrong.problem(), (422, "validation-failed"));
    assert_eq!(
        (
            &wrong.body["errors"][0]["pointer"],
            &wrong.body["errors"][0]["code"]
        ),
        (&json!("/password"), &json!("wrong"))
    );
    assert_eq!(
        (none.status, nobody.problem()),
        (422, (401, "authentication-required"))
    );
    assert!(app.neighbours.orders.calls().is_empty());
    assert_open_everywhere(&app, &user).await;
}

#[actix_web::test]
async fn what_is_unfinished_refuses_and_leaves_the_account_as_it_was() {
    let app = TestApp::new().await;
    let user = app.registered().await;
    let session = app.login(&user.email, PASSWORD).await.body;

    app.neighbours.order_desk.refuse(Some("unfinished-orders"));
    let waiting = erase(&app, &user).await;
    app.neighbours.order_desk.refuse(None);
    app.neighbours.shop_desk.refuse(Some("open-shop"));
    let selling = erase(&app, &user).await;
    app.neighbours.shop_desk.refuse(None);

    assert_eq!(waiting.problem(), (409, "unfinished-orders"));
    assert_eq!(selling.problem(), (409, "open-shop"));
    assert_open_everywhere(&app, &user).await;
    assert_eq!(app.refresh(&session["refresh_token"]).await.status, 200);
    assert_eq!(erase(&app, &user).await.status, 204);
}

#[actix_web::test]
async fn a_service_that_is_away_delays_an_erasure_and_the_caller_is_logged_out() {
    for is_order_svc in [true, false] {
        let app = TestApp::new().await;
        let user = app.registered().await;
        let away = if is_order_svc {
            &app.neighbours.orders
        } else {
            &app.neighbours.shops
        };
        away.set_down(true);

        let accepted = erase(&app, &user).await;
        let again = erase(&app, &user).await;
        carry_on(&app).await;

        assert_eq!((accepted.status, again.status), (202, 202));
        assert!(accepted.header("x-mesh-ended").is_some());
        assert!(is_there(&app, &user).await);
        away.set_down(false);
        carry_on(&app).await;
        assert_erased(&app, &user).await;
    }
}

#[actix_web::test]
async fn a_refusal_while_a_service_is_away_is_carried_back_later() {
    let app = TestApp::new().await;
    let user = app.registered().await;
    app.neighbours.orders.set_down(true);
    assert_eq!(erase(&app, &user).await.status, 202);
    assert_eq!(app.neighbours.closed(user.id), (false, true));
    app.neighbours.orders.set_down(false);
    app.neighbours.order_desk.refuse(Some("unfinished-orders"));

    carry_on(&app).await;

    assert_open_everywhere(&app, &user).await;
}

#[actix_web::test]
async fn an_erasure_that_died_on_its_way_back_is_carried_back() {
    let app = TestApp::new().await;
    let user = app.registered().await;
    app.neighbours.order_desk.refuse(Some("unfinished-orders"));
    app.neighbours.orders.set_down(true);
    erase(&app, &user).await;
    app.sql("update erasures set state = 'reopening'").await;

    carry_on(&app).await;
    assert_eq!(
        app.neighbours.closed(user.id),
        (false, true),
        "order-svc is still away"
    );
    app.neighbours.orders.set_down(false);
    carry_on(&app).await;

    assert_open_everywhere(&app, &user).await;
}

#[actix_web::test]
async fn an_erasure_that_died_at_any_step_is_carried_to_its_end() {
    for steps in 0..=2 {
        let app = TestApp::new().await;
        let user = app.registered().await;
        app.sql(&format!(
            "insert into erasures (user_id, state, attempt, busy_until)
             values ('{}', 'closing', nextval('erasure_attempts'), now() + interval '1 minute')",
            user.id
        ))
        .await;
        let attempt = 1;
        if steps > 0 {
            app.state.shops.close_account(user.id, attempt).await.unwrap();
        }
        if steps > 1 {
            app.state.orders.close_account(user.id, attempt).await.unwrap();
        }
        eraser(&app.state).carry_on().await.unwrap();
        assert!(is_there(&app, &user).await, "whoever is at it is given its time");

        carry_on(&app).await;

        assert_erased(&app, &user).await;
    }
}

#[actix_web::test]
async fn an_older_attempt_that_was_thought_dead_changes_nothing() {
    let app = TestApp::new().await;
    let user = app.registered().await;
    app.neighbours.orders.set_down(true);
    erase(&app, &user).await;
    app.neighbours.orders.set_down(false);
    carry_on(&app).await;
    assert_erased(&app, &user).await;

    app.state.orders.reopen_account(user.id, 1).await.unwrap();
    app.state.shops.reopen_account(user.id, 1).await.unwrap();

    assert_eq!(app.neighbours.closed(user.id), (true, true));
}

#[actix_web::test]
async fn an_account_is_erased_once_however_often_it_is_asked_at_once() {
    let app = TestApp::new().await;
    let user = app.registered().await;

    let answers = join_all((0..4).map(|_| erase(&app, &user))).await;
    carry_on(&app).await;

    for answer in &answers {
        assert!([202, 204, 404].contains(&answer.status), "{answer:?}");
    }
    assert!(answers.iter().any(|answer| answer.status == 204), "{answers:?}");
    assert_erased(&app, &user).await;
    assert_eq!(erase(&app, &user).await.problem(), (404, "not-found"));
}

#[actix_web::test]
async fn an_erasure_meets_a_login_and_an_address_at_the_same_moment() {
    let app = TestApp::new().await;
    let user = app.registered().await;
    let me = app.server.customer(user.id);
    let address = json!({ "name": "Aygun", "line1": "Nizami 12", "city": "Baku", "country": "AZ" });

    let (erased, login, _) = tokio::join!(
        erase(&app, &user),
        app.login(&user.email, PASSWORD),
        me.post("/api/v1/users/me/addresses", address)
    );

    assert_eq!(erased.status, 204);
    assert_erased(&app, &user).await;
    assert_eq!(app.db.count("addresses").await, 0);
    if login.status == 201 {
        assert_eq!(app.refresh(&login.body["refresh_token"]).await.status, 401);
    }
    assert_eq!(app.db.count("sessions where ended_at is null").await, 0);
}

#[actix_web::test]
async fn somebody_who_is_not_there_cannot_be_erased() {
    let app = TestApp::new().await;
    let stranger = app.server.customer(Uuid::now_v7());

    let refused = stranger.delete_with(ME, json!({ "password": PASSWORD })).await;

    assert_eq!(refused.problem(), (404, "not-found"));
    assert_eq!(refused.body["errors"], Value::Null);
}

#[actix_web::test]
async fn the_last_operator_stays_also_when_two_leave_at_once() {
    let app = TestApp::new().await;
    let (one, two) = (app.operator().await, app.operator().await);

    let (first, second) = tokio::join!(erase(&app, &one), erase(&app, &two));

    let mut answers = [first.problem(), second.problem()];
    answers.sort_unstable();
    assert_eq!(answers, [(204, ""), (409, "last-admin")]);
    assert_eq!(
        app.db.count("users where is_admin and erased_at is null").await,
        1
    );
}

#[actix_web::test]
async fn no_mail_to_an_erased_account_is_left() {
    let app = TestApp::new().await;
    let user = app.registered().await;
    assert_eq!(app.db.count("mails").await, 1);

    assert_eq!(erase(&app, &user).await.status, 204);

    assert_eq!(app.db.count("mails").await, 0);
    assert_eq!(app.db.count("mail_tokens").await, 0);
}

#[actix_web::test]
async fn an_erasure_whose_client_leaves_at_any_moment_ends_whole() {
    let app = TestApp::new().await;

    app.server
        .dropped_at_every_await(async |interruption| {
            let user = app.registered().await;

            let answer = interruption.of(erase(&app, &user)).await;

            // Whoever was not begun with may ask again; everything else is carried to its end.
            carry_on(&app).await;
            if is_there(&app, &user).await {
                assert_eq!(app.neighbours.closed(user.id), (false, false));
                assert_eq!(erase(&app, &user).await.status, 204);
            }
            assert!(!is_there(&app, &user).await);
            assert_eq!(app.neighbours.closed(user.id), (true, true));
            let deleted = app.db.published_of("user.deleted").await;
            let told = deleted
                .iter()
                .filter(|event| event.data["user_id"] == json!(user.id));
            assert_eq!(told.count(), 1);
            assert_eq!(app.db.count("erasures").await, 0);
            answer
        })
        .await;
}

#[actix_web::test]
async fn erasures_are_published_again_with_their_versions() {
    let app = TestApp::new().await;
    let (erased, kept) = (app.registered().await, app.registered().await);
    assert_eq!(erase(&app, &erased).await.status, 204);
    let config = DatabaseConfig {
        database_url: Secret::new(app.db.url()),
    };

    let accounts = user_svc::republish_erasures(config).await.unwrap();

    assert_eq!(accounts, 1);
    let deleted = app.db.published_of("user.deleted").await;
    assert_eq!(deleted.len(), 2);
    assert_eq!(deleted[0], deleted[1]);
    assert!(is_there(&app, &kept).await);
}
