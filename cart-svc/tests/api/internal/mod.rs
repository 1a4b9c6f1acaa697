mod add;
mod checkout;
mod proposal;

use serde_json::{Value, json};
use souk_testkit::{Client, Response};
use uuid::Uuid;

use crate::app::TestApp;

pub fn path(customer: &Client, what: &str) -> String {
    format!("/internal/carts/{}/{what}", customer.user_id())
}

pub const CHECKOUT: &str = "/internal/carts/checkout";

/// Asks for one cart; an answer has that cart alone as its body.
pub async fn checkout(app: &TestApp, customer: &Client, body: Value) -> Response {
    let mut response = app
        .order_svc()
        .post(CHECKOUT, json!({ "carts": [of(customer, body)] }))
        .await;
    if response.status == 200 {
        response.body = response.body["carts"][0].take();
    }
    response
}

/// The cart as order-svc gets it.
pub async fn checked_out(app: &TestApp, customer: &Client, accept_changes: bool) -> Value {
    let body = json!({ "last_order": null, "accept_changes": accept_changes });
    let response = checkout(app, customer, body).await;
    assert_eq!(response.status, 200, "{response:?}");
    response.body
}

pub const ORDERED: &str = "/internal/carts/ordered";

/// Something, and whose it is.
pub fn of(customer: &Client, mut what: Value) -> Value {
    what["user_id"] = json!(customer.user_id());
    what
}

pub fn order(line: &Value, quantity: i32) -> Value {
    json!({
        "order_id": Uuid::now_v7(),
        "lines": [{ "cart_line_id": line["id"], "quantity": quantity }],
    })
}

#[actix_web::test]
async fn only_services_may_ask() {
    let app = TestApp::new().await;
    let customer = app.customer();
    for (path, put) in [
        (CHECKOUT.to_owned(), false),
        (ORDERED.to_owned(), false),
        (path(&customer, "items"), false),
        (path(&customer, "proposal"), true),
    ] {
        let call = async |client: &Client| {
            if put {
                client.put(&path, json!({})).await
            } else {
                client.post(&path, json!({})).await
            }
        };

        assert_eq!(call(&customer).await.problem(), (403, "mesh-only"), "{path}");
        assert_eq!(
            call(&app.order_svc().unsigned()).await.problem(),
            (401, "mesh-signature"),
            "{path}"
        );
    }
}
