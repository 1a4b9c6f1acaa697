//! The document is the contract.

#[test]
fn the_searches_are_described_with_their_limits() {
    let document = serde_json::to_value(search_svc::openapi()).unwrap();

    let search = &document["paths"]["/api/v1/search"]["get"];
    assert_eq!(search["operationId"], "search_all");
    assert_eq!(search["summary"], "Search shops and products.");
    assert_eq!(search["parameters"][0]["schema"]["maxLength"], 200);
    assert_eq!(search["parameters"][1]["schema"]["maximum"], 50);
    let list = &document["paths"]["/api/v1/search/shops/{shop_id}/products"]["get"];
    assert_eq!(list["operationId"], "list_shop_products");
    for operation in [search, list] {
        assert!(operation.get("security").is_none(), "open to everybody");
        assert!(operation["responses"]["200"].is_object() && operation["responses"]["4XX"].is_object());
    }
}
