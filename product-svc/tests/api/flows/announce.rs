//! Products are told again when their categories change.

use product_svc::flows;
use serde_json::json;

use crate::app::{TestApp, boots, id};
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

#[actix_web::test]
async fn a_product_that_cannot_be_read_keeps_no_other_waiting() {
    let app = TestApp::new().await;
    let (admin, owner) = (app.server.admin(), app.owner().await);
    let shoes = categories::add(&admin, "Shoes", None).await;
    let mut products = Vec::new();
    for _ in 0..3 {
        let mut body = boots(json!([]));
        body["category_ids"] = json!([shoes]);
        products.push(id(&owner.adds(body).await));
    }
    let broken = products[1];
    app.run(&format!(
        "update products set attributes = '[1]' where id = '{broken}'"
    ))
    .await;

    let url = format!("/api/v1/categories/{shoes}");
    admin.patch(&url, json!({ "name": "Footwear" })).await;
    flows::announce(app.db.db()).await.unwrap();

    assert_eq!(app.db.published_of("product.updated").await.len(), 2);
    assert_eq!(app.db.count("product_announcements").await, 1);
    app.run("update products set attributes = '{}'").await;
    app.run("update product_announcements set not_before = now()")
        .await;
    flows::announce(app.db.db()).await.unwrap();
    let told = app.db.published_of("product.updated").await;
    assert_eq!((told.len(), &told[2].subject), (3, &broken.to_string()));
    assert_eq!(app.db.count("product_announcements").await, 0);
}
