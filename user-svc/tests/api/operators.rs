use serde_json::{Value, json};
use souk_auth::Role;
use souk_testkit::Client;
use uuid::Uuid;

use crate::app::{PASSWORD, Registered, TestApp, registration};

const USERS: &str = "/api/v1/users";

fn admin(app: &TestApp, user: &Registered) -> Client {
    app.server.user(user.id, Role::Admin)
}

fn url(user: &Registered) -> String {
    format!("{USERS}/{}", user.id)
}

async fn emails(client: &Client, query: &str) -> Vec<String> {
    let page = client.get(&format!("{USERS}?{query}")).await;
    assert_eq!(page.status, 200, "{page:?}");
    let items = page.body["items"].as_array().unwrap();
    items
        .iter()
        .map(|user| user["email"].as_str().unwrap().to_owned())
        .collect()
}

async fn register(app: &TestApp, email: &str) -> Registered {
    let response = app.gateway().post("/internal/users", registration(email)).await;
    Registered {
        id: response.body["id"].as_str().unwrap().parse().unwrap(),
        email: email.to_owned(),
    }
}

async fn opens_a_shop(app: &TestApp, user: &Registered) {
    app.sql(&format!(
        "insert into shop_owners values (gen_random_uuid(), '{}', true, 1)",
        user.id
    ))
    .await;
}

#[actix_web::test]
async fn operators_find_users_by_address_role_and_status() {
    let app = TestApp::new().await;
    let client = app.server.admin();
    let (anna, owner) = (
        register(&app, "anna_x@example.org").await,
        register(&app, "b@shop.example").await,
    );
    let boss = register(&app, "c%d@example.org").await;
    opens_a_shop(&app, &owner).await;
    app.sql(&format!(
        "update users set is_admin = true, is_active = false where id = '{}'",
        boss.id
    ))
    .await;

    for (query, expected) in [
        ("", vec![&boss, &owner, &anna]),
        ("email=EXAMPLE.org", vec![&boss, &anna]),
        ("email=a_x", vec![&anna]),
        ("email=_", vec![&anna]),
        ("email=%25", vec![&boss]),
        ("role=customer", vec![&anna]),
        ("role=shop_owner", vec![&owner]),
        ("role=admin", vec![&boss]),
        ("status=active", vec![&owner, &anna]),
        ("status=inactive&role=admin", vec![&boss]),
        ("status=inactive&role=customer", vec![]),
    ] {
        let expected: Vec<String> = expected.into_iter().map(|user| user.email.clone()).collect();
        assert_eq!(emails(&client, query).await, expected, "{query}");
    }
}

#[actix_web::test]
async fn the_list_comes_in_pages() {
    let app = TestApp::new().await;
    let client = app.server.admin();
    let (one, two, three) = (
        app.registered().await,
        app.registered().await,
        app.registered().await,
    );

    let first = client.get(&format!("{USERS}?limit=2")).await;
    let cursor = first.body["next_cursor"].as_str().unwrap();
    let late = app.registered().await;
    let second = emails(&client, &format!("limit=2&cursor={cursor}")).await;

    let ids = [&first.body["items"][0]["id"], &first.body["items"][1]["id"]];
    assert_eq!(ids, [&json!(three.id), &json!(two.id)]);
    assert_eq!(second, [one.email]);
    assert_ne!(late.id, three.id);
}

#[actix_web::test]
async fn only_operators_see_others() {
    let app = TestApp::new().await;
    let user = app.registered().await;
    let customer = app.server.customer(user.id);
    let owner = app.server.user(user.id, Role::ShopOwner);

    for path in [USERS.to_owned(), url(&user)] {
        assert_eq!(
            app.gateway().get(&path).await.problem(),
            (401, "authentication-required")
        );
        assert_eq!(customer.get(&path).await.problem(), (403, "admin-only"));
        assert_eq!(owner.get(&path).await.problem(), (403, "admin-only"));
        assert_eq!(
            app.server.admin().unsigned().get(&path).await.problem(),
            (401, "mesh-signature")
        );
    }
    let change = json!({ "is_active": false });
    assert_eq!(app.gateway().patch(&url(&user), change.clone()).await.status, 401);
    assert_eq!(
        customer.patch(&url(&user), change).await.problem(),
        (403, "admin-only")
    );
}

#[actix_web::test]
async fn an_operator_reads_one_user() {
    let app = TestApp::new().await;
    let user = app.registered().await;
    let client = app.server.admin();

    let read = client.get(&url(&user)).await;

    assert_eq!((read.status, &read.body["email"]), (200, &json!(user.email)));
    let unknown = format!("{USERS}/{}", Uuid::now_v7());
    assert_eq!(client.get(&unknown).await.problem(), (404, "not-found"));
    assert_eq!(client.get(&format!("{USERS}/nobody")).await.status, 404);
}

#[actix_web::test]
async fn a_deactivated_user_is_out_at_once_and_comes_back_by_logging_in() {
    let app = TestApp::new().await;
    let (operator, user) = (app.operator().await, app.registered().await);
    let login = app.logged_in(&user).await;
    let client = admin(&app, &operator);

    let shut = client.patch(&url(&user), json!({ "is_active": false })).await;

    assert_eq!((shut.status, &shut.body["is_active"]), (200, &json!(false)));
    let told = shut.header("x-mesh-ended").unwrap();
    assert!(told.starts_with(&format!("user:{}:", user.id)), "{told}");
    assert_eq!(app.refresh(&login.refresh).await.status, 401);
    assert_eq!(
        app.login(&user.email, PASSWORD).await.problem(),
        (401, "invalid-credentials")
    );
    let opened = client.patch(&url(&user), json!({ "is_active": true })).await;
    assert_eq!(opened.body["is_active"], json!(true));
    assert_eq!(app.refresh(&login.refresh).await.status, 401);
    assert_eq!(app.login(&user.email, PASSWORD).await.status, 201);
    let events = app.db.published_of("user.updated").await;
    let states: Vec<&Value> = events.iter().map(|event| &event.data["is_active"]).collect();
    assert_eq!(states, [&json!(false), &json!(true)]);
    assert_eq!(events[0].data["changed"], json!(["is_active"]));
}

#[actix_web::test]
async fn a_new_role_voids_the_tokens_of_before_and_the_next_refresh_tells_it() {
    let app = TestApp::new().await;
    let (operator, user) = (app.operator().await, app.registered().await);
    let login = app.logged_in(&user).await;

    let changed = admin(&app, &operator)
        .patch(&url(&user), json!({ "role": "admin" }))
        .await;

    assert_eq!((changed.status, &changed.body["role"]), (200, &json!("admin")));
    let told = changed.header("x-mesh-ended").unwrap();
    let until: i64 = told.rsplit(':').next().unwrap().parse().unwrap();
    let next = app.refresh(&login.refresh).await;
    assert_eq!((next.status, &next.body["role"]), (200, &json!("admin")));
    let granted = chrono::DateTime::parse_from_rfc3339(next.body["granted_at"].as_str().unwrap()).unwrap();
    assert!(granted.timestamp_millis() > until);
    let told = app.db.published_of("user.updated").await;
    assert_eq!(
        (&told[0].data["role"], &told[0].data["changed"]),
        (&json!("admin"), &json!(["role"]))
    );
}

#[actix_web::test]
async fn the_same_change_twice_changes_nothing() {
    let app = TestApp::new().await;
    let (operator, user) = (app.operator().await, app.registered().await);
    let client = admin(&app, &operator);
    let change = json!({ "role": "admin", "is_active": false });
    client.patch(&url(&user), change.clone()).await;

    for body in [change, json!({})] {
        let again = client.patch(&url(&user), body).await;
        assert_eq!((again.status, again.header("x-mesh-ended")), (200, None));
    }
    assert_eq!(app.db.published_of("user.updated").await.len(), 1);
}

#[actix_web::test]
async fn the_last_operator_cannot_step_down() {
    let app = TestApp::new().await;
    let (operator, other) = (app.operator().await, app.operator().await);
    let client = admin(&app, &operator);
    let shut = client.patch(&url(&other), json!({ "is_active": false })).await;
    assert_eq!(shut.status, 200);

    for change in [json!({ "role": "customer" }), json!({ "is_active": false })] {
        let refused = client.patch(&url(&operator), change).await;
        assert_eq!(refused.problem(), (409, "last-admin"));
    }
    client.patch(&url(&other), json!({ "is_active": true })).await;
    let stepped = client.patch(&url(&operator), json!({ "role": "customer" })).await;
    assert_eq!((stepped.status, &stepped.body["role"]), (200, &json!("customer")));
}

#[actix_web::test]
async fn who_was_an_operator_a_moment_ago_changes_nothing() {
    let app = TestApp::new().await;
    let (one, two) = (app.operator().await, app.operator().await);
    let demote = json!({ "role": "customer" });
    let (by_one, by_two) = (admin(&app, &one), admin(&app, &two));
    let (first, second) = (url(&one), url(&two));

    let (one, two) = tokio::join!(
        by_one.patch(&second, demote.clone()),
        by_two.patch(&first, demote.clone())
    );

    let mut statuses = [one.status, two.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 403]);
    assert_eq!(app.db.count("users where is_admin").await, 1);
}

#[actix_web::test]
async fn nobody_is_appointed_a_shop_owner() {
    let app = TestApp::new().await;
    let (operator, user, owner) = (
        app.operator().await,
        app.registered().await,
        app.registered().await,
    );
    opens_a_shop(&app, &owner).await;
    let client = admin(&app, &operator);

    let appointed = client.patch(&url(&user), json!({ "role": "shop_owner" })).await;
    let demoted = client.patch(&url(&owner), json!({ "role": "customer" })).await;

    assert_eq!(appointed.problem(), (409, "role-follows-shop"));
    assert_eq!(demoted.problem(), (409, "role-follows-shop"));
    client.patch(&url(&owner), json!({ "role": "admin" })).await;
    let back = client.patch(&url(&owner), json!({ "role": "shop_owner" })).await;
    assert_eq!((back.status, &back.body["role"]), (200, &json!("shop_owner")));
}

#[actix_web::test]
async fn a_change_is_of_known_users_and_fields() {
    let app = TestApp::new().await;
    let (operator, user) = (app.operator().await, app.registered().await);
    let client = admin(&app, &operator);

    for body in [
        json!({ "role": "king" }),
        json!({ "email": "nobody" }),
        json!({ "email_conflict": false }),
        json!({ "is_active": "no" }),
    ] {
        assert_eq!(
            client.patch(&url(&user), body).await.problem(),
            (422, "validation-failed")
        );
    }
    let unknown = format!("{USERS}/{}", Uuid::now_v7());
    let change = json!({ "is_active": false });
    assert_eq!(client.patch(&unknown, change).await.problem(), (404, "not-found"));
    for query in ["role=king", "status=asleep", "limit=0", "email=", "cursor=x"] {
        let refused = client.get(&format!("{USERS}?{query}")).await;
        assert_eq!(refused.problem(), (422, "validation-failed"), "{query}");
    }
}

#[actix_web::test]
async fn a_service_learns_whether_somebody_may_act_under_an_account() {
    let app = TestApp::new().await;
    let user = app.registered().await;
    let peer = app.server.peer("order-svc");
    let status = async |id: Uuid| {
        let response = peer.get(&format!("/internal/users/{id}/status")).await;
        assert_eq!(response.status, 200, "{response:?}");
        response.body["is_active"].clone()
    };
    let (active, unknown) = (status(user.id).await, status(Uuid::now_v7()).await);

    let deactivated = admin(&app, &app.operator().await)
        .patch(&url(&user), json!({ "is_active": false }))
        .await;
    assert_eq!(deactivated.status, 200);
    assert_eq!((active, unknown), (json!(true), json!(false)));
    assert_eq!(status(user.id).await, json!(false));
}
