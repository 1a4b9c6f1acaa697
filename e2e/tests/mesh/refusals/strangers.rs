//! What is nobody else's, looked for in other ways than by its address.

use serde_json::{Value, json};

use crate::mesh::Mesh;

#[tokio::test]
async fn someone_elses_order_is_not_found_by_its_number_nor_listed() {
    let mesh = Mesh::shared().await;
    let stall = mesh.stall().await;
    let ware = stall.sells(900, 5).await;
    let buyer = mesh.customer().await;
    buyer.takes(ware.variation_id, 1).await;
    let order = buyer.orders().await;

    for client in [&mesh.customer().await.client, &mesh.stall().await.owner.client] {
        client
            .get(&format!("/orders/{}", order.number))
            .await
            .refused(404, "not-found");
        let listed = client.get(&format!("/orders?shop_id={}", stall.shop_id)).await;
        assert_eq!(listed.ok::<Value>()["items"], json!([]));
    }
}
