//! `/openapi.json`

use serde_json::json;

use crate::app::TestApp;

#[test]
fn the_document_is_complete() {
    let document = serde_json::to_value(product_svc::openapi()).unwrap();

    let mut operations = Vec::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            let name = format!("{method} {path}");
            assert!(operation["summary"].is_string(), "{name} has no summary");
            assert!(
                operation["responses"]["4XX"].is_object(),
                "{name} says not how it refuses"
            );
            if method != "get" || path.ends_with("/ledger") {
                assert_eq!(
                    operation["security"][0]["bearer"],
                    json!([]),
                    "{name} says not who may ask"
                );
            }
            operations.push(format!("{name} {}", operation["operationId"].as_str().unwrap()));
        }
    }
    operations.sort();
    insta::assert_json_snapshot!(operations, @r#"
    [
      "delete /api/v1/categories/{category} delete_category",
      "delete /api/v1/products/{product_id} delete_product",
      "delete /api/v1/variations/{variation_id} delete_variation",
      "get /api/v1/categories list_categories",
      "get /api/v1/categories/{category} get_category",
      "get /api/v1/products list_products",
      "get /api/v1/products/{product_id} get_product",
      "get /api/v1/products/{product_id}/variations list_variations",
      "get /api/v1/variations/{variation_id} get_variation",
      "get /api/v1/variations/{variation_id}/stock/ledger list_ledger",
      "patch /api/v1/categories/{category} edit_category",
      "patch /api/v1/products/{product_id} edit_product",
      "patch /api/v1/variations/{variation_id} edit_variation",
      "post /api/v1/categories create_category",
      "post /api/v1/products create_product",
      "post /api/v1/products/{product_id}/variations create_variation",
      "post /api/v1/variations/{variation_id}/stock change_stock"
    ]
    "#);
}

#[actix_web::test]
async fn a_body_has_the_shape_that_the_document_says_at_every_depth() {
    let app = TestApp::new().await;

    app.server.refuses_wrong_shapes(&product_svc::openapi()).await;
}
