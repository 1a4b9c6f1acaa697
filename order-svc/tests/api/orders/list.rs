use souk_testkit::{Client, Response};

use crate::app::{Buyer, ORDERS, TestApp};

async fn ids(client: &Client, query: &str) -> Vec<String> {
    let response = client.get(&format!("{ORDERS}{query}")).await;
    assert_eq!(response.status, 200, "{response:?}");
    ids_of(&response)
}

fn ids_of(response: &Response) -> Vec<String> {
    let items = response.body["items"].as_array().unwrap();
    items
        .iter()
        .map(|order| order["id"].as_str().unwrap().to_owned())
        .collect()
}

async fn order_again(app: &TestApp, buyer: &Buyer) -> String {
    app.world.put_in_cart(buyer.id(), &buyer.things[1], 1);
    app.order_by(buyer).await.id().to_owned()
}

#[actix_web::test]
async fn a_customer_lists_own_orders_newest_first_page_by_page() {
    let app = TestApp::new().await;
    let (buyer, other) = (app.buyer(), app.buyer());
    app.order_by(&other).await;
    let mut expected = vec![app.order_by(&buyer).await.id().to_owned()];
    for _ in 0..2 {
        expected.insert(0, order_again(&app, &buyer).await);
    }

    let first = buyer.client.get(&format!("{ORDERS}?limit=2")).await;
    let newer = order_again(&app, &buyer).await;
    let cursor = first.body["next_cursor"].as_str().unwrap();
    let second = buyer
        .client
        .get(&format!("{ORDERS}?limit=2&cursor={cursor}"))
        .await;

    assert_eq!([ids_of(&first), ids_of(&second)].concat(), expected);
    assert!(second.body["next_cursor"].is_null());
    assert_eq!(ids(&buyer.client, "?limit=1").await, [newer]);
}

#[actix_web::test]
async fn a_listed_order_is_whole() {
    let app = TestApp::new().await;
    let buyer = app.buyer();
    let order = app.order_by(&buyer).await;

    let response = buyer.client.get(ORDERS).await;

    assert_eq!(response.body["items"][0], order.body);
}

#[actix_web::test]
async fn an_operator_finds_orders_of_everybody() {
    let app = TestApp::new().await;
    let (one, two) = (app.buyer(), app.buyer());
    let first = app.order_by(&one).await.id().to_owned();
    let second = app.order_by(&two).await.id().to_owned();
    one.client
        .post(&format!("{ORDERS}/{first}/cancel"), serde_json::json!({}))
        .await;
    let admin = app.server.admin();
    let (shop, user) = (two.things[0].shop_id, one.id());

    assert_eq!(ids(&admin, "?all=true").await, [second.clone(), first.clone()]);
    assert_eq!(
        ids(&admin, "?all=true&status=cancelled").await,
        std::slice::from_ref(&first)
    );
    assert_eq!(
        ids(&admin, &format!("?all=true&shop_id={shop}")).await,
        std::slice::from_ref(&second)
    );
    assert_eq!(ids(&admin, &format!("?all=true&user_id={user}")).await, [first]);
    assert_eq!(
        ids(
            &admin,
            "?all=true&from=2020-01-01T00:00:00Z&to=2020-02-01T00:00:00Z"
        )
        .await,
        [""; 0]
    );
    assert_eq!(ids(&admin, "").await, [""; 0]);
}

#[actix_web::test]
async fn only_operators_list_orders_of_others() {
    let app = TestApp::new().await;
    let buyer = app.buyer();

    let all = buyer.client.get(&format!("{ORDERS}?all=true")).await;
    let user = buyer
        .client
        .get(&format!("{ORDERS}?user_id={}", buyer.id()))
        .await;
    let nobody = app.server.anonymous().get(ORDERS).await;

    assert_eq!(all.problem(), (403, "admin-only"));
    assert_eq!(user.body["errors"][0]["pointer"], "/user_id");
    assert_eq!(nobody.problem(), (401, "authentication-required"));
}

#[actix_web::test]
async fn a_wrong_filter_is_pointed_at() {
    let app = TestApp::new().await;
    let buyer = app.buyer();

    for (query, pointer) in [
        ("?limit=0", "/limit"),
        ("?limit=101", "/limit"),
        ("?cursor=x", "/cursor"),
        ("?status=lost", "/status"),
        ("?shop_id=x", "/shop_id"),
        ("?from=yesterday", "/from"),
    ] {
        let response = buyer.client.get(&format!("{ORDERS}{query}")).await;

        assert_eq!(response.status, 422, "{query}");
        assert_eq!(response.body["errors"][0]["pointer"], pointer);
    }
}
