//! Rows as the baseline writes them.

use souk_testkit::exported;
use uuid::Uuid;

use crate::app::{TestApp, items, url, wish_for};

const CUSTOMER: Uuid = Uuid::from_u128(0x0197_a3c0_5a3f_7c86_9f0e_6a1d_c2b4_8e37);

/// A wishlist with a product.
async fn fill(app: &TestApp) {
    let shoes = app.sells(1299, 10);
    wish_for(&app.server.customer(CUSTOMER), shoes.variation_id).await;
}

#[actix_web::test]
async fn its_wishlists_are_read_and_emptied() {
    let app = TestApp::new().await;
    app.db
        .baseline_rows(env!("CARGO_MANIFEST_DIR"), "tests/baseline/rows.json", fill(&app))
        .await;
    let customer = app.server.customer(CUSTOMER);

    let wishes = items(&customer).await;
    assert_eq!(
        (wishes.len(), &wishes[0]["title"]),
        (1, &"Blue suede shoes".into())
    );
    assert!(!exported(&app.server, CUSTOMER).await.is_empty());
    assert_eq!(customer.delete(&url(&wishes[0])).await.status, 204);
    assert!(items(&customer).await.is_empty());
}
