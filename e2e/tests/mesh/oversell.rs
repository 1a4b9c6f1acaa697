//! Nobody buys what is not there, and nobody buys twice.

use futures_util::future::join_all;
use serde_json::json;

use crate::bodies::{Change, Order, Terms, Variation, azn};
use crate::eventually::becomes;
use crate::market::{Sold, Stall, Ware};
use crate::mesh::Mesh;
use crate::people::{Person, checkout, key};

#[tokio::test]
async fn fifty_buyers_of_ten_pieces_buy_ten() {
    let mesh = Mesh::shared().await;
    let stall = mesh.stall().await;
    let ware = stall.sells(1_299, 10).await;
    let buyers = mesh.customers(50).await;
    join_all(buyers.iter().map(|buyer| buyer.takes(ware.variation_id, 1))).await;

    let keys: Vec<String> = buyers.iter().map(|_| key()).collect();
    let tries = buyers.iter().zip(&keys).map(|(buyer, key)| buyer.checks_out(key));
    let answers = join_all(tries).await;

    let (sold, refused): (Vec<_>, Vec<_>) = answers.iter().partition(|answer| answer.status == 201);
    assert_eq!((sold.len(), refused.len()), (10, 40));
    for answer in refused {
        let changes = answer.refused(409, "cart-changed")["changes"].clone();
        assert!(
            ["gone", "short"].contains(&changes[0]["kind"].as_str().unwrap()),
            "{changes}"
        );
    }
    stall
        .settles(
            &ware,
            Sold {
                orders: 10,
                units: 10,
            },
        )
        .await;
}

#[tokio::test]
async fn two_checkouts_of_one_cart_make_one_order() {
    let mesh = Mesh::shared().await;
    let stall = mesh.stall().await;
    let ware = stall.sells(500, 100).await;

    for buyer in mesh.customers(8).await {
        buyer.takes(ware.variation_id, 2).await;
        let (one_key, other_key) = (key(), key());
        let (one, other) = tokio::join!(buyer.checks_out(&one_key), buyer.checks_out(&other_key));

        let (won, lost) = if one.status == 201 {
            (one, other)
        } else {
            (other, one)
        };
        let order: Order = won.created();
        assert_eq!(lost.status, 409, "{lost:?}");
        assert!(
            ["cart-already-ordered", "cart-empty"].contains(&lost.slug().as_str()),
            "{lost:?}"
        );
        let history = buyer.order_history().await.unwrap();
        assert_eq!(
            history.iter().map(|order| order.id).collect::<Vec<_>>(),
            [order.id]
        );
    }

    stall.settles(&ware, Sold { orders: 8, units: 16 }).await;
}

#[tokio::test]
async fn ten_tries_under_one_key_make_one_order() {
    let mesh = Mesh::shared().await;
    let stall = mesh.stall().await;
    let ware = stall.sells(500, 100).await;
    let buyer = mesh.customer().await;
    buyer.takes(ware.variation_id, 3).await;

    let key = key();
    let answers = join_all((0..10).map(|_| buyer.checks_out(&key))).await;

    for answer in &answers {
        answer.created::<Order>();
        assert_eq!(answer.text, answers[0].text);
    }
    assert_eq!(buyer.order_history().await.unwrap().len(), 1);
    stall.settles(&ware, Sold { orders: 1, units: 3 }).await;
}

#[tokio::test]
async fn a_key_stands_for_one_request() {
    let mesh = Mesh::shared().await;
    let stall = mesh.stall().await;
    let ware = stall.sells(500, 100).await;
    let buyer = mesh.customer().await;
    let key = key();

    buyer.checks_out(&key).await.refused(409, "cart-empty");
    buyer.takes(ware.variation_id, 1).await;
    buyer.checks_out(&key).await.created::<Order>();
    let mut other = checkout();
    other["note"] = json!("Please ring twice.");
    let reused = buyer
        .client
        .with("idempotency-key", &key)
        .post("/orders", other)
        .await;

    reused.refused(422, "idempotency-key-reused");
    stall.settles(&ware, Sold { orders: 1, units: 1 }).await;
}

#[tokio::test]
async fn a_raised_price_must_be_accepted() {
    let mesh = Mesh::shared().await;
    let stall = mesh.stall().await;
    let ware = stall.sells(1_000, 10).await;
    let buyer = mesh.customer().await;
    buyer.takes(ware.variation_id, 2).await;
    assert_eq!(buyer.cart().await.totals.total, azn(2_000));

    reprice(&stall, &ware, 1_500).await;
    let told = changes(&buyer).await;
    assert_eq!(
        (told.kind.as_str(), &told.old, &told.new),
        ("repriced", &terms(1_000), &terms(1_500))
    );
    // What is newer than the proposal is not what was accepted.
    reprice(&stall, &ware, 1_700).await;
    let told = buyer.accepts().await;
    let told: Vec<Change> =
        serde_json::from_value(told.refused(409, "cart-changed")["changes"].clone()).unwrap();
    assert_eq!((&told[0].old, &told[0].new), (&terms(1_500), &terms(1_700)));
    let order: Order = buyer.accepts().await.created();

    assert_eq!(order.totals.total, azn(3_400));
    let raised = Ware { price: 1_700, ..ware };
    stall.settles(&raised, Sold { orders: 1, units: 2 }).await;
    becomes("cart", 0, async || Ok(buyer.cart().await.lines.len())).await;
}

#[tokio::test]
async fn a_cancelled_item_comes_back_once() {
    let mesh = Mesh::shared().await;
    let stall = mesh.stall().await;
    let ware = stall.sells(1_000, 10).await;
    let buyer = mesh.customer().await;
    buyer.takes(ware.variation_id, 4).await;
    let order = buyer.orders().await;

    let path = format!("/orders/{}/cancel", order.id);
    for _ in 0..3 {
        let cancelled: Order = buyer
            .client
            .post(&path, json!({"reason": "By mistake"}))
            .await
            .ok();
        assert_eq!(cancelled.status, "cancelled");
    }

    stall.settles(&ware, Sold { orders: 0, units: 0 }).await;
}

async fn reprice(stall: &Stall, ware: &Ware, price: i64) {
    let path = format!("/variations/{}", ware.variation_id);
    let changed: Variation = stall
        .owner
        .client
        .patch(&path, json!({"price": azn(price)}))
        .await
        .ok();
    assert_eq!(changed.price, azn(price));
}

/// The one change that a checkout is refused for.
async fn changes(buyer: &Person) -> Change {
    let told = buyer.checks_out(&key()).await.refused(409, "cart-changed");
    let mut changes: Vec<Change> = serde_json::from_value(told["changes"].clone()).unwrap();
    assert_eq!(changes.len(), 1);
    changes.remove(0)
}

fn terms(price: i64) -> Terms {
    Terms {
        quantity: 2,
        unit_price: azn(price),
    }
}

impl Person {
    /// Checks out, accepting what was proposed last.
    async fn accepts(&self) -> crate::client::Answer {
        let mut body = checkout();
        body["accept_changes"] = json!(true);
        self.client
            .with("idempotency-key", &key())
            .post("/orders", body)
            .await
    }
}
