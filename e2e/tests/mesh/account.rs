//! What a customer keeps, takes away, and leaves behind.

use reqwest::Method;
use serde_json::{Value, json};

use crate::bodies::{Order, User};
use crate::eventually::becomes;
use crate::mesh::Mesh;
use crate::people::{PASSWORD, key, registration};

/// One white pixel.
pub const PICTURE: &[u8] = &[
    0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0x00, 0x00, 0x00, 0x0d, 0x49, 0x48, 0x44, 0x52, 0x00,
    0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x01, 0x08, 0x00, 0x00, 0x00, 0x00, 0x3a, 0x7e, 0x9b, 0x55, 0x00,
    0x00, 0x00, 0x0a, 0x49, 0x44, 0x41, 0x54, 0x78, 0x9c, 0x63, 0xf8, 0x0f, 0x00, 0x01, 0x01, 0x01, 0x00,
    0xb1, 0x38, 0xf6, 0x14, 0x00, 0x00, 0x00, 0x00, 0x49, 0x45, 0x4e, 0x44, 0xae, 0x42, 0x60, 0x82,
];

#[tokio::test]
async fn an_account_is_kept_taken_away_and_erased() {
    let mesh = Mesh::shared().await;
    let admin = mesh.admin().await;
    let ware = mesh.stall().await.sells(1299, 5).await;
    let customer = mesh.customer().await;
    let me = &customer.client;

    let address = json!({"name": "Aygun Aliyeva", "line1": "Nizami 12", "city": "Baku", "postal_code": "AZ1000",
                         "country": "AZ"});
    let address: Value = me.post("/users/me/addresses", address).await.created();
    let pictured: Value = me.put_bytes("/users/me/avatar", PICTURE).await.ok();
    let avatar = pictured["avatar_url"].as_str().unwrap().to_owned();
    let picture = mesh.root().get(&avatar).await;
    assert_eq!(
        (picture.status, picture.header("content-type")),
        (200, Some("image/jpeg"))
    );

    customer.takes(ware.variation_id, 1).await;
    let order: Order = me
        .with("idempotency-key", &key())
        .post("/orders", json!({"address_id": address["id"]}))
        .await
        .created();
    let archive = me.get("/users/me/export").await;
    assert_eq!(
        (archive.status, archive.header("content-type")),
        (200, Some("application/zip"))
    );
    assert!(archive.text.contains("order-svc.json"));

    let erase = async || {
        me.send(Method::DELETE, "/users/me", Some(json!({"password": PASSWORD})))
            .await
    };
    erase().await.refused(409, "unfinished-orders");
    me.post(&format!("/orders/{}/cancel", order.id), json!({}))
        .await
        .ok::<Value>();
    erase().await.no_content();

    me.get("/users/me").await.refused(401, "revoked-token");
    mesh.root().get(&avatar).await.refused(404, "not-found");
    becomes("the order has lost its name", json!(""), async || {
        let seen: Value = admin.get(&format!("/orders/{}", order.id)).await.try_read(200)?;
        Ok(seen["shipping_address"]["name"].clone())
    })
    .await;
    let anew: User = mesh
        .anybody()
        .post("/auth/register", registration(&customer.email))
        .await
        .created();
    assert_ne!(anew.id, customer.id);
}

#[tokio::test]
async fn who_waits_for_a_parcel_of_an_owner_who_is_gone_is_erased_when_an_operator_has_ended_it() {
    let mesh = Mesh::shared().await;
    let (admin, stall, customer) = (mesh.admin().await, mesh.stall().await, mesh.customer().await);
    let ware = stall.sells(1299, 5).await;
    customer.takes(ware.variation_id, 2).await;
    let order = customer.orders().await;
    let item = order.items().next().unwrap().id;
    let status = format!("/order-items/{item}/status");
    let shipped = json!({"status": "shipped", "carrier": "Azerpost", "tracking_number": key()});
    stall.owner.client.patch(&status, shipped).await.ok::<Value>();
    let lost = json!({"status": "cancelled", "reason": "Lost: the shop is gone."});
    let early = admin.patch(&status, lost.clone()).await;
    early.refused(403, "not-the-shop-owner");

    let owner = format!("/users/{}", stall.owner.id);
    admin
        .patch(&owner, json!({"is_active": false}))
        .await
        .ok::<Value>();
    let erase = async || {
        let body = Some(json!({"password": PASSWORD}));
        customer.client.send(Method::DELETE, "/users/me", body).await
    };
    erase().await.refused(409, "unfinished-orders");
    admin.patch(&status, lost).await.ok::<Value>();

    let seen: Value = admin.get(&format!("/orders/{}", order.id)).await.ok();
    assert_eq!(seen["status"], "cancelled");
    assert_eq!(seen["operator_actions"][0]["from"], "shipped");
    erase().await.no_content();
    // The stock and the shop's list agree that it never came.
    let stock = format!("/variations/{}/stock/ledger", ware.variation_id);
    becomes("the stock", json!("return"), async || {
        let ledger: Value = admin.get(&stock).await.ok();
        Ok(ledger["items"][0]["reason"].clone())
    })
    .await;
    let items = format!("/shops/{}/order-items", stall.shop_id);
    becomes("the shop's list", json!("cancelled"), async || {
        let listed: Value = admin.get(&items).await.ok();
        Ok(listed["items"][0]["status"].clone())
    })
    .await;
}
