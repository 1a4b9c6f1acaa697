use order_svc::NAME;
use souk_testkit::assert_internal_callers;

use crate::app::TestApp;

#[actix_web::test]
async fn internal_routes_let_in_the_callers_of_the_table_and_no_other() {
    let app = TestApp::new().await;

    assert_internal_callers(&app.server, NAME, env!("CARGO_MANIFEST_DIR")).await;
}
