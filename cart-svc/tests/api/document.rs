//! `/openapi.json`

use crate::app::TestApp;

#[test]
fn the_document_is_complete() {
    let document = serde_json::to_value(cart_svc::openapi()).unwrap();

    for (path, operations) in document["paths"].as_object().unwrap() {
        for (method, operation) in operations.as_object().unwrap() {
            let name = format!("{method} {path}");
            assert!(operation["summary"].is_string(), "{name} has no summary");
            assert!(operation["operationId"].is_string(), "{name} has no id");
            assert_eq!(
                operation["security"][0]["bearer"],
                serde_json::json!([]),
                "{name} says not who may ask"
            );
            assert!(
                operation["responses"]["4XX"].is_object(),
                "{name} says not how it refuses"
            );
        }
    }
    insta::assert_json_snapshot!(document["paths"].as_object().unwrap().keys().collect::<Vec<_>>(), @r#"
    [
      "/api/v1/cart",
      "/api/v1/cart/items",
      "/api/v1/cart/items/{item_id}"
    ]
    "#);
}

#[actix_web::test]
async fn a_body_has_the_shape_that_the_document_says_at_every_depth() {
    let app = TestApp::new().await;

    app.server.refuses_wrong_shapes(&cart_svc::openapi()).await;
}
