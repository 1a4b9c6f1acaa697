#[test]
fn the_document_of_the_api_is_as_agreed() {
    insta::assert_json_snapshot!(analytics_svc::openapi(), { ".info.version" => "[version]" });
}
