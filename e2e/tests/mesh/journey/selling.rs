//! Shops send what was ordered.

use serde_json::json;

use crate::bodies::{Order, OrderItem};
use crate::eventually::becomes;
use crate::market::Stall;
use crate::people::Person;

pub async fn each_shop_sees_its_own_items(leather: &Stall, honey: &Stall, order: &Order) {
    for stall in [leather, honey] {
        let ordered: Vec<_> = items_of(order, stall)
            .iter()
            .map(|item| (item.id, item.quantity))
            .collect();
        assert_eq!(ordered.len(), 1);
        becomes("the shop's items", ordered, async || {
            let items = stall.order_items().await?;
            Ok(items.iter().map(|item| (item.id, item.quantity)).collect())
        })
        .await;
    }
    let path = format!("/shops/{}/order-items", honey.shop_id);
    leather
        .owner
        .client
        .get(&path)
        .await
        .refused(403, "not-your-shop");
}

pub async fn a_shop_ships_and_delivers(stall: &Stall, customer: &Person, order: &Order, number: &str) {
    let item = items_of(order, stall)[0].clone();
    let path = format!("/order-items/{}/status", item.id);
    let owner = &stall.owner.client;
    let delivered = json!({"status": "delivered"});
    owner
        .patch(&path, &delivered)
        .await
        .refused(409, "illegal-transition");

    let ship = json!({"status": "shipped", "carrier": "Azerpost", "tracking_number": number});
    let shipped: OrderItem = owner.patch(&path, &ship).await.ok();
    assert_eq!(
        (shipped.status.as_str(), shipped.tracking_number.as_deref()),
        ("shipped", Some(number))
    );
    let seen: Order = customer.client.get(&format!("/orders/{}", order.id)).await.ok();
    assert_eq!(seen.status, "shipped");
    assert_eq!(items_of(&seen, stall)[0].tracking_number.as_deref(), Some(number));
    let cancel = format!("/order-items/{}/cancel", item.id);
    customer
        .client
        .post(&cancel, json!({}))
        .await
        .refused(409, "illegal-transition");

    for _ in 0..2 {
        let done: OrderItem = owner.patch(&path, &delivered).await.ok();
        assert_eq!(done.status, "delivered");
    }
}

pub async fn nobody_else_moves_an_item(leather: &Stall, honey: &Stall, order: &Order) {
    let item = items_of(order, honey)[0].clone();
    let path = format!("/order-items/{}/status", item.id);
    let body = json!({"status": "shipped", "carrier": "Azerpost", "tracking_number": "AZ-0"});
    let answer = leather.owner.client.patch(&path, body).await;
    assert!(matches!(answer.status, 403 | 404), "{answer:?}");
}

pub async fn the_order_is_complete(customer: &Person, order: &Order) {
    let seen: Order = customer.client.get(&format!("/orders/{}", order.id)).await.ok();

    assert_eq!(seen.status, "completed");
    assert!(seen.sub_orders.iter().all(|part| part.status == "delivered"));
    let story: Vec<_> = seen
        .timeline
        .iter()
        .map(|step| (step.actor.as_str(), step.what.as_str()))
        .collect();
    let parcel = [("shop", "item_shipped"), ("shop", "item_delivered")];
    let expected = [&[("customer", "placed")], &parcel[..], &parcel[..]].concat();
    assert_eq!(story[..5], expected[..]);
    assert_eq!(story.last().map(|(_, what)| *what), Some("completed"));
}

fn items_of<'a>(order: &'a Order, stall: &Stall) -> Vec<&'a OrderItem> {
    order
        .items()
        .filter(|item| item.shop_id == stall.shop_id)
        .collect()
}
