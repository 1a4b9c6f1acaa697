//! Orders as clients see them.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::Serialize;
use souk_contracts::{Currency, Money, OpenEnum};
use utoipa::ToSchema;
use uuid::Uuid;

use super::address::AddressBody;
use crate::domain::{Entry, Item, ItemStatus, OperatorAction, Order, OrderStatus, SubOrder};

/// An order.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Order)]
pub struct OrderBody {
    /// Id.
    id: Uuid,
    /// Its number for people.
    #[schema(example = "SK-7F3K-9Q2M")]
    number: String,
    /// The customer.
    user_id: Uuid,
    /// Derived from its items.
    #[schema(value_type = OrderStatus)]
    status: OpenEnum<OrderStatus>,
    /// The currency of all its amounts.
    currency: Currency,
    /// What it costs.
    totals: TotalsBody,
    /// Where it goes.
    shipping_address: AddressBody,
    /// What the customer wants to say.
    note: Option<String>,
    /// One part for each shop.
    sub_orders: Vec<SubOrderBody>,
    /// What happened, oldest first.
    timeline: Vec<TimelineBody>,
    /// Which administrator changed which item; only for administrators who read a single order.
    #[serde(skip_serializing_if = "Option::is_none")]
    operator_actions: Option<Vec<OperatorActionBody>>,
    /// When it was placed.
    created_at: DateTime<Utc>,
}

/// What an order costs.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OrderTotals)]
pub struct TotalsBody {
    /// The items.
    subtotal: Money,
    /// Shipping.
    shipping: Money,
    /// Tax.
    tax: Money,
    /// What is taken off.
    discount: Money,
    /// What the customer pays.
    total: Money,
}

/// The part of an order that one shop sends.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SubOrder)]
pub struct SubOrderBody {
    /// Id.
    id: Uuid,
    /// The shop.
    shop_id: Uuid,
    /// Derived from its items.
    #[schema(value_type = ItemStatus)]
    status: OpenEnum<ItemStatus>,
    /// What its items cost.
    subtotal: Money,
    /// Its items.
    items: Vec<OrderItemBody>,
}

/// One line of an order, as it was when ordered.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OrderItem)]
pub struct OrderItemBody {
    /// Id.
    id: Uuid,
    /// The order.
    order_id: Uuid,
    /// The shop's part of the order.
    sub_order_id: Uuid,
    /// The shop.
    shop_id: Uuid,
    /// The product.
    product_id: Uuid,
    /// The variation.
    variation_id: Uuid,
    /// The product's title.
    #[schema(example = "Weekend bag")]
    title: String,
    /// The product's SKU.
    #[schema(example = "CL-WB-01")]
    sku: String,
    /// The variation's options by name.
    options: BTreeMap<String, String>,
    /// What one costs.
    unit_price: Money,
    /// How many.
    #[schema(minimum = 1, maximum = 999, example = 2)]
    quantity: i32,
    /// What all of them cost.
    line_total: Money,
    /// Where it stands.
    #[schema(value_type = ItemStatus)]
    status: OpenEnum<ItemStatus>,
    /// Who carries it.
    carrier: Option<String>,
    /// The carrier's number for it.
    tracking_number: Option<String>,
}

/// What an administrator did to an item of an order.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OperatorAction)]
pub struct OperatorActionBody {
    /// When.
    at: DateTime<Utc>,
    /// The administrator's account.
    operator_id: Uuid,
    /// The item.
    order_item_id: Uuid,
    /// Status before.
    #[schema(example = "shipped")]
    from: String,
    /// Status after.
    #[schema(example = "cancelled")]
    to: String,
    /// Why, when the administrator gave a reason.
    reason: Option<String>,
}

impl From<OperatorAction> for OperatorActionBody {
    fn from(action: OperatorAction) -> Self {
        Self {
            at: action.at,
            operator_id: action.operator_id,
            order_item_id: action.item_id,
            from: action.from,
            to: action.to,
            reason: action.reason,
        }
    }
}

/// One step of an order's story.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = TimelineEntry)]
pub struct TimelineBody {
    /// When.
    at: DateTime<Utc>,
    /// `customer`, `shop` or `admin`.
    #[schema(example = "shop")]
    actor: String,
    /// `placed`, `item_shipped`, `item_delivered`, `item_cancelled`, `completed` or `cancelled`.
    #[schema(example = "item_shipped")]
    what: String,
    /// The item, when it is about one.
    order_item_id: Option<Uuid>,
    /// Why, when somebody said so.
    reason: Option<String>,
}

impl OrderBody {
    /// An order with its story.
    pub fn new(order: Order, story: Vec<Entry>) -> Self {
        let money = |amount| Money::new(amount, order.currency);
        let sub_orders = order
            .sub_orders
            .iter()
            .map(|part| SubOrderBody::new(&order, part))
            .collect();
        Self {
            id: order.id,
            user_id: order.user_id,
            status: order.status,
            currency: order.currency,
            totals: TotalsBody {
                subtotal: money(order.totals.subtotal),
                shipping: money(order.totals.shipping),
                tax: money(order.totals.tax),
                discount: money(order.totals.discount),
                total: money(order.totals.total),
            },
            sub_orders,
            timeline: story.into_iter().map(TimelineBody::from).collect(),
            operator_actions: None,
            created_at: order.created_at,
            number: order.number,
            shipping_address: order.address.into(),
            note: order.note,
        }
    }
}

impl OrderBody {
    /// With what administrators did to it, for one of them.
    pub fn with_actions(mut self, actions: Vec<OperatorAction>) -> Self {
        self.operator_actions = Some(actions.into_iter().map(OperatorActionBody::from).collect());
        self
    }
}

impl SubOrderBody {
    fn new(order: &Order, part: &SubOrder) -> Self {
        Self {
            id: part.id,
            shop_id: part.shop_id,
            status: part.status,
            subtotal: Money::new(part.subtotal, order.currency),
            items: part
                .items
                .iter()
                .map(|item| OrderItemBody::new(order, part, item))
                .collect(),
        }
    }
}

impl OrderItemBody {
    /// An item of a part of an order.
    pub fn new(order: &Order, part: &SubOrder, item: &Item) -> Self {
        Self {
            id: item.id,
            order_id: order.id,
            sub_order_id: part.id,
            shop_id: part.shop_id,
            product_id: item.product_id,
            variation_id: item.variation_id,
            title: item.title.clone(),
            sku: item.sku.clone(),
            options: item.options.clone(),
            unit_price: Money::new(item.unit_price, order.currency),
            quantity: item.quantity,
            line_total: Money::new(item.line_total(), order.currency),
            status: item.status,
            carrier: item.carrier.clone(),
            tracking_number: item.tracking_number.clone(),
        }
    }
}

impl From<Entry> for TimelineBody {
    fn from(entry: Entry) -> Self {
        Self {
            at: entry.at,
            actor: entry.actor.as_str().to_owned(),
            what: entry.what.as_str().to_owned(),
            order_item_id: entry.item_id,
            reason: entry.reason,
        }
    }
}
