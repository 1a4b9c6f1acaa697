use serde_json::json;
use uuid::Uuid;

use crate::app::{ORDERS, TestApp};

#[actix_web::test]
async fn a_customer_reads_an_order_by_id_and_by_number() {
    let app = TestApp::new().await;
    let buyer = app.buyer();
    let order = app.order_by(&buyer).await;
    let number = order.body["number"].as_str().unwrap();

    for name in [order.id(), number, &number.to_lowercase()] {
        let response = buyer.client.get(&format!("{ORDERS}/{name}")).await;

        assert_eq!((response.status, response.body), (200, order.body.clone()));
    }
}

#[actix_web::test]
async fn only_its_customer_and_operators_see_an_order() {
    let app = TestApp::new().await;
    let buyer = app.buyer();
    let order = app.order_by(&buyer).await;

    let mut admin = app.server.admin().get(&order.url()).await;
    let stranger = app.server.customer(Uuid::now_v7()).get(&order.url()).await;
    let owner = app.owner(&buyer.things[0]).get(&order.url()).await;
    let nobody = app.server.anonymous().get(&order.url()).await;

    let actions = admin.body.as_object_mut().unwrap().remove("operator_actions");
    assert_eq!((actions, &admin.body), (Some(json!([])), &order.body));
    assert_eq!(stranger.problem(), (404, "not-found"));
    assert_eq!(owner.problem(), (404, "not-found"));
    assert_eq!(nobody.problem(), (401, "authentication-required"));
}

#[actix_web::test]
async fn what_is_no_order_is_not_found() {
    let app = TestApp::new().await;
    let admin = app.server.admin();

    for name in ["SK-2222-2222", "x", &Uuid::now_v7().to_string()] {
        assert_eq!(
            admin.get(&format!("{ORDERS}/{name}")).await.problem(),
            (404, "not-found")
        );
    }
}
