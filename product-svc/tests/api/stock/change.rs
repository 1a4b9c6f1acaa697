//! `POST /variations/{id}/stock`

use serde_json::json;
use souk_testkit::Repeat;
use uuid::Uuid;

use crate::app::{TestApp, boots, id, pointers, variation};

#[actix_web::test]
async fn an_owner_restocks_and_adjusts() {
    let app = TestApp::new().await;
    let owner = app.owner().await;
    let boots = owner.sells(5).await;

    let restocked = owner.changes_stock(boots, 10, "restock").await;
    let adjusted = owner.changes_stock(boots, -3, "adjust").await;

    assert_eq!((restocked.status, adjusted.status), (201, 201));
    assert_eq!(
        adjusted.body,
        json!({ "variation_id": boots, "available": 12, "stock_version": 3 })
    );
    assert_eq!(app.available(boots).await, 12);
    let told = app.db.published_of("stock.changed").await;
    let told: Vec<_> = told
        .iter()
        .map(|event| (event.version, event.data["available"].as_i64()))
        .collect();
    assert_eq!(told, [(Some(2), Some(15)), (Some(3), Some(12))]);
}

#[actix_web::test]
async fn stock_does_not_go_below_zero() {
    let app = TestApp::new().await;
    let owner = app.owner().await;
    let boots = owner.sells(5).await;

    let refused = owner.changes_stock(boots, -6, "adjust").await;

    assert_eq!(refused.problem(), (409, "stock-below-zero"));
    assert_eq!(refused.body["available"], json!(5));
    assert_eq!(app.available(boots).await, 5);
    assert!(app.db.published_of("stock.changed").await.is_empty());
    assert_eq!(owner.changes_stock(boots, -5, "adjust").await.status, 201);
}

#[actix_web::test]
async fn each_mistake_is_pointed_at() {
    let app = TestApp::new().await;
    let owner = app.owner().await;
    let boots = owner.sells(5).await;

    for (delta, reason, pointer) in [
        (0, "restock", "/delta"),
        (-1, "restock", "/delta"),
        (0, "adjust", "/delta"),
        (1_000_001, "restock", "/delta"),
        (1, "sell", "/reason"),
        (1, "initial", "/reason"),
    ] {
        assert_eq!(
            pointers(&owner.changes_stock(boots, delta, reason).await),
            [pointer]
        );
    }
    let url = format!("/api/v1/variations/{boots}/stock");
    let long = json!({ "delta": 1, "reason": "restock", "note": "a".repeat(501) });
    assert_eq!(pointers(&owner.client.post(&url, long).await), ["/note"]);
    let much = owner.changes_stock(boots, 999_996, "restock").await;
    assert_eq!(much.problem(), (409, "stock-above-limit"));
}

#[actix_web::test]
async fn only_the_owner_changes_stock() {
    let app = TestApp::new().await;
    let (owner, rival) = (app.owner().await, app.owner().await);
    let boots = owner.sells(5).await;
    let url = format!("/api/v1/variations/{boots}/stock");
    let body = json!({ "delta": 1, "reason": "restock" });

    assert_eq!(
        app.anyone().post(&url, body.clone()).await.problem(),
        (401, "authentication-required")
    );
    for client in [app.customer(), app.server.admin(), rival.client] {
        assert_eq!(
            client.post(&url, body.clone()).await.problem(),
            (403, "not-the-owner")
        );
    }
    assert_eq!(
        owner.changes_stock(Uuid::now_v7(), 1, "restock").await.problem(),
        (404, "not-found")
    );
}

#[actix_web::test]
async fn the_same_key_changes_stock_once() {
    let app = TestApp::new().await;
    let owner = app.owner().await;
    let boots = owner.sells(5).await;
    let client = owner.client.clone().with("Idempotency-Key", "k1");
    let url = format!("/api/v1/variations/{boots}/stock");

    let first = client
        .post(&url, json!({ "delta": 10, "reason": "restock" }))
        .await;
    let again = client
        .post(&url, json!({ "delta": 10, "reason": "restock" }))
        .await;
    let other = client
        .post(&url, json!({ "delta": 20, "reason": "restock" }))
        .await;

    assert_eq!((first.status, &first.body), (201, &again.body));
    assert_eq!(other.problem(), (422, "idempotency-key-reused"));
    assert_eq!(app.available(boots).await, 15);
}

#[actix_web::test]
async fn low_stock_is_told_once_until_restocked() {
    let app = TestApp::new().await;
    let owner = app.owner().await;
    let mut body = boots(json!([variation("42", 1000, 10)]));
    body["variations"][0]["low_stock_threshold"] = json!(5);
    let boots = id(&owner.adds(body).await["variations"][0]);

    for (delta, reason) in [
        (-4, "adjust"),
        (-1, "adjust"),
        (-1, "adjust"),
        (1, "restock"),
        (-1, "adjust"),
        (5, "restock"),
        (-4, "adjust"),
    ] {
        assert_eq!(owner.changes_stock(boots, delta, reason).await.status, 201);
    }

    let told = app.db.published_of("stock.low").await;
    let told: Vec<_> = told
        .iter()
        .map(|event| (&event.data["available"], &event.data["threshold"]))
        .collect();
    assert_eq!(told, [(&json!(5), &json!(5)), (&json!(5), &json!(5))]);
}

#[actix_web::test]
async fn a_repeat_is_known_in_any_spelling_and_across_builds() {
    let app = TestApp::new().await;
    let owner = app.owner().await;
    let boots = owner.sells(5).await;

    let repeat = Repeat {
        path: format!("/api/v1/variations/{boots}/stock"),
        body: json!({ "delta": 10, "reason": "restock" }),
        spelled: r#"{"note": null, "reason": "restock", "delta": 10}"#.to_owned(),
        others: vec![
            json!({ "delta": 11, "reason": "restock" }),
            json!({ "delta": 10, "reason": "adjust" }),
            json!({ "delta": 10, "reason": "restock", "note": "" }),
        ],
        operation: format!("change_stock {boots}"),
        hashed: r#"{"delta":10,"reason":"restock","note":null}"#.to_owned(),
    };

    repeat
        .check(&app.db, &owner.client.clone().with("Idempotency-Key", "k1"))
        .await;
    assert_eq!(app.available(boots).await, 15);
}
