//! Which account an address names, in whatever spelling.

use std::time::{Duration, Instant};

use diesel_async::RunQueryDsl;
use serde_json::{Value, json};
use souk_env::Secret;
use souk_testkit::Response;
use user_svc::config::AdminConfig;
use user_svc::flows::{self, MailboxCounts};
use user_svc::{create_admin, ops};
use uuid::Uuid;

use crate::app::{PASSWORD, Registered, TestApp, registration};
use crate::post::Post;

const UNICODE: &str = "a@b\u{fc}cher.example";
const ASCII: &str = "a@xn--bcher-kva.example";
const VICTIM: &str = "vic@mimi.example";
/// SQL's `lower` makes the victim's address of it.
const LOOK_ALIKE: &str = "vic@m\u{130}mi.example";

impl TestApp {
    async fn register(&self, email: &str) -> Response {
        self.gateway().post("/internal/users", registration(email)).await
    }

    async fn registered_as(&self, email: &str) -> Registered {
        let response = self.register(email).await;
        assert_eq!(response.status, 201, "{response:?}");
        Registered {
            id: response.body["id"].as_str().unwrap().parse().unwrap(),
            email: email.to_owned(),
        }
    }

    /// An account that the previous release has added.
    async fn registered_by_previous_release(&self, email: &str, is_verified: bool) -> Registered {
        let id = Uuid::now_v7();
        let hash = user_svc::domain::Password::accept(PASSWORD.to_owned())
            .unwrap()
            .hash()
            .unwrap();
        self.sql(&format!(
            "insert into users (id, email, password_hash, first_name, last_name, is_verified)
             values ('{id}', '{email}', '{hash}', 'Aygun', 'Aliyeva', {is_verified})"
        ))
        .await;
        Registered {
            id,
            email: email.to_owned(),
        }
    }

    async fn ask_for_reset(&self, email: &str) {
        let asked = self
            .gateway()
            .post("/internal/password-resets", json!({ "email": email }))
            .await;
        assert_eq!((asked.status, &asked.body), (202, &Value::Null), "{email}");
    }

    /// Whom a login with this address logs in.
    async fn logs_in(&self, email: &str) -> Option<Uuid> {
        let grant = self.login(email, PASSWORD).await;
        let id = grant.body["user_id"].as_str()?;
        assert_eq!(grant.status, 201);
        Some(id.parse().unwrap())
    }

    async fn fill(&self) -> MailboxCounts {
        flows::fill_mailboxes(&self.db.db()).await.unwrap()
    }

    /// Until a statement of this test waits for a lock.
    async fn until_blocked(&self) {
        let begun = Instant::now();
        let waits = "pg_stat_activity where application_name = current_schema() and wait_event_type = 'Lock'";
        while self.db.count(waits).await == 0 {
            assert!(begun.elapsed() < Duration::from_secs(10), "nothing waits");
            tokio::task::yield_now().await;
        }
    }
}

fn counts(filled: usize, in_conflict: usize, without_form: usize) -> MailboxCounts {
    MailboxCounts {
        filled,
        in_conflict,
        without_form,
    }
}

#[actix_web::test]
async fn look_alikes_register_beside_each_other_in_any_order() {
    let app = TestApp::new().await;

    for pair in [[LOOK_ALIKE, VICTIM], ["eve@pix.example", "eve@p\u{130}x.example"]] {
        let [first, second] = [app.registered_as(pair[0]).await, app.registered_as(pair[1]).await];

        assert_eq!(app.logs_in(pair[0]).await, Some(first.id));
        assert_eq!(app.logs_in(pair[1]).await, Some(second.id));
    }
}

#[actix_web::test]
async fn a_reset_for_a_look_alike_address_mails_nobody() {
    let (app, post) = (TestApp::new().await, Post::new());
    app.registered_as(VICTIM).await;
    post.deliver(&app).await;

    for look_alike in [LOOK_ALIKE, "vic@m\u{131}mi.example", "v\u{130}c@mimi.example"] {
        let body = json!({ "email": look_alike });
        app.gateway().post("/internal/password-resets", body).await;
    }

    let letters = post.deliver(&app).await;
    assert!(letters.is_empty(), "{letters:?}");
    assert_eq!(
        app.db.count("mail_tokens where purpose = 'reset_password'").await,
        0
    );
    assert_eq!(app.logs_in(LOOK_ALIKE).await, None);
}

#[actix_web::test]
async fn mail_goes_to_the_stored_address_and_not_to_the_typed_one() {
    let (app, post) = (TestApp::new().await, Post::new());
    app.registered_as("Vic@B\u{fc}cher.example").await;
    post.deliver(&app).await;

    for typed in [
        "vic@xn--bcher-kva.example",
        "VIC@B\u{dc}CHER.EXAMPLE",
        "vic@\u{ff42}\u{fc}cher.example",
    ] {
        app.ask_for_reset(typed).await;
        let letters = post.deliver(&app).await;
        assert_eq!(letters.len(), 1, "{typed}");
        assert_eq!(letters[0].to, "Vic@xn--bcher-kva.example", "{typed}");
    }
}

#[actix_web::test]
async fn one_mailbox_is_one_account_in_every_spelling() {
    let app = TestApp::new().await;
    let (user, orders) = (app.registered_as(UNICODE).await, app.server.peer("order-svc"));

    for spelling in [
        ASCII,
        UNICODE,
        "A@B\u{dc}cher.example",
        " a@XN--bcher-kva.Example\n",
    ] {
        assert_eq!(app.logs_in(spelling).await, Some(user.id), "{spelling}");
        let found = orders
            .post("/internal/users/by-email", json!({ "email": spelling }))
            .await;
        assert_eq!(found.body, json!(user.id), "{spelling}");
    }
    assert_eq!(app.register(ASCII).await.problem(), (409, "email-taken"));
    let other = orders
        .post("/internal/users/by-email", json!({ "email": "a@bucher.example" }))
        .await;
    assert_eq!(other.body, Value::Null);
}

#[actix_web::test]
async fn an_address_that_no_mail_can_be_sent_to_is_not_registered() {
    let app = TestApp::new().await;

    for email in [
        "a..b@example.org",
        ".a@example.org",
        "\"a b\"@example.org",
        "a@[127.0.0.1]",
        "a@127.0.0.1",
        "a@xn--zzzzzz.example",
        "a@example.org.",
        "\u{212a}@example.org",
        &format!("a@{}example", "\u{fc}bung.".repeat(25)),
    ] {
        let refused = app.register(email).await;
        assert_eq!(refused.problem(), (422, "validation-failed"), "{email}");
        assert_eq!(refused.body["errors"][0]["pointer"], "/email");
        assert_eq!(refused.body["errors"][0]["code"], "email");
    }
    assert_eq!(app.db.count("users").await, 0);
}

#[actix_web::test]
async fn two_registrations_of_one_mailbox_at_once_make_one_account() {
    let app = TestApp::new().await;

    let (one, two) = tokio::join!(app.register(UNICODE), app.register(ASCII));

    let mut statuses = [one.status, two.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 409]);
    assert_eq!(app.db.count("users").await, 1);
}

#[actix_web::test]
async fn a_registration_waits_for_one_of_the_previous_release_and_is_refused() {
    let app = TestApp::new().await;
    let db = app.db.db();
    let insert = format!(
        "insert into users (id, email, password_hash, first_name, last_name)
         values ('{}', 'Vic@Mimi.example', '-', 'Aygun', 'Aliyeva')",
        Uuid::now_v7()
    );

    let (first, second): (user_svc::Result<()>, Response) = tokio::join!(
        db.transaction(async |tx| {
            diesel::sql_query(insert).execute(tx).await?;
            app.until_blocked().await;
            Ok(())
        }),
        app.register(VICTIM),
    );

    first.unwrap();
    assert_eq!(second.problem(), (409, "email-taken"));
    assert_eq!(app.db.count("users").await, 1);
}

#[actix_web::test]
async fn a_registration_of_the_previous_release_in_another_spelling_is_found_out_when_forms_are_filled_in() {
    let app = TestApp::new().await;
    app.registered().await;
    let insert = format!(
        "insert into users (id, email, password_hash, first_name, last_name)
         select '{}', '{UNICODE}', password_hash, 'Aygun', 'Aliyeva' from users",
        Uuid::now_v7()
    );

    // Neither sees the other: no index knows both.
    let second: user_svc::Result<Response> = app
        .db
        .db()
        .transaction(async |tx| {
            diesel::sql_query(insert).execute(tx).await?;
            Ok(app.register(ASCII).await)
        })
        .await;

    assert_eq!(second.unwrap().status, 201);
    assert_eq!(app.fill().await, counts(1, 1, 0));
    let keeper = app.logs_in(UNICODE).await;
    assert!(keeper.is_some() && app.logs_in(ASCII).await == keeper);
    assert_eq!(app.db.count("users where email_conflict").await, 1);
}

#[actix_web::test]
async fn an_account_of_the_previous_release_is_found_by_its_address_and_no_other() {
    let (app, post) = (TestApp::new().await, Post::new());
    let victim = app.registered_by_previous_release(VICTIM, false).await;
    let reader = app
        .registered_by_previous_release("A@B\u{fc}cher.example", false)
        .await;

    assert_eq!(app.logs_in("VIC@mimi.EXAMPLE").await, Some(victim.id));
    assert_eq!(app.logs_in(LOOK_ALIKE).await, None);
    for spelling in [UNICODE, ASCII] {
        assert_eq!(app.logs_in(spelling).await, Some(reader.id), "{spelling}");
        assert_eq!(app.register(spelling).await.problem(), (409, "email-taken"));
        app.ask_for_reset(spelling).await;
    }
    let to: Vec<String> = post
        .deliver(&app)
        .await
        .into_iter()
        .map(|letter| letter.to)
        .collect();
    assert_eq!(to, ["A@xn--bcher-kva.example"; 2]);
}

#[actix_web::test]
async fn forms_are_filled_in_again_and_again() {
    let app = TestApp::new().await;
    let old = app
        .registered_by_previous_release("A@B\u{fc}cher.example", false)
        .await;
    app.registered_by_previous_release("a@[127.0.0.1]", false).await;

    assert_eq!(app.fill().await, counts(1, 0, 1));
    assert_eq!(app.fill().await, counts(0, 0, 1));
    app.registered_by_previous_release("late@example.org", false)
        .await;
    assert_eq!(app.fill().await, counts(1, 0, 1));

    let filled = format!("users where email_canonical = '{ASCII}' and id = '{}'", old.id);
    assert_eq!(app.db.count(&filled).await, 1);
    // Found as it was registered, as ever.
    assert!(app.logs_in("A@[127.0.0.1]").await.is_some());
}

#[actix_web::test]
async fn more_accounts_than_a_batch_are_filled_in() {
    let app = TestApp::new().await;
    app.sql(
        "insert into users (id, email, password_hash, first_name, last_name)
         select gen_random_uuid(), 'u' || n || '@example.org', '-', 'A', 'B' from generate_series(1, 450) n",
    )
    .await;

    assert_eq!(app.fill().await, counts(450, 0, 0));
    assert_eq!(app.db.count("users where email_canonical = email").await, 450);
}

#[actix_web::test]
async fn two_who_fill_in_at_once_agree() {
    let app = TestApp::new().await;
    for n in 0..5 {
        app.registered_by_previous_release(&format!("a@b\u{fc}{n}.example"), n % 2 == 0)
            .await;
        app.registered_by_previous_release(&format!("a@bu\u{308}{n}.example"), false)
            .await;
    }
    let db = app.db.db();

    let (one, two) = tokio::join!(flows::fill_mailboxes(&db), flows::fill_mailboxes(&db));

    one.and(two).unwrap();
    assert_eq!(app.db.count("users where email_canonical is not null").await, 5);
    assert_eq!(
        app.db
            .count("users where email_conflict and email_canonical is null")
            .await,
        5
    );
}

#[actix_web::test]
async fn of_two_with_one_mailbox_the_verified_one_keeps_it() {
    let (app, post) = (TestApp::new().await, Post::new());
    let older = app.registered_by_previous_release(UNICODE, false).await;
    app.ask_for_reset(UNICODE).await;
    let mailed = post.token(&app).await;
    app.fill().await;
    let session = app.logged_in(&older).await;
    let verified = app.registered_by_previous_release(ASCII, true).await;

    assert_eq!(app.fill().await, counts(1, 1, 0));

    for spelling in [UNICODE, ASCII] {
        assert_eq!(app.logs_in(spelling).await, Some(verified.id), "{spelling}");
    }
    // The other one goes on where it is logged in, and what was mailed to it is void.
    assert_eq!(app.refresh(&session.refresh).await.status, 200);
    let body = json!({ "token": mailed, "new_password": "eleven calm herons" });
    let reset = app
        .gateway()
        .post("/internal/password-resets/confirm", body)
        .await;
    assert_eq!(reset.problem(), (422, "invalid-reset-token"));
    let verify = format!("/internal/users/{}/email-verification", older.id);
    assert_eq!(
        app.gateway().post_empty(&verify).await.problem(),
        (409, "email-conflict")
    );
    let me = app.server.customer(older.id).get("/api/v1/users/me").await;
    assert_eq!(me.body["email_conflict"], json!(true));
}

#[actix_web::test]
async fn of_equals_the_older_keeps_the_mailbox_and_the_other_gets_another_from_an_operator() {
    let (app, post) = (TestApp::new().await, Post::new());
    let keeper = app.registered_by_previous_release(ASCII, false).await;
    let other = app.registered_by_previous_release(UNICODE, false).await;
    assert_eq!(app.fill().await, counts(1, 1, 0));
    let operator = app.operator().await;
    post.deliver(&app).await;
    let admin = app.server.user(operator.id, souk_auth::Role::Admin);

    let listed = admin.get("/api/v1/users?conflict=true").await;
    assert_eq!(listed.body["items"][0]["id"], json!(other.id));
    assert_eq!(listed.body["items"].as_array().unwrap().len(), 1);
    let both = admin.get(&format!("/api/v1/users?email={ASCII}")).await;
    assert_eq!(both.body["items"].as_array().unwrap().len(), 2);
    let without = admin.get("/api/v1/users?conflict=false").await;
    assert_eq!(without.body["items"].as_array().unwrap().len(), 2);
    let url = format!("/api/v1/users/{}", other.id);
    let same = admin.patch(&url, json!({ "email": UNICODE })).await;
    assert_eq!(same.problem(), (409, "email-taken"));
    assert_eq!(same.body["errors"][0]["pointer"], "/email");
    let given = admin.patch(&url, json!({ "email": "New@example.org" })).await;

    assert_eq!((given.status, given.header("x-mesh-ended")), (200, None));
    assert_eq!(
        (&given.body["email"], &given.body["email_conflict"]),
        (&json!("New@example.org"), &json!(false))
    );
    assert_eq!(app.logs_in("new@example.org").await, Some(other.id));
    assert_eq!(app.logs_in(UNICODE).await, Some(keeper.id));
    let letters = post.deliver(&app).await;
    assert_eq!((letters.len(), &*letters[0].to), (1, "New@example.org"));
    assert_eq!(app.fill().await, counts(0, 0, 0));
}

#[actix_web::test]
async fn an_operator_gives_an_account_another_address_and_ends_nothing_else() {
    let (app, post) = (TestApp::new().await, Post::new());
    let (operator, user) = (app.operator().await, app.registered_as(VICTIM).await);
    post.deliver(&app).await;
    app.ask_for_reset(VICTIM).await;
    let mailed = post.token(&app).await;
    app.sql(&format!(
        "update users set is_verified = true where id = '{}'",
        user.id
    ))
    .await;
    let session = app.logged_in(&user).await;
    let admin = app.server.user(operator.id, souk_auth::Role::Admin);
    let url = format!("/api/v1/users/{}", user.id);
    let change = json!({ "email": "new@example.org" });

    let changed = admin.patch(&url, change.clone()).await;
    let again = admin.patch(&url, change).await;
    let respelled = admin.patch(&url, json!({ "email": "NEW@Example.org" })).await;

    assert_eq!((changed.status, changed.header("x-mesh-ended")), (200, None));
    assert_eq!(changed.body["is_verified"], json!(false));
    assert_eq!((again.status, respelled.status), (200, 200));
    assert_eq!(respelled.body["email"], json!("new@example.org"));
    assert_eq!(app.refresh(&session.refresh).await.status, 200);
    // What was mailed to the old address does not open the account any more.
    let body = json!({ "token": mailed, "new_password": "eleven calm herons" });
    let reset = app
        .gateway()
        .post("/internal/password-resets/confirm", body)
        .await;
    assert_eq!(reset.problem(), (422, "invalid-reset-token"));
    assert_eq!(app.logs_in(VICTIM).await, None);
    let letters = post.deliver(&app).await;
    assert_eq!((letters.len(), &*letters[0].to), (1, "new@example.org"));
    let events = app.db.published_of("user.updated").await;
    assert_eq!(events.len(), 1);
    assert_eq!(events[0].data["changed"], json!(["email", "is_verified"]));
    // The old address is free again.
    assert_eq!(app.register(VICTIM).await.status, 201);
}

#[actix_web::test]
async fn an_address_that_is_taken_is_given_to_nobody() {
    let app = TestApp::new().await;
    let (operator, user) = (app.operator().await, app.registered().await);
    app.registered_as(VICTIM).await;
    app.registered_by_previous_release(UNICODE, false).await;
    let admin = app.server.user(operator.id, souk_auth::Role::Admin);
    let url = format!("/api/v1/users/{}", user.id);

    for email in ["VIC@mimi.example", UNICODE, ASCII] {
        let refused = admin.patch(&url, json!({ "email": email })).await;
        assert_eq!(refused.problem(), (409, "email-taken"), "{email}");
    }
    for email in ["nobody", "a..b@example.org", ""] {
        let refused = admin.patch(&url, json!({ "email": email })).await;
        assert_eq!(refused.problem(), (422, "validation-failed"), "{email}");
        assert_eq!(refused.body["errors"][0]["pointer"], "/email");
    }
    assert_eq!(app.logs_in(&user.email).await, Some(user.id));
}

#[actix_web::test]
async fn a_mail_of_the_previous_release_to_a_look_alike_keeps_no_other_mail_back() {
    let (app, post) = (TestApp::new().await, Post::new());
    app.registered_as(VICTIM).await;
    post.deliver(&app).await;
    app.sql(&format!(
        "insert into mails (id, purpose, recipient) values (gen_random_uuid(), 'reset_password', '{LOOK_ALIKE}')"
    ))
    .await;

    app.ask_for_reset(VICTIM).await;

    let letters = post.deliver(&app).await;
    assert_eq!((letters.len(), &*letters[0].to), (1, VICTIM));
    assert_eq!(app.db.count("mails").await, 0);
}

#[actix_web::test]
async fn no_secret_is_made_for_an_account_while_it_is_being_changed() {
    let (app, post) = (TestApp::new().await, Post::new());
    let user = app.registered_as(VICTIM).await;
    let db = app.db.db();

    let held: user_svc::Result<bool> = db
        .transaction(async |tx| {
            user_svc::store::users::lock(tx, user.id).await?;
            let taken = app
                .db
                .db()
                .transaction(async |tx| ops::take_mail(tx, chrono::Utc::now()).await)
                .await?;
            Ok(matches!(taken, ops::Taken::Changing))
        })
        .await;

    assert!(held.unwrap());
    assert_eq!(app.db.count("mail_tokens").await, 0);
    app.sql("update mails set next_attempt_at = now()").await;
    assert_eq!(post.deliver(&app).await.len(), 1);
}

#[actix_web::test]
async fn an_account_that_the_previous_release_has_erased_reserves_no_mailbox() {
    let app = TestApp::new().await;
    let user = app.registered_as(VICTIM).await;
    app.sql(&format!(
        "update users set email = id || '@erased.invalid', erased_at = now(), is_active = false where id = '{}'",
        user.id
    ))
    .await;

    assert_eq!(app.logs_in(VICTIM).await, None);
    assert_eq!(app.register(VICTIM).await.status, 201);
}

#[actix_web::test]
async fn an_operator_of_the_command_line_is_the_account_in_another_spelling() {
    let app = TestApp::new().await;
    let user = app.registered_as(UNICODE).await;
    let config = |email: &str| AdminConfig {
        souk_env: souk_env::Mode::Development,
        database_url: Secret::new(app.db.url()),
        admin_email: email.to_owned(),
        admin_password: Secret::new("twelve other words"),
    };

    create_admin(config(ASCII)).await.unwrap();

    let admins = format!("users where is_admin and id = '{}'", user.id);
    assert_eq!((app.db.count(&admins).await, app.db.count("users").await), (1, 1));
    assert_eq!(app.login(UNICODE, "twelve other words").await.status, 201);
    let refused = create_admin(config("nobody")).await.unwrap_err();
    assert!(format!("{refused:#}").contains("ADMIN_EMAIL"), "{refused:#}");
}

#[actix_web::test]
async fn operators_find_an_account_by_each_of_its_spellings_and_no_other() {
    let app = TestApp::new().await;
    let (victim, reader) = (app.registered_as(VICTIM).await, app.registered_as(UNICODE).await);
    let admin = app.server.admin();

    for (email, expected) in [
        ("VIC@mimi", vec![victim.id]),
        ("vic%40m%C4%B0mi.example", vec![]),
        ("%E2%84%AAic", vec![]),
        ("a@b%C3%BCcher.example", vec![reader.id]),
        ("A@B%C3%9Ccher.example", vec![reader.id]),
        ("xn--bcher", vec![reader.id]),
        ("@", vec![reader.id, victim.id]),
    ] {
        let page = admin.get(&format!("/api/v1/users?email={email}")).await;
        let items = page.body["items"].as_array().unwrap();
        let ids: Vec<Uuid> = items
            .iter()
            .map(|user| user["id"].as_str().unwrap().parse().unwrap())
            .collect();
        assert_eq!(ids, expected, "{email}");
    }
}
