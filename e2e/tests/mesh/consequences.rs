//! What follows in other services when something goes, changes or comes back.

use serde_json::{Value, json};

use crate::bodies::{Order, OrderItem, Product, SearchAnswer, Shop, Variation, Wishlist, azn};
use crate::eventually::becomes;
use crate::market::{Sold, Stall, Ware};
use crate::mesh::Mesh;
use crate::people::{Person, word};

#[tokio::test]
async fn a_shop_closes_when_all_is_delivered_and_its_owner_may_buy_again() {
    let mesh = Mesh::shared().await;
    let stall = mesh.stall().await;
    let ware = stall.sells(900, 5).await;
    let buyer = mesh.customer().await;
    buyer.takes(ware.variation_id, 2).await;
    let order = buyer.orders().await;
    stall.settles(&ware, Sold { orders: 1, units: 2 }).await;
    let shop = format!("/shops/{}", stall.shop_id);
    let owner = &stall.owner.client;

    owner.delete(&shop).await.refused(409, "unfinished-order-items");
    stall.delivers(&order).await;
    becomes("the shop closes", 204, async || {
        Ok(owner.delete(&shop).await.status)
    })
    .await;

    mesh.anybody().get(&shop).await.refused(404, "not-found");
    becomes("the cart of the owner", 200, async || {
        Ok(owner.get("/cart").await.status)
    })
    .await;
    becomes("the wishlist of the owner", 200, async || {
        Ok(owner.get("/wishlist").await.status)
    })
    .await;
    becomes("search", 0, async || found(&mesh, &ware).await).await;
    let product = format!("/products/{}", ware.product_id);
    becomes("the product", 404, async || {
        Ok(mesh.anybody().get(&product).await.status)
    })
    .await;
    let kept: Order = buyer.client.get(&format!("/orders/{}", order.id)).await.ok();
    assert_eq!(kept.status, "completed");
}

#[tokio::test]
async fn a_deleted_product_is_gone_but_for_its_orders() {
    let mesh = Mesh::shared().await;
    let stall = mesh.stall().await;
    let ware = stall.sells(900, 5).await;
    let buyer = mesh.customer().await;
    buyer.takes(ware.variation_id, 1).await;
    let order = buyer.orders().await;
    buyer.takes(ware.variation_id, 1).await;
    let wish = json!({"variation_id": ware.variation_id});
    buyer
        .client
        .post("/wishlist/items", wish)
        .await
        .created::<Value>();
    becomes("search", 1, async || found(&mesh, &ware).await).await;

    let product = format!("/products/{}", ware.product_id);
    for _ in 0..2 {
        stall.owner.client.delete(&product).await.no_content();
    }

    mesh.anybody().get(&product).await.refused(404, "not-found");
    let line = buyer.cart().await.lines.remove(0);
    assert_eq!((line.notice.as_deref(), line.available), (Some("unavailable"), 0));
    buyer
        .checks_out("after the end")
        .await
        .refused(409, "cart-changed");
    becomes("search", 0, async || found(&mesh, &ware).await).await;
    becomes("the wishlist", 0, async || wishes(&buyer).await).await;
    let kept: Order = buyer.client.get(&format!("/orders/{}", order.id)).await.ok();
    assert_eq!(
        kept.items().next().unwrap().title,
        order.items().next().unwrap().title
    );
    stall.settles_ordered(Sold { orders: 1, units: 1 }).await;
}

#[tokio::test]
async fn a_new_price_reaches_cart_and_search() {
    let mesh = Mesh::shared().await;
    let stall = mesh.stall().await;
    let ware = stall.sells(900, 5).await;
    let buyer = mesh.customer().await;
    buyer.takes(ware.variation_id, 2).await;
    becomes("search", 1, async || found(&mesh, &ware).await).await;

    let path = format!("/variations/{}", ware.variation_id);
    stall
        .owner
        .client
        .patch(&path, json!({"price": azn(700)}))
        .await
        .ok::<Variation>();

    let line = buyer.cart().await.lines.remove(0);
    assert_eq!(
        (line.notice.as_deref(), line.line_total),
        (Some("price_changed"), azn(1_400))
    );
    becomes("the price in search", Some(azn(700)), async || {
        let answer = search(&mesh, &ware).await?;
        Ok(answer.products.first().map(|hit| hit.price_from.clone()))
    })
    .await;
    let order = buyer.orders().await;
    assert_eq!(order.totals.total, azn(1_400));
    let repriced = Ware { price: 700, ..ware };
    stall.settles(&repriced, Sold { orders: 1, units: 2 }).await;
}

#[tokio::test]
async fn an_order_is_complete_when_the_rest_is_cancelled() {
    let mesh = Mesh::shared().await;
    let (one, other) = (mesh.stall().await, mesh.stall().await);
    let (sent, missing) = (one.sells(900, 5).await, other.sells(300, 5).await);
    let buyer = mesh.customer().await;
    buyer.takes(sent.variation_id, 1).await;
    buyer.takes(missing.variation_id, 3).await;
    let order = buyer.orders().await;
    let item = order.items().find(|item| item.shop_id == other.shop_id).unwrap();
    let path = format!("/order-items/{}/status", item.id);

    let unexplained = json!({"status": "cancelled"});
    other
        .owner
        .client
        .patch(&path, unexplained)
        .await
        .refused_field("/reason");
    let explained = json!({"status": "cancelled", "reason": "Broken in the store."});
    let cancelled: OrderItem = other.owner.client.patch(&path, explained).await.ok();
    one.delivers(&order).await;

    assert_eq!(cancelled.status, "cancelled");
    let seen: Order = buyer.client.get(&format!("/orders/{}", order.id)).await.ok();
    assert_eq!(seen.status, "completed");
    let late = json!({"status": "shipped", "carrier": "Azerpost", "tracking_number": "AZ-3"});
    other
        .owner
        .client
        .patch(&path, late)
        .await
        .refused(409, "illegal-transition");
    one.settles(&sent, Sold { orders: 1, units: 1 }).await;
    other.settles(&missing, Sold { orders: 0, units: 0 }).await;
}

#[tokio::test]
async fn a_hidden_product_comes_back_as_it_was() {
    let mesh = Mesh::shared().await;
    let stall = mesh.stall().await;
    let ware = stall.sells(900, 5).await;
    let path = format!("/products/{}", ware.product_id);
    becomes("search", 1, async || found(&mesh, &ware).await).await;

    stall
        .owner
        .client
        .patch(&path, json!({"is_active": false}))
        .await
        .ok::<Product>();
    mesh.anybody().get(&path).await.refused(404, "not-found");
    becomes("search", 0, async || found(&mesh, &ware).await).await;
    stall
        .owner
        .client
        .patch(&path, json!({"is_active": true}))
        .await
        .ok::<Product>();

    mesh.anybody().get(&path).await.ok::<Product>();
    becomes("search", 1, async || found(&mesh, &ware).await).await;
    let listed: Value = mesh
        .anybody()
        .get(&format!("/search/shops/{}/products", stall.shop_id))
        .await
        .ok();
    assert_eq!(listed["items"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_shop_is_found_under_its_new_name() {
    let mesh = Mesh::shared().await;
    let stall = mesh.stall().await;
    let name = word();

    let path = format!("/shops/{}", stall.shop_id);
    let body = json!({"name": format!("House of {name}")});
    stall.owner.client.patch(&path, body).await.ok::<Shop>();

    becomes("search", Some(stall.shop_id), async || {
        let answer = mesh.anybody().get(&format!("/search?q={name}")).await;
        let answer: SearchAnswer = answer.try_read(200)?;
        Ok(answer.shops.first().map(|hit| hit.id))
    })
    .await;
}

impl Stall {
    /// Ships and delivers what was ordered from it.
    async fn delivers(&self, order: &Order) {
        for item in order.items().filter(|item| item.shop_id == self.shop_id) {
            let path = format!("/order-items/{}/status", item.id);
            let shipped = json!({"status": "shipped", "carrier": "Azerpost", "tracking_number": "AZ-7"});
            self.owner.client.patch(&path, shipped).await.ok::<OrderItem>();
            self.owner
                .client
                .patch(&path, json!({"status": "delivered"}))
                .await
                .ok::<OrderItem>();
        }
    }

    /// Waits until its dashboard counts what was sold; for wares that are no longer there.
    async fn settles_ordered(&self, sold: Sold) {
        becomes("dashboard of the shop", sold, async || {
            let summary = self.dashboard().await?.summary;
            Ok(Sold {
                orders: summary.orders,
                units: summary.units_sold,
            })
        })
        .await;
    }
}

async fn search(mesh: &Mesh, ware: &Ware) -> Result<SearchAnswer, String> {
    mesh.anybody()
        .get(&format!("/search?q={}", ware.word))
        .await
        .try_read(200)
}

/// How many hits the ware's own word has.
async fn found(mesh: &Mesh, ware: &Ware) -> Result<usize, String> {
    Ok(search(mesh, ware).await?.products.len())
}

async fn wishes(buyer: &Person) -> Result<usize, String> {
    let wishlist: Wishlist = buyer.client.get("/wishlist").await.try_read(200)?;
    Ok(wishlist.items.len())
}
