//! Something was ordered from a shop, or moved on.

use souk_contracts::Envelope;
use souk_contracts::events::{self, OrderItemCreated, OrderItemStatusUpdated};
use souk_db::Conn;
use souk_outbox::{BatchHandler, Handler};

use crate::domain::{ItemLine, ItemStatus, NewOrderItem, OrderItemChange};
use crate::{Error, Result, ops};

/// Adds items to their shops' lists.
pub struct OnOrderItemCreated;

impl BatchHandler for OnOrderItemCreated {
    type Event = OrderItemCreated;
    type Error = Error;

    async fn handle_all(&self, tx: &mut Conn, events: Vec<Envelope<OrderItemCreated>>) -> Result<()> {
        let items = events.into_iter().map(ordered).collect::<Result<Vec<_>>>()?;
        ops::keep_order_items(tx, &items).await
    }
}

fn ordered(event: Envelope<OrderItemCreated>) -> Result<(NewOrderItem, ItemLine)> {
    let version = event
        .aggregateversion
        .ok_or(Error::Unversioned("order.item.created"))?;
    let OrderItemCreated {
        order_id,
        number,
        user_id,
        item,
    } = event.data;
    let new = NewOrderItem {
        id: item.order_item_id,
        order_id,
        shop_id: item.shop_id,
        customer_id: user_id,
        product_id: item.product_id,
        variation_id: item.variation_id,
        quantity: item.quantity,
        unit_price: item.unit_price.amount,
        currency: item.unit_price.currency.to_string(),
        version,
        at: event.time,
    };
    let line = ItemLine {
        order_number: number,
        sub_order_id: item.sub_order_id,
        title: item.title,
        sku: item.sku,
        options: item.options,
    };
    Ok((new, line))
}

/// Moves the item on in its shop's list.
pub struct OnOrderItemStatusUpdated;

impl Handler for OnOrderItemStatusUpdated {
    type Event = OrderItemStatusUpdated;
    type Error = Error;

    async fn handle(&self, tx: &mut Conn, event: Envelope<OrderItemStatusUpdated>) -> Result<()> {
        let version = event
            .aggregateversion
            .ok_or(Error::Unversioned("order.item.status.updated"))?;
        let data = event.data;
        let item = NewOrderItem {
            id: data.order_item_id,
            order_id: data.order_id,
            shop_id: data.shop_id,
            customer_id: data.user_id,
            product_id: data.product_id,
            variation_id: data.variation_id,
            quantity: data.quantity,
            unit_price: data.unit_price.amount,
            currency: data.unit_price.currency.to_string(),
            version,
            at: event.time,
        };
        let change = OrderItemChange {
            status: status(data.to).into(),
            reason: data.reason,
            carrier: data.carrier,
            tracking_number: data.tracking_number,
        };
        ops::move_order_item(tx, &item, &change).await
    }
}

fn status(status: events::OrderItemStatus) -> ItemStatus {
    match status {
        events::OrderItemStatus::Processing => ItemStatus::Processing,
        events::OrderItemStatus::Shipped => ItemStatus::Shipped,
        events::OrderItemStatus::Delivered => ItemStatus::Delivered,
        events::OrderItemStatus::Cancelled => ItemStatus::Cancelled,
    }
}
