use serde_json::{Value, json};

use crate::app::TestApp;

#[actix_web::test]
async fn every_step_is_kept_with_actor_reason_and_time() {
    let app = TestApp::new().await;
    let shop = app.rejected().await;
    shop.owner.post(&shop.url("resubmit"), json!({})).await;
    let admin = app.server.admin();
    admin.post(&shop.url("approve"), json!({})).await;

    let history = shop.owner.get(&shop.url("history")).await;

    let steps = history.body["items"].as_array().unwrap();
    let of = |field: &str| {
        steps
            .iter()
            .map(|step| step[field].clone())
            .collect::<Vec<Value>>()
    };
    assert_eq!(of("action"), ["applied", "rejected", "resubmitted", "approved"]);
    assert_eq!(
        of("from"),
        [json!(null), json!("pending"), json!("rejected"), json!("pending")]
    );
    assert_eq!(of("to"), ["pending", "rejected", "pending", "approved"]);
    assert_eq!(
        of("reason"),
        [json!(null), json!("because"), json!(null), json!(null)]
    );
    assert_eq!(steps[2]["actor_id"], json!(shop.owner.user_id()));
    assert_eq!(of("actor"), ["owner", "admin", "owner", "admin"]);
    assert!(of("at").iter().all(|at| at.as_str().unwrap().ends_with('Z')));
    let seen = admin.get(&shop.url("history")).await;
    assert_eq!(seen.body["items"][3]["actor_id"], json!(admin.user_id()));
}

#[actix_web::test]
async fn an_owner_does_not_learn_which_operator_decided() {
    let app = TestApp::new().await;
    let shop = app.pending().await;
    let admin = app.server.admin();
    admin.post(&shop.url("approve"), json!({})).await;

    let history = shop.owner.get(&shop.url("history")).await;

    assert_eq!(history.body["items"][1]["actor"], "admin");
    assert_eq!(history.body["items"][1]["actor_id"], Value::Null);
    assert!(!history.body.to_string().contains(&admin.user_id().to_string()));
}

#[actix_web::test]
async fn a_long_history_comes_in_pages() {
    let app = TestApp::new().await;
    let shop = app.suspended().await;

    let first = shop.owner.get(&shop.url("history?limit=2")).await;
    let cursor = first.body["next_cursor"].as_str().unwrap();
    let second = shop
        .owner
        .get(&shop.url(&format!("history?limit=2&cursor={cursor}")))
        .await;

    assert_eq!(first.body["items"][1]["action"], "approved");
    assert_eq!(second.body["items"][0]["action"], "suspended");
    assert_eq!(second.body["next_cursor"], Value::Null);
}

#[actix_web::test]
async fn the_history_is_for_owner_and_admins() {
    let app = TestApp::new().await;
    let (public, hidden) = (app.approved().await, app.pending().await);

    assert_eq!(
        app.someone().get(&public.url("history")).await.problem(),
        (403, "not-your-shop")
    );
    assert_eq!(
        app.someone().get(&hidden.url("history")).await.problem(),
        (404, "not-found")
    );
    assert_eq!(
        app.server.anonymous().get(&public.url("history")).await.problem(),
        (401, "authentication-required")
    );
}
