use serde_json::Value;

use crate::app::{SHOPS, TestApp};

fn names(body: &Value) -> Vec<&str> {
    body["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|shop| shop["name"].as_str().unwrap())
        .collect()
}

async fn approved(app: &TestApp, names: &[&str]) {
    for name in names {
        let shop = app.named(name).await;
        app.decide(&shop, "approve").await;
    }
}

#[actix_web::test]
async fn the_public_sees_approved_shops_newest_first() {
    let app = TestApp::new().await;
    approved(&app, &["Lamps", "Rugs"]).await;
    app.pending().await;
    app.suspended().await;

    let response = app.server.anonymous().get(SHOPS).await;

    assert_eq!(names(&response.body), ["Rugs", "Lamps"]);
    assert_eq!(response.body["next_cursor"], Value::Null);
    assert_eq!(
        app.someone().get(&format!("{SHOPS}?status=approved")).await.body,
        response.body
    );
}

#[actix_web::test]
async fn pages_follow_each_other_while_shops_are_added() {
    let app = TestApp::new().await;
    approved(&app, &["Lamps", "Rugs", "Halva"]).await;
    let client = app.server.anonymous();

    let first = client.get(&format!("{SHOPS}?limit=2")).await;
    approved(&app, &["Tea"]).await;
    let cursor = first.body["next_cursor"].as_str().unwrap();
    let second = client.get(&format!("{SHOPS}?limit=2&cursor={cursor}")).await;

    assert_eq!(names(&first.body), ["Halva", "Rugs"]);
    assert_eq!(names(&second.body), ["Lamps"]);
    assert_eq!(second.body["next_cursor"], Value::Null);
}

#[actix_web::test]
async fn a_part_of_the_name_finds_it_and_wildcards_mean_themselves() {
    let app = TestApp::new().await;
    approved(&app, &["Caspian Lamps", "100% Wool", "Wool_en", "Back\\slash"]).await;
    let client = app.server.anonymous();
    let found = async |q: &str| names(&client.get(&format!("{SHOPS}?q={q}")).await.body).join(",");

    assert_eq!(found("LAMP").await, "Caspian Lamps");
    assert_eq!(found("100%25").await, "100% Wool");
    assert_eq!(found("wool_").await, "Wool_en");
    assert_eq!(found("%5Csla").await, "Back\\slash");
    for nothing in ["nothing", "lam_s", "lam%25s", "lamps%5C"] {
        assert_eq!(found(nothing).await, "", "{nothing}");
    }
}

#[actix_web::test]
async fn only_admins_list_by_another_status() {
    let app = TestApp::new().await;
    let pending = app.pending().await;
    let path = format!("{SHOPS}?status=pending");

    let listed = app.server.admin().get(&path).await;

    assert_eq!(listed.body["items"][0]["id"], pending.body["id"]);
    assert_eq!(pending.owner.get(&path).await.problem(), (403, "admin-only"));
    assert_eq!(
        app.server.anonymous().get(&path).await.problem(),
        (401, "authentication-required")
    );
}

#[actix_web::test]
async fn bad_queries_are_refused() {
    let app = TestApp::new().await;
    for query in [
        "limit=0",
        "limit=101",
        "limit=x",
        "cursor=zzz",
        "status=unknown",
        "q=",
        "q=la",
        "q=%25%25%25",
        "q=___",
    ] {
        let response = app.server.admin().get(&format!("{SHOPS}?{query}")).await;

        assert_eq!(response.status, 422, "{query}: {response:?}");
    }
}
