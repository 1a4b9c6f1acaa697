//! Rows as the baseline writes them.

use crate::app::TestApp;

/// A shop with a product.
async fn fill(app: &TestApp) {
    let shop = app.shop("Caspian Leather").await;
    app.product(&shop, "Weekend bag").await;
}

#[actix_web::test]
async fn its_shops_and_products_are_indexed() {
    let app = TestApp::new().await;
    app.db
        .baseline_rows(env!("CARGO_MANIFEST_DIR"), "tests/baseline/rows.json", fill(&app))
        .await;

    assert_eq!(app.titles("bag").await, ["Weekend bag"]);
    assert_eq!(app.shops("caspian").await, ["Caspian Leather"]);
}
