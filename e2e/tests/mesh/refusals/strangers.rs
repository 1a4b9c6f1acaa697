//! Those who may not, and those whose it is not.

use serde_json::json;
use uuid::Uuid;

use crate::bodies::{Order, Shop, azn};
use crate::market::Sold;
use crate::mesh::Mesh;

#[tokio::test]
async fn what_is_the_admins_is_nobody_elses() {
    let mesh = Mesh::shared().await;
    let owner = mesh.stall().await.owner;
    let customer = mesh.customer().await;
    let id = Uuid::now_v7();

    for client in [&customer.client, &owner.client] {
        for path in [
            "/categories".to_owned(),
            format!("/shops/{id}/approve"),
            format!("/shops/{id}/reject"),
            format!("/shops/{id}/suspend"),
            format!("/shops/{id}/reinstate"),
        ] {
            client.post(&path, json!({})).await.refused(403, "admin-only");
        }
        let category = format!("/categories/{id}");
        client
            .patch(&category, json!({}))
            .await
            .refused(403, "admin-only");
        client.delete(&category).await.refused(403, "admin-only");
        for path in [
            "/analytics/overview",
            "/analytics/events",
            "/orders?all=true",
            "/shops?status=pending",
        ] {
            client.get(path).await.refused(403, "admin-only");
        }
    }
}

#[tokio::test]
async fn someone_elses_order_is_not_there() {
    let mesh = Mesh::shared().await;
    let stall = mesh.stall().await;
    let ware = stall.sells(900, 5).await;
    let buyer = mesh.customer().await;
    buyer.takes(ware.variation_id, 1).await;
    let order = buyer.orders().await;
    let item = order.items().next().unwrap().id;

    for client in [&mesh.customer().await.client, &mesh.stall().await.owner.client] {
        for name in [order.id.to_string(), order.number.clone()] {
            client
                .get(&format!("/orders/{name}"))
                .await
                .refused(404, "not-found");
        }
        client
            .post(&format!("/orders/{}/cancel", order.id), json!({}))
            .await
            .refused(404, "not-found");
        client
            .post(&format!("/order-items/{item}/cancel"), json!({}))
            .await
            .refused(404, "not-found");
        let delivered = json!({"status": "delivered"});
        client
            .patch(&format!("/order-items/{item}/status"), delivered)
            .await
            .refused(404, "not-found");
        let listed = client.get(&format!("/orders?shop_id={}", stall.shop_id)).await;
        assert_eq!(listed.ok::<serde_json::Value>()["items"], json!([]));
    }
    let admin: Order = mesh
        .admin()
        .await
        .get(&format!("/orders/{}", order.id))
        .await
        .ok();
    assert_eq!(admin.id, order.id);
    stall.settles(&ware, Sold { orders: 1, units: 1 }).await;
}

#[tokio::test]
async fn someone_elses_product_is_not_touched() {
    let mesh = Mesh::shared().await;
    let stall = mesh.stall().await;
    let ware = stall.sells(900, 5).await;
    let other = mesh.stall().await.owner;
    let customer = mesh.customer().await;
    let product = format!("/products/{}", ware.product_id);
    let variation = format!("/variations/{}", ware.variation_id);

    for client in [&other.client, &customer.client] {
        client
            .patch(&product, json!({"title": "Mine"}))
            .await
            .refused(403, "not-the-owner");
        client.delete(&product).await.refused(403, "not-the-owner");
        let more = json!({"options": {"size": "XL"}, "price": azn(1)});
        client
            .post(&format!("{product}/variations"), more)
            .await
            .refused(403, "not-the-owner");
        client
            .patch(&variation, json!({"price": azn(1)}))
            .await
            .refused(403, "not-the-owner");
        client.delete(&variation).await.refused(403, "not-the-owner");
        let stock = json!({"delta": 1, "reason": "restock"});
        client
            .post(&format!("{variation}/stock"), stock)
            .await
            .refused(403, "not-the-owner");
        client
            .get(&format!("{variation}/stock/ledger"))
            .await
            .refused(403, "not-the-owner");
    }
    let product = json!({"title": "Mine", "sku": "M-1"});
    customer
        .client
        .post("/products", product)
        .await
        .refused(403, "shop-not-approved");
}

#[tokio::test]
async fn someone_elses_shop_is_not_touched() {
    let mesh = Mesh::shared().await;
    let stall = mesh.stall().await;
    let path = format!("/shops/{}", stall.shop_id);

    for client in [&mesh.stall().await.owner.client, &mesh.customer().await.client] {
        client
            .patch(&path, json!({"about": "Mine"}))
            .await
            .refused(403, "not-your-shop");
        client.delete(&path).await.refused(403, "not-your-shop");
        client
            .get(&format!("{path}/history"))
            .await
            .refused(403, "not-your-shop");
        client
            .get(&format!("{path}/order-items"))
            .await
            .refused(403, "not-your-shop");
        let dashboard = format!("/analytics/shops/{}/dashboard", stall.shop_id);
        client.get(&dashboard).await.refused(403, "not-the-shop-owner");
    }
    let shop: Shop = mesh.anybody().get(&path).await.ok();
    assert_eq!(shop.status, "approved");
}

#[tokio::test]
async fn someone_elses_cart_line_and_wish_are_not_there() {
    let mesh = Mesh::shared().await;
    let stall = mesh.stall().await;
    let ware = stall.sells(900, 5).await;
    let (one, other) = (mesh.customer().await, mesh.customer().await);
    one.takes(ware.variation_id, 1).await;
    let line = format!("/cart/items/{}", one.cart().await.lines[0].id);
    let wish = json!({"variation_id": ware.variation_id});
    let wish: serde_json::Value = one.client.post("/wishlist/items", wish).await.created();
    let wish = format!("/wishlist/items/{}", wish["id"].as_str().unwrap());

    other
        .client
        .patch(&line, json!({"quantity": 2}))
        .await
        .refused(404, "not-found");
    other.client.delete(&line).await.refused(404, "not-found");
    other.client.delete(&wish).await.refused(404, "not-found");
    other
        .client
        .post(&format!("{wish}/move-to-cart"), json!({}))
        .await
        .refused(404, "not-found");

    assert_eq!(one.cart().await.lines.len(), 1);
}
