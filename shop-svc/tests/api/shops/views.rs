use serde_json::json;

use crate::app::{SHOPS, TestApp};

#[actix_web::test]
async fn a_visitor_counts_once_in_half_an_hour() {
    let mut app = TestApp::new().await;
    let shop = app.approved().await;
    let one = app.server.anonymous().visiting("v-1");

    one.get(&shop.url("")).await;
    one.get(&format!("{SHOPS}/caspian-leather")).await;
    let someone = app.someone().visiting("v-2");
    someone.get(&shop.url("")).await;

    let told = app.told_views().await;
    let mut data: Vec<_> = told.iter().map(|event| event.data.clone()).collect();
    data.sort_by_key(|data| data["visitor"].to_string());
    assert_eq!(
        data,
        [
            json!({ "shop_id": shop.id, "visitor": "v-1" }),
            json!({ "shop_id": shop.id, "visitor": "v-2", "user_id": someone.user_id() }),
        ]
    );
    assert!(told.iter().all(|event| event.version.is_none()));
}

#[actix_web::test]
async fn what_is_not_a_visit_does_not_count() {
    let mut app = TestApp::new().await;
    let (shop, hidden) = (app.approved().await, app.pending().await);

    app.server.anonymous().get(&shop.url("")).await;
    shop.owner.clone().visiting("v-1").get(&shop.url("")).await;
    app.server.admin().visiting("v-2").get(&hidden.url("")).await;
    app.server
        .anonymous()
        .visiting(&"v".repeat(201))
        .get(&shop.url(""))
        .await;
    app.server.anonymous().visiting("v-3").get(SHOPS).await;

    assert!(app.told_views().await.is_empty());
}
