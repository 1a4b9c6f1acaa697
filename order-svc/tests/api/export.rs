use souk_testkit::exported;

use crate::app::TestApp;

#[actix_web::test]
async fn a_customer_is_told_every_order_with_its_story() {
    let app = TestApp::new().await;
    let (buyer, other) = (app.buyer(), app.buyer());
    let order = app.order_by(&buyer).await;
    app.order_by(&other).await;

    let kept = exported(&app.server, buyer.id()).await;

    let orders = &kept["orders"];
    assert_eq!(orders.len(), 1);
    assert_eq!(orders[0]["number"], order.body["number"]);
    assert_eq!(orders[0]["shipping_address"]["line1"], "Nizami 12");
    assert_eq!(orders[0]["sub_orders"].as_array().unwrap().len(), 2);
    assert_eq!(orders[0]["items"].as_array().unwrap().len(), 2);
    assert_eq!(orders[0]["timeline"][0]["what"], "placed");
    assert!(!orders[0].to_string().contains("owner_id"));
}

#[actix_web::test]
async fn many_orders_are_told_page_by_page() {
    let app = TestApp::new().await;
    let buyer = app.buyer();
    app.order_by(&buyer).await;
    app.sql(
        "insert into orders (id, number, user_id, previous_order_id, reservation_id, status, currency, subtotal,
                             total, shipping_address, created_at)
         select gen_random_uuid(), 'N' || n, user_id, gen_random_uuid(), gen_random_uuid(), status, currency,
                subtotal, total, shipping_address, created_at
         from orders, generate_series(1, 120) n",
    )
    .await;

    let kept = exported(&app.server, buyer.id()).await;

    let mut numbers: Vec<_> = kept["orders"]
        .iter()
        .map(|order| order["number"].to_string())
        .collect();
    numbers.sort_unstable();
    numbers.dedup();
    assert_eq!((kept["orders"].len(), numbers.len()), (121, 121));
    assert!(exported(&app.server, uuid::Uuid::now_v7()).await["orders"].is_empty());
}
