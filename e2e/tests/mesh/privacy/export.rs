//! Exports: every member of every file is one that its person can read through the API.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Cursor, Read};

use serde_json::{Value, json};
use uuid::Uuid;
use zip::ZipArchive;

use crate::account::PICTURE;
use crate::bodies::{Order, Product, Variation};
use crate::client::Client;
use crate::eventually::becomes;
use crate::market::Stall;
use crate::mesh::Mesh;
use crate::people::{Person, word};

/// What a thing costs its shop, in minor units.
const COST: i64 = 9_876_543_219;

/// The members that may be exported, by file and section. `*` is a name that is data.
const ALLOWED: &[(&str, &str)] = &[
    (
        "user-svc.json account",
        "id email first_name last_name phone_number is_admin is_active is_verified created_at updated_at",
    ),
    (
        "user-svc.json addresses",
        "id name line1 line2 city region postal_code country phone_number is_default created_at",
    ),
    (
        "user-svc.json sessions",
        "id user_agent address created_at last_used_at expires_at ended_at",
    ),
    (
        "shop-svc.json shops",
        "id owner_id name slug about logo_url status status_reason is_verified created_at updated_at history.id
         history.action history.from history.to history.actor history.reason history.at",
    ),
    (
        "shop-svc.json sales",
        "id order_id order_number sub_order_id shop_id product_id variation_id title sku options.* quantity unit_price
         currency status reason carrier tracking_number ordered_at",
    ),
    (
        "product-svc.json products",
        "id shop_id title about sku category_ids attributes.* is_active deleted_at created_at updated_at variations.id
         variations.options.* variations.currency variations.price variations.original_price variations.cost_price
         variations.deleted_at variations.available variations.low_stock_threshold",
    ),
    (
        "product-svc.json stock_ledger",
        "id variation_id delta reason actor_id note created_at",
    ),
    (
        "product-svc.json reservations",
        "id status order_id created_at expires_at ended_at lines.variation_id lines.product_id lines.shop_id
         lines.title lines.sku lines.options.* lines.quantity lines.price.amount lines.price.currency",
    ),
    (
        "cart-svc.json carts",
        "version created_at lines.id lines.variation_id lines.quantity lines.price_amount lines.price_currency
         lines.added_at",
    ),
    ("wishlist-svc.json wishes", "id variation_id product_id shop_id created_at"),
    (
        "order-svc.json orders",
        "id number user_id status currency subtotal shipping tax discount total note created_at
         shipping_address.name shipping_address.line1 shipping_address.line2 shipping_address.city
         shipping_address.region shipping_address.postal_code shipping_address.country shipping_address.phone_number
         sub_orders.id sub_orders.shop_id sub_orders.status sub_orders.subtotal items.id items.sub_order_id
         items.product_id items.variation_id items.title items.sku items.options.* items.quantity items.unit_price
         items.status items.carrier items.tracking_number timeline.at timeline.actor timeline.what timeline.item_id
         timeline.reason",
    ),
    (
        "analytics-svc.json events",
        "id type time data.user_id data.is_active data.is_verified data.role data.changed data.order_id data.number
         data.currency data.totals.*.amount data.totals.*.currency data.items.order_item_id data.items.sub_order_id
         data.items.shop_id data.items.product_id data.items.variation_id data.items.title data.items.sku
         data.items.options.* data.items.quantity data.items.unit_price.amount data.items.unit_price.currency
         data.order_item_id data.sub_order_id data.shop_id data.product_id data.variation_id data.title data.sku
         data.options.* data.quantity data.unit_price.amount data.unit_price.currency data.from data.to data.reason
         data.carrier data.tracking_number data.wishlist_item_id data.owner_id data.name data.slug data.about
         data.logo_url data.status data.category_ids data.categories.id data.categories.name data.categories.slug
         data.attributes.* data.on_sale data.top_sale data.top_popular data.rating.average_x100 data.rating.count
         data.images data.created_at data.variations.variation_id data.variations.options.*
         data.variations.price.amount data.variations.price.currency data.variations.original_price.amount
         data.variations.original_price.currency data.variations.available data.variations.stock_version
         data.variations.images",
    ),
];

/// The JSON files of an export.
async fn export(client: &Client) -> BTreeMap<String, Value> {
    let archive = client.download("/users/me/export").await;
    let mut zip = ZipArchive::new(Cursor::new(archive)).unwrap();
    let mut files = BTreeMap::new();
    for number in 0..zip.len() {
        let mut file = zip.by_index(number).unwrap();
        let name = file.name().unwrap().into_owned();
        if name.ends_with(".json") {
            let mut text = String::new();
            file.read_to_string(&mut text).unwrap();
            files.insert(name, serde_json::from_str(&text).unwrap());
        }
    }
    files
}

fn members(at: &str, value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(object) => object
            .iter()
            .for_each(|(name, value)| members(&format!("{at}.{name}"), value, found)),
        Value::Array(array) => array.iter().for_each(|value| members(at, value, found)),
        _ => {
            found.insert(at.to_owned());
        }
    }
}

fn is_allowed(path: &str) -> bool {
    ALLOWED.iter().any(|(section, allowed)| {
        let Some(member) = path.strip_prefix(&format!("{section}.")) else {
            return false;
        };
        allowed.split_whitespace().any(|pattern| {
            member.split('.').count() == pattern.split('.').count()
                && member
                    .split('.')
                    .zip(pattern.split('.'))
                    .all(|(name, wanted)| wanted == "*" || wanted == name)
        })
    })
}

fn assert_only_what_is_allowed(files: &BTreeMap<String, Value>) {
    let mut found = BTreeSet::new();
    for (file, sections) in files {
        for (section, rows) in sections.as_object().unwrap() {
            members(&format!("{file} {section}"), rows, &mut found);
        }
    }
    let others: Vec<_> = found.iter().filter(|path| !is_allowed(path)).collect();
    assert!(others.is_empty(), "exported, and not for its person: {others:#?}");
}

/// A product whose shop said what it costs.
async fn sells_at_cost(stall: &Stall) -> Uuid {
    let name = word();
    let body = json!({"title": format!("Ware {name}"), "sku": name, "attributes": {"material": "leather"}});
    let product: Product = stall.owner.client.post("/products", body).await.created();
    let azn = |amount: i64| json!({"amount": amount, "currency": "AZN"});
    let body = json!({"options": {"size": "M"}, "price": azn(99_000), "original_price": azn(120_000),
                      "cost_price": azn(COST), "stock": 20});
    let path = format!("/products/{}/variations", product.id);
    let variation: Variation = stall.owner.client.post(&path, body).await.created();
    variation.id
}

/// A customer with everything that an account can have.
async fn customer_with_everything(mesh: &Mesh, stall: &Stall) -> Person {
    let (admin, owner) = (mesh.admin().await, &stall.owner.client);
    let variation = sells_at_cost(stall).await;
    let customer = mesh.customer().await;
    let me = &customer.client;
    let address = json!({"name": "Aygun Aliyeva", "line1": "Nizami 12", "city": "Baku", "country": "AZ"});
    me.post("/users/me/addresses", address).await.created::<Value>();
    me.put_bytes("/users/me/avatar", PICTURE).await.ok::<Value>();
    me.get(&format!("/shops/{}", stall.shop_id)).await.ok::<Value>();
    for wish in [
        json!({"variation_id": variation}),
        json!({"shop_id": stall.shop_id}),
    ] {
        me.post("/wishlist/items", wish).await.created::<Value>();
    }
    let mut items = Vec::new();
    for _ in 0..3 {
        customer.takes(variation, 1).await;
        let order: Order = customer.orders().await;
        items.push(order.sub_orders[0].items[0].id);
    }
    let status = |item: Uuid| format!("/order-items/{item}/status");
    let shop_cancels = json!({"status": "cancelled", "reason": "Out of stock"});
    owner.patch(&status(items[0]), shop_cancels).await.ok::<Value>();
    let path = format!("/order-items/{}/cancel", items[1]);
    admin
        .post(&path, json!({"reason": "Asked to by phone"}))
        .await
        .ok::<Value>();
    let shipped = json!({"status": "shipped", "carrier": "Azerpost", "tracking_number": "AZ1"});
    owner.patch(&status(items[2]), shipped).await.ok::<Value>();
    customer.takes(variation, 1).await;
    customer
}

#[tokio::test]
async fn an_export_holds_only_what_its_person_can_read() {
    let mesh = Mesh::shared().await;
    let stall = mesh.stall().await;
    let customer = customer_with_everything(&mesh, &stall).await;
    let operator: Value = mesh.admin().await.get("/users/me").await.ok();

    // An order is four events, and three items moved.
    becomes("the log has all of it", true, async || {
        let files = export(&customer.client).await;
        let events = files["analytics-svc.json"]["events"]
            .as_array()
            .map_or(0, Vec::len);
        let sold = files["product-svc.json"]["reservations"]
            .as_array()
            .map_or(0, Vec::len);
        Ok(events >= 12 && sold == 3)
    })
    .await;
    let of_customer = export(&customer.client).await;
    let of_owner = export(&stall.owner.client).await;

    assert_only_what_is_allowed(&of_customer);
    assert_only_what_is_allowed(&of_owner);
    let text = |files: &BTreeMap<String, Value>| serde_json::to_string(files).unwrap();
    let (customers, owners) = (text(&of_customer), text(&of_owner));
    let operator = operator["id"].as_str().unwrap();
    assert!(
        !customers.contains(&COST.to_string()),
        "the customer reads what goods cost the shop"
    );
    assert!(
        !customers.contains(&stall.owner.id.to_string()),
        "the customer reads who owns the shop"
    );
    assert!(
        !customers.contains(operator) && !owners.contains(operator),
        "an operator is named"
    );
    assert!(owners.contains(&COST.to_string()) && !owners.contains(&customer.id.to_string()));
}
