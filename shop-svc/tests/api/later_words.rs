//! Words that a later build has written: shown as they are, decided by nobody.

use serde_json::json;
use souk_clients::MeshClient;
use souk_clients::shop::ShopClient;
use souk_contracts::events::ShopStatus;
use souk_testkit::exported;

use crate::app::{Owned, SHOPS, TestApp};

/// A shop with an ordered item, in tables that take any word.
async fn shop(app: &TestApp) -> Owned {
    let shop = app.approved().await;
    app.ordered(&shop.item("2026-01-01T00:00:00Z")).await;
    for table in ["shops", "shop_history", "order_items"] {
        app.db.lift_checks(table).await;
    }
    shop
}

#[actix_web::test]
async fn every_reading_route_shows_them_as_they_are() {
    let app = TestApp::new().await;
    let shop = shop(&app).await;
    app.db.run_sql("update shops set status = 'on_holiday'").await;
    app.db
        .run_sql(
            "update shop_history set action = 'went_away', from_status = 'trial', to_status = 'on_holiday'",
        )
        .await;
    app.db
        .run_sql("update order_items set status = 'returning'")
        .await;

    for path in [shop.url(""), format!("{SHOPS}/mine")] {
        let read = shop.owner.get(&path).await;
        assert_eq!(
            (read.status, &read.body["status"]),
            (200, &json!("on_holiday")),
            "{path}"
        );
    }
    let step = shop.owner.get(&shop.url("history")).await.body["items"][0].clone();
    assert_eq!(
        (&step["action"], &step["from"], &step["to"]),
        (&json!("went_away"), &json!("trial"), &json!("on_holiday"))
    );
    let items = shop.owner.get(&shop.url("order-items")).await;
    assert_eq!(
        (items.status, &items.body["items"][0]["status"]),
        (200, &json!("returning"))
    );
    let csv = shop.owner.get(&shop.url("order-items/export")).await;
    assert!(String::from_utf8(csv.bytes).unwrap().contains(",returning,"));
    let list = app.server.anonymous().get(SHOPS).await;
    assert_eq!(
        (list.status, list.body["items"].as_array().unwrap().len()),
        (200, 0)
    );
    let kept = exported(&app.server, shop.owner.user_id()).await;
    assert_eq!(kept["shops"][0]["status"], "on_holiday");
    // To strangers it is not there, and other services are told that it may not sell.
    assert_eq!(app.someone().get(&shop.url("")).await.status, 404);
    let mesh = MeshClient::new(app.server.url(), "wishlist-svc", souk_testkit::mesh_keys()).unwrap();
    let told = ShopClient::new(mesh).shop(shop.id).await.unwrap().unwrap();
    assert_eq!(told.status, ShopStatus::Suspended);
}

#[actix_web::test]
async fn a_shop_in_an_unknown_status_is_not_changed() {
    let app = TestApp::new().await;
    let shop = shop(&app).await;
    app.db.run_sql("update shops set status = 'on_holiday'").await;
    app.db
        .run_sql("update order_items set status = 'delivered'")
        .await;
    let (admin, because) = (app.server.admin(), json!({ "reason": "because" }));

    let mut tries = vec![
        shop.owner
            .patch(&shop.url(""), json!({ "name": "Another name" }))
            .await,
        shop.owner.delete(&shop.url("")).await,
        shop.owner.post(&shop.url("resubmit"), json!({})).await,
    ];
    for decision in ["approve", "reinstate", "verify"] {
        tries.push(admin.post(&shop.url(decision), json!({})).await);
    }
    for decision in ["reject", "suspend"] {
        tries.push(admin.post(&shop.url(decision), because.clone()).await);
    }

    for refused in tries {
        assert_eq!(refused.problem(), (409, "unknown-status"), "{refused:?}");
    }
    // Its owner has an open shop.
    let another = shop.owner.post(SHOPS, json!({ "name": "Another" })).await;
    assert_eq!(another.problem().0, 409);
    assert_eq!(
        app.db
            .count("shops where status = 'on_holiday' and version = 2")
            .await,
        1
    );
}

#[actix_web::test]
async fn a_customer_waits_for_an_item_in_an_unknown_status() {
    let app = TestApp::new().await;
    let shop = shop(&app).await;
    for status in ["returning", "aaa", "zzz", "cancelledx", "delivered_late"] {
        app.db
            .run_sql(&format!("update order_items set status = '{status}'"))
            .await;

        let refused = shop.owner.delete(&shop.url("")).await;

        assert_eq!(refused.problem(), (409, "unfinished-order-items"), "{status}");
    }
    for status in ["cancelled", "delivered"] {
        app.db
            .run_sql(&format!("update order_items set status = '{status}'"))
            .await;
        app.db.run_sql("update shops set status = 'approved'").await;
        assert_eq!(shop.owner.delete(&shop.url("")).await.status, 204);
    }
}
