//! Facts of this service as events.

use souk_contracts::Money;
use souk_contracts::events::{
    OrderCancelled, OrderCompleted, OrderCreated, OrderItem, OrderItemCreated, OrderItemStatus,
    OrderItemStatusUpdated, OrderTotals,
};
use souk_outbox::Pending;

use crate::domain::{Change, Item, ItemStatus, Order, OrderStatus, SubOrder};

impl From<ItemStatus> for OrderItemStatus {
    fn from(status: ItemStatus) -> Self {
        match status {
            ItemStatus::Processing => Self::Processing,
            ItemStatus::Shipped => Self::Shipped,
            ItemStatus::Delivered => Self::Delivered,
            ItemStatus::Cancelled => Self::Cancelled,
        }
    }
}

impl From<&Order> for OrderTotals {
    fn from(order: &Order) -> Self {
        let money = |amount| Money::new(amount, order.currency);
        Self {
            subtotal: money(order.totals.subtotal),
            shipping: money(order.totals.shipping),
            tax: money(order.totals.tax),
            discount: money(order.totals.discount),
            total: money(order.totals.total),
        }
    }
}

/// A cart of that version became this order, and each shop has something to send.
pub fn placed(order: &Order, cart_version: i64) -> Vec<Pending> {
    let lines = || {
        order
            .sub_orders
            .iter()
            .flat_map(|part| part.items.iter().map(move |item| (part, item)))
    };
    let created = OrderCreated {
        order_id: order.id,
        number: order.number.clone(),
        user_id: order.user_id,
        cart_version,
        currency: order.currency,
        totals: order.into(),
        reservation_id: order.reservation_id,
        items: lines().map(|(part, item)| line(order, part, item)).collect(),
    };
    let items = lines().map(|(part, item)| {
        let created = OrderItemCreated {
            order_id: order.id,
            number: order.number.clone(),
            user_id: order.user_id,
            item: line(order, part, item),
        };
        Pending::new(created, Some(item.version))
    });
    std::iter::once(Pending::new(created, Some(order.version)))
        .chain(items)
        .collect()
}

/// Items moved, and perhaps that ended the order.
pub fn changed(order: &Order, change: &Change) -> Vec<Pending> {
    let mut pending: Vec<Pending> = change
        .moved
        .iter()
        .filter_map(|moved| {
            order
                .item(moved.item_id)
                .ok()
                .map(|(part, item)| (moved, part, item))
        })
        .map(|(moved, part, item)| {
            let updated = OrderItemStatusUpdated {
                order_item_id: item.id,
                order_id: order.id,
                user_id: order.user_id,
                shop_id: part.shop_id,
                product_id: item.product_id,
                variation_id: item.variation_id,
                quantity: item.quantity,
                unit_price: Money::new(item.unit_price, order.currency),
                from: moved.from.into(),
                to: change.to.into(),
                reason: change.reason.clone(),
                carrier: item.carrier.clone(),
                tracking_number: item.tracking_number.clone(),
            };
            Pending::new(updated, Some(item.version))
        })
        .collect();
    let (order_id, user_id, totals) = (order.id, order.user_id, OrderTotals::from(order));
    match change.ended {
        Some(OrderStatus::Completed) => {
            pending.push(Pending::new(
                OrderCompleted {
                    order_id,
                    user_id,
                    totals,
                },
                Some(order.version),
            ));
        }
        Some(OrderStatus::Cancelled) => {
            pending.push(Pending::new(
                OrderCancelled {
                    order_id,
                    user_id,
                    totals,
                },
                Some(order.version),
            ));
        }
        Some(OrderStatus::Processing | OrderStatus::Shipped) | None => {}
    }
    pending
}

fn line(order: &Order, part: &SubOrder, item: &Item) -> OrderItem {
    OrderItem {
        order_item_id: item.id,
        sub_order_id: part.id,
        cart_line_id: item.cart_line_id,
        shop_id: part.shop_id,
        product_id: item.product_id,
        variation_id: item.variation_id,
        title: item.title.clone(),
        sku: item.sku.clone(),
        options: item.options.clone(),
        quantity: item.quantity,
        unit_price: Money::new(item.unit_price, order.currency),
        cost_price: item.cost_price.map(|amount| Money::new(amount, order.currency)),
    }
}
