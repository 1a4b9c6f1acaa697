use crate::app::TestApp;

#[test]
fn the_document_of_the_api_is_as_agreed() {
    insta::assert_json_snapshot!(order_svc::openapi(), { ".info.version" => "[version]" });
}

#[actix_web::test]
async fn a_body_has_the_shape_that_the_document_says_at_every_depth() {
    let app = TestApp::new().await;

    app.server.refuses_wrong_shapes(&order_svc::openapi()).await;
}
