use crate::app::{ORDERS, TestApp};

#[actix_web::test]
async fn an_operator_exports_a_line_for_each_item() {
    let app = TestApp::new().await;
    let (buyer, other) = (app.buyer(), app.buyer());
    let order = app.order_by(&buyer).await;
    app.order_by(&other).await;

    let url = format!("{ORDERS}/export?user_id={}", buyer.id());
    let response = app.server.admin().get(&url).await;

    assert_eq!(response.status, 200, "{response:?}");
    let lines: Vec<&str> = std::str::from_utf8(&response.bytes).unwrap().lines().collect();
    assert_eq!(lines.len(), 3, "{lines:?}");
    assert!(lines[0].starts_with("order_number,order_id,placed_at"));
    let number = order.body["number"].as_str().unwrap();
    assert!(
        lines[1..].iter().all(|line| line.starts_with(number)),
        "{lines:?}"
    );
    assert!(
        lines
            .iter()
            .any(|line| line.contains(",2,AZN,12900,25800,processing,,"))
    );
}

#[actix_web::test]
async fn an_export_without_orders_is_a_head_line() {
    let app = TestApp::new().await;

    let response = app.server.admin().get(&format!("{ORDERS}/export")).await;

    assert_eq!(
        (
            response.status,
            std::str::from_utf8(&response.bytes).unwrap().lines().count()
        ),
        (200, 1)
    );
}

#[actix_web::test]
async fn only_operators_export_all_orders() {
    let app = TestApp::new().await;
    let url = format!("{ORDERS}/export");

    assert_eq!(app.server.anonymous().get(&url).await.status, 401);
    assert_eq!(app.buyer().client.get(&url).await.status, 403);
}
