//! Rows as the baseline writes them.

use serde_json::json;
use uuid::Uuid;

use crate::app::{PASSWORD, TestApp};
use crate::post::Post;

const EMAIL: &str = "baseline@example.org";
const ID: Uuid = Uuid::from_u128(0x0197_a3c0_5a3f_7c86_9f0e_6a1d_c2b4_8e37);
const ADDRESSES: &str = "/api/v1/users/me/addresses";

/// A user with a session, an address, a mail that waits and an erasure that lies still.
async fn fill(app: &TestApp) {
    let user = app.registered().await;
    for statement in [
        format!("update mails set recipient = '{EMAIL}'"),
        format!(
            "update users set id = '{ID}', email = '{EMAIL}', email_canonical = '{EMAIL}' where id = '{}'",
            user.id
        ),
    ] {
        app.sql(&statement).await;
    }
    assert!(app.login(EMAIL, PASSWORD).await.body["refresh_token"].is_string());
    let address = json!({ "name": "Aygun Aliyeva", "line1": "Nizami 12", "city": "Baku", "country": "AZ" });
    assert_eq!(app.server.customer(ID).post(ADDRESSES, address).await.status, 201);
}

#[actix_web::test]
async fn its_accounts_are_read_and_its_mails_are_sent() {
    let (app, post) = (TestApp::new().await, Post::new());
    app.db
        .baseline_rows(env!("CARGO_MANIFEST_DIR"), "tests/baseline/rows.json", fill(&app))
        .await;
    let me = app.server.customer(ID);

    let read = me.get("/api/v1/users/me").await;
    assert_eq!((read.status, &read.body["email"]), (200, &json!(EMAIL)));
    let login = app.login(EMAIL, PASSWORD).await;
    assert_eq!((login.status, &login.body["user_id"]), (201, &json!(ID)));
    let addresses = me.get(ADDRESSES).await;
    assert_eq!(addresses.body["items"][0]["line1"], "Nizami 12");
    assert_eq!(post.deliver(&app).await.len(), 1);
    let erased = me
        .delete_with("/api/v1/users/me", json!({ "password": PASSWORD }))
        .await;
    assert_eq!(erased.status, 204, "{erased:?}");
}
