mod catalogue;
mod orders;
mod shops;
mod users;

use std::collections::BTreeMap;

use cart_svc::Error;
use cart_svc::consumers::{OnShop, OnShopDeleted, settle};
use serde_json::Value;
use souk_contracts::events::{
    OrderCreated, OrderItem, OrderTotals, ShopApproved, ShopDeleted, ShopSnapshot, ShopStatus,
};
use souk_contracts::{Currency, Envelope};
use souk_mirror::OwnerRule;
use souk_outbox::Outcome;
use souk_testkit::Client;
use uuid::Uuid;

use crate::app::{TestApp, azn, id};

pub fn shop(shop_id: Uuid, owner_id: Uuid, status: ShopStatus) -> ShopSnapshot {
    ShopSnapshot {
        shop_id,
        owner_id,
        name: "Lamps".into(),
        slug: "lamps".into(),
        about: None,
        logo_url: None,
        is_verified: false,
        status,
        reason: None,
    }
}

pub fn approved(shop_id: Uuid, owner_id: Uuid, version: i64) -> Envelope<ShopApproved> {
    Envelope::new(
        ShopApproved(shop(shop_id, owner_id, ShopStatus::Approved)),
        Some(version),
    )
}

pub fn closed(shop_id: Uuid, owner_id: Uuid, version: i64) -> Envelope<ShopDeleted> {
    Envelope::new(ShopDeleted { shop_id, owner_id }, Some(version))
}

pub async fn approve(app: &TestApp, shop_id: Uuid, owner_id: Uuid, version: i64) {
    app.tell(
        &OnShop::new(OwnerRule::OwnersOnlySell),
        approved(shop_id, owner_id, version),
    )
    .await;
}

pub async fn close(app: &TestApp, shop_id: Uuid, owner_id: Uuid, version: i64) {
    app.tell(&OnShopDeleted, closed(shop_id, owner_id, version)).await;
}

/// The event of an order of so many pieces of these lines.
pub fn ordered(customer: &Client, order_id: Uuid, lines: &[(&Value, i32)]) -> Envelope<OrderCreated> {
    let free = azn(0);
    let items = lines.iter().map(|(line, quantity)| OrderItem {
        order_item_id: Uuid::now_v7(),
        sub_order_id: Uuid::now_v7(),
        cart_line_id: id(&line["id"]),
        shop_id: Uuid::now_v7(),
        product_id: Uuid::now_v7(),
        variation_id: Uuid::now_v7(),
        title: "Shoes".into(),
        sku: "S".into(),
        options: BTreeMap::new(),
        quantity: *quantity,
        unit_price: free,
        cost_price: None,
    });
    let order = OrderCreated {
        order_id,
        number: "SK-7F3K-9Q2M".into(),
        user_id: customer.user_id(),
        cart_version: 2,
        currency: Currency::AZN,
        totals: OrderTotals {
            subtotal: free,
            shipping: free,
            tax: free,
            discount: free,
            total: free,
        },
        reservation_id: Uuid::now_v7(),
        items: items.collect(),
    };
    Envelope::new(order, None)
}

#[test]
fn an_event_without_its_version_is_parked() {
    assert_eq!(settle(&Error::Unversioned("shop.approved")), Outcome::Park);
}
