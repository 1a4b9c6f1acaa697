use crate::app::TestApp;

#[actix_web::test]
async fn a_body_has_the_shape_that_the_document_says_at_every_depth() {
    let app = TestApp::new().await;

    app.server.refuses_wrong_shapes(&user_svc::openapi()).await;
}
