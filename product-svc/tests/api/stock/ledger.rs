//! `GET /variations/{id}/stock/ledger`

use serde_json::json;
use uuid::Uuid;

use crate::app::{TestApp, pointers};

#[actix_web::test]
async fn the_ledger_shows_every_change_newest_first() {
    let app = TestApp::new().await;
    let owner = app.owner().await;
    let boots = owner.sells(5).await;
    let url = format!("/api/v1/variations/{boots}/stock/ledger");
    let body = json!({ "delta": 7, "reason": "restock", "note": "from Baku" });
    owner
        .client
        .post(&format!("/api/v1/variations/{boots}/stock"), body)
        .await;

    let response = owner.client.get(&url).await;

    let items = response.body["items"].as_array().unwrap();
    assert_eq!(
        (items.len(), &items[0]["delta"], &items[0]["reason"]),
        (2, &json!(7), &json!("restock"))
    );
    assert_eq!(
        (&items[0]["note"], &items[0]["actor_id"]),
        (&json!("from Baku"), &json!(owner.client.user_id()))
    );
    assert_eq!(
        (&items[1]["delta"], &items[1]["reason"]),
        (&json!(5), &json!("initial"))
    );
    assert_eq!(app.server.admin().get(&url).await.status, 200);
}

#[actix_web::test]
async fn the_ledger_comes_in_pages() {
    let app = TestApp::new().await;
    let owner = app.owner().await;
    let boots = owner.sells(1).await;
    for delta in 2..=4 {
        owner.changes_stock(boots, delta, "restock").await;
    }
    let url = format!("/api/v1/variations/{boots}/stock/ledger?limit=3");

    let first = owner.client.get(&url).await;
    owner.changes_stock(boots, 5, "restock").await;
    let cursor = first.body["next_cursor"].as_str().unwrap();
    let second = owner.client.get(&format!("{url}&cursor={cursor}")).await;

    let deltas = |body: &serde_json::Value| -> Vec<i64> {
        body["items"]
            .as_array()
            .unwrap()
            .iter()
            .map(|item| item["delta"].as_i64().unwrap())
            .collect()
    };
    assert_eq!(
        (deltas(&first.body), deltas(&second.body)),
        (vec![4, 3, 2], vec![1])
    );
    assert_eq!(second.body["next_cursor"], json!(null));
    assert_eq!(
        pointers(&owner.client.get(&format!("{url}&cursor=x")).await),
        ["/cursor"]
    );
}

#[actix_web::test]
async fn the_ledger_is_the_owners() {
    let app = TestApp::new().await;
    let (owner, rival) = (app.owner().await, app.owner().await);
    let url = format!("/api/v1/variations/{}/stock/ledger", owner.sells(5).await);

    assert_eq!(
        app.anyone().get(&url).await.problem(),
        (401, "authentication-required")
    );
    for client in [app.customer(), rival.client] {
        assert_eq!(client.get(&url).await.problem(), (403, "not-the-owner"));
    }
    let unknown = format!("/api/v1/variations/{}/stock/ledger", Uuid::now_v7());
    assert_eq!(owner.client.get(&unknown).await.problem(), (404, "not-found"));
}
