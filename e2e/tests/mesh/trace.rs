//! The story of an order: all that happened to it is told, and what has not happened is named.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use souk_contracts::topology::QUEUES;
use uuid::Uuid;

use crate::bodies::Order;
use crate::client::Client;
use crate::eventually::becomes;
use crate::faults::outage::Outage;
use crate::market::Ware;
use crate::mesh::Mesh;
use crate::people::{Person, key};

async fn story(admin: &Client, order: &str) -> Result<Value, String> {
    admin.get(&format!("/ops/trace/{order}")).await.try_read(200)
}

/// An order, with what it takes to move it on.
async fn an_order(mesh: &Mesh) -> (Person, Person, Ware, Order) {
    let stall = mesh.stall().await;
    let ware = stall.sells(900, 10).await;
    let customer = mesh.customer().await;
    customer.takes(ware.variation_id, 2).await;
    let order = customer.orders().await;
    (stall.owner, customer, ware, order)
}

fn steps<'a>(story: &'a Value, kind: &str, what: &str) -> Vec<&'a Value> {
    let all = story["steps"].as_array().unwrap();
    let chosen = all
        .iter()
        .filter(|step| step["kind"] == kind && step["what"] == what);
    chosen.collect()
}

#[tokio::test]
async fn the_story_of_a_delivered_order_names_every_reader_and_misses_nothing() {
    let mesh = Mesh::shared().await;
    let admin = mesh.admin().await;
    let (owner, _, _, order) = an_order(&mesh).await;
    let item = order.items().next().unwrap().id;
    for body in [
        json!({"status": "shipped", "carrier": "Azerpost", "tracking_number": "AZ-1"}),
        json!({"status": "delivered"}),
    ] {
        let path = format!("/order-items/{item}/status");
        owner.client.patch(&path, body).await.ok::<Value>();
    }

    becomes("a complete story", json!(true), async || {
        Ok(story(&admin, &order.number).await?["complete"].clone())
    })
    .await;

    let told = story(&admin, &order.id.to_string()).await.unwrap();
    assert_eq!(
        (
            &told["order_id"],
            &told["number"],
            &told["status"],
            &told["expired"],
            &told["missing"]
        ),
        (
            &json!(order.id),
            &json!(order.number),
            &json!("completed"),
            &json!(false),
            &json!([])
        )
    );
    let timeline: Vec<_> = told["steps"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|step| step["kind"] == "timeline")
        .map(|step| step["what"].as_str().unwrap())
        .collect();
    assert_eq!(
        timeline,
        ["placed", "item_shipped", "item_delivered", "completed"]
    );
    for (what, times) in [
        ("order.created", 1),
        ("order.item.created", 1),
        ("order.item.status.updated", 2),
        ("order.completed", 1),
    ] {
        assert_eq!(steps(&told, "written", what).len(), times, "{what}");
        let heard: BTreeSet<_> = steps(&told, "handled", what)
            .iter()
            .map(|step| step["queue"].as_str().unwrap())
            .collect();
        let readers = QUEUES
            .iter()
            .filter(|queue| queue.receives(souk_contracts::Exchange::Order, what));
        assert_eq!(heard, readers.map(|queue| queue.name).collect(), "{what}");
    }
    // What was reserved for it is part of it, though the event does not name the order.
    assert_eq!(
        steps(&told, "written", "stock.changed")[0]["service"],
        "product-svc"
    );
}

#[tokio::test]
async fn the_story_names_what_a_dead_service_has_not_heard_until_it_is_back() {
    let mesh = Mesh::alone().await;
    let admin = mesh.admin().await;
    let stall = mesh.stall().await;
    let ware = stall.sells(900, 10).await;
    let customer = mesh.customer().await;
    customer.takes(ware.variation_id, 1).await;
    let outage = Outage::of_service(&mesh, "analytics-svc").await;
    let order = customer.orders().await;

    becomes(
        "the one that is missing",
        json!([["unavailable", "analytics-svc.events"]]),
        async || {
            let told = story(&admin, &order.number).await?;
            let created = told["missing"].as_array().unwrap().iter();
            let created = created.filter(|missing| missing["what"] == "order.created");
            Ok(created
                .map(|missing| json!([missing["why"], missing["queue"]]))
                .collect())
        },
    )
    .await;
    let told = story(&admin, &order.number).await.unwrap();
    assert_eq!(
        (&told["complete"], &told["unavailable"]),
        (&json!(false), &json!(["analytics-svc"]))
    );
    outage.ends().await;

    becomes("a complete story", json!(true), async || {
        Ok(story(&admin, &order.number).await?["complete"].clone())
    })
    .await;
}

#[tokio::test]
async fn the_requests_that_placed_an_order_and_moved_it_on_lead_to_its_story() {
    let mesh = Mesh::shared().await;
    let admin = mesh.admin().await;
    let (stall, customer) = (mesh.stall().await, mesh.customer().await);
    let ware = stall.sells(900, 10).await;
    customer.takes(ware.variation_id, 2).await;
    let placed = customer.checks_out(&key()).await;
    let order: Order = placed.created();
    let item = order.items().next().unwrap().id;
    let made_up = format!("shop-{}", Uuid::new_v4().simple());
    let shipped = stall
        .owner
        .client
        .with("x-request-id", &made_up)
        .patch(
            &format!("/order-items/{item}/status"),
            json!({"status": "shipped", "carrier": "Azerpost", "tracking_number": "AZ-1"}),
        )
        .await;
    shipped.ok::<Value>();

    for request in [&placed, &shipped] {
        let request_id = request.header("x-request-id").unwrap();
        let told = story(&admin, request_id).await.unwrap();
        assert_eq!(told["number"], json!(order.number), "{request_id}");
    }
    assert_eq!(shipped.header("x-request-id"), Some(made_up.as_str()));
}

#[tokio::test]
async fn nobody_but_an_operator_is_told_and_unknown_orders_have_no_story() {
    let mesh = Mesh::shared().await;
    let admin = mesh.admin().await;
    let (_, customer, _, order) = an_order(&mesh).await;
    let path = format!("/ops/trace/{}", order.id);

    mesh.anybody()
        .get(&path)
        .await
        .refused(401, "authentication-required");
    customer.client.get(&path).await.refused(403, "admin-only");
    for unknown in [&Uuid::now_v7().to_string(), "SK-2222-2222", "non.sense", "a%20b"] {
        admin
            .get(&format!("/ops/trace/{unknown}"))
            .await
            .refused(404, "not-found");
    }
}
