use serde_json::json;

use crate::app::TestApp;

#[actix_web::test]
async fn a_rejected_owner_edits_and_applies_again() {
    let app = TestApp::new().await;
    let shop = app.rejected().await;
    shop.owner
        .patch(&shop.url(""), json!({ "name": "Baku Leather" }))
        .await;

    let first = shop.owner.post(&shop.url("resubmit"), json!({})).await;
    let again = shop.owner.post(&shop.url("resubmit"), json!({})).await;

    assert_eq!((first.status, &first.body), (200, &again.body));
    assert_eq!(
        (&first.body["status"], &first.body["status_reason"]),
        (&json!("pending"), &json!(null))
    );
    let told = app.db.published_of("shop.updated").await;
    assert_eq!(
        (told.len(), &told[1].data["status"], told[1].version),
        (2, &json!("pending"), Some(4))
    );
    assert_eq!(app.decide(&shop, "approve").await["status"], "approved");
}

#[actix_web::test]
async fn only_a_rejected_shop_is_applied_for_again() {
    let app = TestApp::new().await;
    for shop in [app.approved().await, app.suspended().await, app.closed().await] {
        let response = shop.owner.post(&shop.url("resubmit"), json!({})).await;

        assert_eq!(response.problem(), (409, "illegal-transition"));
    }
}

#[actix_web::test]
async fn only_its_owner_applies_again() {
    let app = TestApp::new().await;
    let shop = app.rejected().await;

    let by_other = app.someone().post(&shop.url("resubmit"), json!({})).await;
    let by_nobody = app
        .server
        .anonymous()
        .post(&shop.url("resubmit"), json!({}))
        .await;

    assert_eq!(by_other.problem(), (404, "not-found"));
    assert_eq!(by_nobody.problem(), (401, "authentication-required"));
}
