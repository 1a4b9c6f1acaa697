//! Rows as the baseline writes them.

use serde_json::json;
use shop_svc::domain::ItemStatus;
use souk_testkit::exported;
use uuid::Uuid;

use crate::app::{Owned, SHOPS, TestApp};

const OWNER: Uuid = Uuid::from_u128(0x0197_a3c0_5a3f_7c86_9f0e_6a1d_c2b4_8e37);

/// A shop that was rejected, resubmitted, approved, suspended and reinstated, with two ordered items.
async fn fill(app: &TestApp) {
    let owner = app.server.customer(OWNER);
    let body = json!({ "name": "Caspian Leather", "about": "Bags." });
    let body = owner.post(SHOPS, body).await.body;
    let id = body["id"].as_str().unwrap().parse().unwrap();
    let shop = Owned { owner, id, body };
    app.decide(&shop, "reject").await;
    shop.owner.post(&shop.url("resubmit"), json!({})).await;
    for decision in ["approve", "verify", "suspend", "reinstate"] {
        app.decide(&shop, decision).await;
    }
    for status in [ItemStatus::Shipped, ItemStatus::Delivered] {
        let item = shop.item("2026-01-01T00:00:00Z");
        app.ordered(&item).await;
        app.moved(&item, status).await;
    }
}

#[actix_web::test]
async fn its_shops_are_read_and_changed() {
    let app = TestApp::new().await;
    app.db
        .baseline_rows(env!("CARGO_MANIFEST_DIR"), "tests/baseline/rows.json", fill(&app))
        .await;
    let owner = app.server.customer(OWNER);

    let mine = owner.get(&format!("{SHOPS}/mine")).await;
    assert_eq!(
        (mine.status, &mine.body["status"], &mine.body["name"]),
        (200, &json!("approved"), &json!("Caspian Leather"))
    );
    let url = format!("{SHOPS}/{}", mine.body["id"].as_str().unwrap());
    let history = owner.get(&format!("{url}/history")).await;
    let actions: Vec<_> = history.body["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|step| step["action"].as_str().unwrap())
        .collect();
    assert_eq!(
        actions,
        [
            "applied",
            "rejected",
            "resubmitted",
            "approved",
            "verified",
            "suspended",
            "reinstated"
        ]
    );
    let items = owner.get(&format!("{url}/order-items")).await;
    let mut statuses: Vec<_> = items.body["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| item["status"].as_str().unwrap())
        .collect();
    statuses.sort_unstable();
    assert_eq!(statuses, ["delivered", "shipped"]);
    assert_eq!(owner.get(&format!("{url}/order-items/export")).await.status, 200);
    assert_eq!(exported(&app.server, OWNER).await["sales"].len(), 2);
    let edited = owner.patch(&url, json!({ "about": "Belts." })).await;
    assert_eq!((edited.status, &edited.body["about"]), (200, &json!("Belts.")));
    assert_eq!(
        owner.delete(&url).await.problem(),
        (409, "unfinished-order-items")
    );
}
