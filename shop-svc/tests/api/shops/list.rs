use serde_json::Value;
use shop_svc::domain::ShopStatus;
use shop_svc::store::shops::ShopFilter;
use shop_svc::{Error, store};
use souk_db::Conn;
use souk_testkit::Reads;

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
async fn a_rare_part_is_found_without_reading_every_shop() {
    let app = TestApp::new().await;
    app.run(
        "insert into shops (id, owner_id, name, slug, is_verified, status, version, created_at, updated_at)
         select gen_random_uuid(), gen_random_uuid(), 'Lamps ' || md5(n::text), 'lamps-' || n, false, 'approved', 2,
                now(), now()
         from generate_series(1, 20000) n",
    )
    .await;
    approved(&app, &["Zeppelin"]).await;
    app.run("vacuum analyze shops").await;

    for (name, expected) in [("zeppelin", 1), ("nowhere", 0)] {
        let filter = ShopFilter {
            status: ShopStatus::Approved,
            name: Some(name.into()),
            after: None,
            limit: 21,
        };
        let read = async |tx: &mut Conn| {
            let before = Reads::of(tx, "shops_name_parts", "shops").await;
            let found = store::shops::list(tx, &filter).await?;
            let reads = Reads::of(tx, "shops_name_parts", "shops").await - before;
            Ok::<_, Error>((found.len(), reads))
        };
        let (found, reads) = app.db.db().plan_by_value(read).await.unwrap();

        assert_eq!(found, expected, "{name}");
        assert!(reads.scans > 0 && reads.rows <= 100, "{name}: {reads:?}");
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
