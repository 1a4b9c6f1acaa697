use shop_svc::openapi;

#[test]
fn every_operation_is_documented() {
    let document = openapi().to_pretty_json().unwrap();

    insta::assert_snapshot!(document);
}
