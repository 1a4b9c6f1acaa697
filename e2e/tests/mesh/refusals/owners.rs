//! Rules of shops and their owners.

use serde_json::json;

use crate::bodies::{Product, Shop, azn};
use crate::eventually::becomes;
use crate::mesh::Mesh;
use crate::people::word;

#[tokio::test]
async fn a_user_has_one_shop() {
    let mesh = Mesh::shared().await;
    let owner = mesh.stall().await.owner;

    let again = owner
        .client
        .post("/shops", json!({"name": format!("Shop {}", word())}))
        .await;

    again.refused(409, "already-has-shop");
}

#[tokio::test]
async fn a_rejection_needs_a_reason_and_an_open_application() {
    let mesh = Mesh::shared().await;
    let stall = mesh.stall().await;
    let admin = mesh.admin().await;
    let path = format!("/shops/{}", stall.shop_id);

    admin
        .post(&format!("{path}/reject"), json!({}))
        .await
        .refused_field("/reason");
    admin
        .post(&format!("{path}/suspend"), json!({"reason": ""}))
        .await
        .refused_field("/reason");
    let late = json!({"reason": "Too late."});
    admin
        .post(&format!("{path}/reject"), late)
        .await
        .refused(409, "illegal-transition");
    let resubmit = format!("{path}/resubmit");
    stall
        .owner
        .client
        .post(&resubmit, json!({}))
        .await
        .refused(409, "illegal-transition");
}

#[tokio::test]
async fn a_suspended_shop_sells_nothing_until_it_is_reinstated() {
    let mesh = Mesh::shared().await;
    let stall = mesh.stall().await;
    let ware = stall.sells(900, 5).await;
    let buyer = mesh.customer().await;
    buyer.takes(ware.variation_id, 1).await;
    let admin = mesh.admin().await;
    let (shop, product) = (
        format!("/shops/{}", stall.shop_id),
        format!("/products/{}", ware.product_id),
    );

    let reason = json!({"reason": "Complaints."});
    admin.post(&format!("{shop}/suspend"), reason).await.ok::<Shop>();
    mesh.anybody().get(&shop).await.refused(404, "not-found");
    becomes("the product", 404, async || {
        Ok(mesh.anybody().get(&product).await.status)
    })
    .await;
    becomes("the cart's notice", Some("unavailable".to_owned()), async || {
        Ok(buyer.cart().await.lines[0].notice.clone())
    })
    .await;
    let told = buyer
        .checks_out("while suspended")
        .await
        .refused(409, "cart-changed");
    assert_eq!(told["changes"][0]["kind"], "gone");

    admin
        .post(&format!("{shop}/reinstate"), json!({}))
        .await
        .ok::<Shop>();
    becomes("the product", 200, async || {
        Ok(mesh.anybody().get(&product).await.status)
    })
    .await;
    assert_eq!(buyer.cart().await.lines.len(), 1);
}

#[tokio::test]
async fn stock_is_only_restocked_and_counted_and_never_negative() {
    let mesh = Mesh::shared().await;
    let stall = mesh.stall().await;
    let ware = stall.sells(900, 5).await;
    let path = format!("/variations/{}/stock", ware.variation_id);
    let change = async |delta: i64, reason: &str| {
        stall
            .owner
            .client
            .post(&path, json!({"delta": delta, "reason": reason}))
            .await
    };

    change(-6, "adjust").await.refused(409, "stock-below-zero");
    change(-1, "restock").await.refused_field("/delta");
    for reason in ["sell", "reserve", "initial", "nonsense"] {
        change(1, reason).await.refused_field("/reason");
    }
    assert_eq!(stall.variation(ware.variation_id).await.unwrap().available, 5);
}

#[tokio::test]
async fn what_was_changed_meanwhile_is_not_overwritten() {
    let mesh = Mesh::shared().await;
    let stall = mesh.stall().await;
    let ware = stall.sells(900, 5).await;
    let path = format!("/products/{}", ware.product_id);
    let tag = stall
        .owner
        .client
        .get(&path)
        .await
        .header("etag")
        .unwrap()
        .to_owned();
    let owner = stall.owner.client.with("if-match", &tag);

    owner
        .patch(&path, json!({"title": "First"}))
        .await
        .ok::<Product>();
    owner
        .patch(&path, json!({"title": "Second"}))
        .await
        .refused(412, "stale");

    let product: Product = mesh.anybody().get(&path).await.ok();
    assert_eq!(product.title, "First");
    let twice = json!({"title": "Twin", "sku": product.sku});
    stall
        .owner
        .client
        .post("/products", twice)
        .await
        .refused(409, "sku-taken");
    let same = json!({"options": {"SIZE": "m"}, "price": azn(5)});
    stall
        .owner
        .client
        .post(&format!("{path}/variations"), same)
        .await
        .refused(409, "options-taken");
}
