use shop_svc::openapi;

use crate::app::TestApp;

#[test]
fn every_operation_is_documented() {
    let document = openapi().to_pretty_json().unwrap();

    insta::assert_snapshot!(document);
}

#[actix_web::test]
async fn a_body_has_the_shape_that_the_document_says_at_every_depth() {
    let app = TestApp::new().await;

    app.server.refuses_wrong_shapes(&openapi()).await;
}
