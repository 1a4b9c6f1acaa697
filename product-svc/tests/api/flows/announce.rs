//! Products are told again when their categories change.

use product_svc::flows;
use serde_json::json;

use crate::app::{TestApp, boots};
use crate::categories;

#[actix_web::test]
async fn a_renamed_category_is_told_with_every_product_below_it() {
    let app = TestApp::new().await;
    let (admin, owner) = (app.server.admin(), app.owner().await);
    let shoes = categories::add(&admin, "Shoes", None).await;
    let winter = categories::add(&admin, "Winter", Some(shoes)).await;
    let bags = categories::add(&admin, "Bags", None).await;
    for category in [winter, bags] {
        let mut body = boots(json!([]));
        body["category_ids"] = json!([category]);
        owner.adds(body).await;
    }

    let url = format!("/api/v1/categories/{shoes}");
    admin
        .patch(&url, json!({ "name": "Footwear", "slug": "footwear" }))
        .await;
    admin.patch(&url, json!({ "name": "Footwear" })).await;
    let (one, other) = tokio::join!(flows::announce(app.db.db()), flows::announce(app.db.db()));
    one.unwrap();
    other.unwrap();

    let told = app.db.published_of("product.updated").await;
    assert_eq!((told.len(), told[0].version), (1, Some(2)));
    let slugs: Vec<_> = told[0].data["categories"]
        .as_array()
        .unwrap()
        .iter()
        .map(|c| &c["slug"])
        .collect();
    assert_eq!(slugs, ["footwear", "winter"]);
}
