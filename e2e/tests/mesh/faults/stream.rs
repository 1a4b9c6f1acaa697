//! A stream of orders over two shops, and the books that must agree with it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use reqwest::Method;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tokio::task::JoinHandle;
use uuid::Uuid;

use crate::bodies::{CartLine, Event, Order};
use crate::eventually::{SOON, becomes, eventually};
use crate::market::{Sold, Stall, Ware};
use crate::mesh::Mesh;
use crate::people::{Person, checkout, key, pages};

/// How much of each ware an order takes.
const TAKEN: [i64; 2] = [1, 2];

/// The orders in the log of events.
const TOLD: &str = "/analytics/events?type=order.created";
/// How long a customer tries before giving up.
const PATIENCE: Duration = Duration::from_secs(120);
/// How long a customer waits before trying again.
const RETRY: Duration = Duration::from_millis(100);

/// Two shops with one ware each, and their customers.
pub struct Fair<'a> {
    mesh: &'a Mesh,
    parked: BTreeMap<String, i64>,
    stalls: [Stall; 2],
    wares: [Ware; 2],
    buyers: Vec<Person>,
}

/// Customers who order one time after the other. A try that fails is made again under its key until it is answered.
pub struct Stream {
    shared: Arc<Shared>,
    buyers: Vec<JoinHandle<Vec<Uuid>>>,
}

#[derive(Default)]
struct Shared {
    stop: AtomicBool,
    accepted: AtomicUsize,
    failed: AtomicUsize,
}

/// Counted so far.
#[derive(Clone, Copy, Debug)]
pub struct Tries {
    /// Orders that were accepted.
    pub accepted: usize,
    /// Requests that nobody answered, or only to say that it cannot be done now.
    pub failed: usize,
}

impl<'a> Fair<'a> {
    pub async fn open(mesh: &'a Mesh, buyers: usize) -> Self {
        let stalls = [mesh.stall().await, mesh.stall().await];
        let wares = [
            stalls[0].sells(700, 100_000).await,
            stalls[1].sells(1_100, 100_000).await,
        ];
        let buyers = mesh.customers(buyers).await;
        Self {
            mesh,
            parked: mesh.parked().await,
            stalls,
            wares,
            buyers,
        }
    }

    /// Lets every customer begin, with a pause after each order.
    pub fn stream(&self, pause: Duration) -> Stream {
        let shared = Arc::<Shared>::default();
        let variations = self.wares.each_ref().map(|ware| ware.variation_id);
        let buyers = self.buyers.iter().map(|buyer| {
            let round = Round {
                buyer: buyer.clone(),
                shared: Arc::clone(&shared),
                variations,
            };
            tokio::spawn(round.goes_on(pause))
        });
        Stream {
            buyers: buyers.collect(),
            shared,
        }
    }

    /// Orders accepted = orders listed = orders told = items at the shops = stock sold = dashboards; the carts are
    /// empty, and nothing was parked.
    pub async fn agrees_with(&self, accepted: Vec<Vec<Uuid>>) {
        self.mesh.comes_to_rest().await;
        assert_eq!(self.mesh.parked().await, self.parked);
        let admin = self.mesh.admin().await;
        for (buyer, accepted) in self.buyers.iter().zip(&accepted) {
            let listed = buyer.order_history().await.unwrap();
            let listed: Vec<Uuid> = listed.iter().rev().map(|order| order.id).collect();
            assert_eq!(&listed, accepted);
            becomes("orders in the log of events", accepted.len(), async || {
                let told: Vec<Event> = pages(&admin, &format!("{TOLD}&user_id={}&", buyer.id)).await?;
                Ok(told.len())
            })
            .await;
            becomes("cart", 0, async || {
                let cart: Value = buyer.client.get("/cart").await.try_read(200)?;
                Ok(cart["lines"].as_array().map_or(0, Vec::len))
            })
            .await;
        }
        let accepted: BTreeSet<Uuid> = accepted.into_iter().flatten().collect();
        let orders = accepted.len() as i64;
        for ((stall, ware), taken) in self.stalls.iter().zip(&self.wares).zip(TAKEN) {
            let sold = Sold {
                orders,
                units: orders * taken,
            };
            stall.settles(ware, sold).await;
            let items = stall.order_items().await.unwrap();
            let told: BTreeSet<Uuid> = items.iter().map(|item| item.order_id).collect();
            assert_eq!(told, accepted);
        }
    }
}

impl Stream {
    pub fn tries(&self) -> Tries {
        Tries {
            accepted: self.shared.accepted.load(Ordering::SeqCst),
            failed: self.shared.failed.load(Ordering::SeqCst),
        }
    }

    /// Waits until so many more orders are accepted.
    pub async fn accepts_more(&self, more: usize) {
        let begun = self.tries();
        eventually("orders are accepted", SOON, async || {
            let now = self.tries();
            if now.accepted >= begun.accepted + more {
                Ok(())
            } else {
                Err(format!("from {begun:?} to {now:?} only"))
            }
        })
        .await;
    }

    /// Waits until a few more orders are accepted, or fail to be.
    pub async fn goes_on_trying(&self) {
        let begun = self.tries();
        eventually("the stream goes on", SOON, async || {
            let now = self.tries();
            let more = now.accepted + now.failed - begun.accepted - begun.failed;
            if more >= 10 {
                Ok(())
            } else {
                Err(format!("{begun:?} to {now:?}"))
            }
        })
        .await;
    }

    /// Lets every customer finish; the orders that were accepted, for each customer in their order.
    pub async fn ends(self) -> Vec<Vec<Uuid>> {
        self.shared.stop.store(true, Ordering::SeqCst);
        let mut accepted = Vec::new();
        for buyer in self.buyers {
            accepted.push(buyer.await.unwrap());
        }
        accepted
    }
}

struct Round {
    buyer: Person,
    shared: Arc<Shared>,
    variations: [Uuid; 2],
}

impl Round {
    async fn goes_on(self, pause: Duration) -> Vec<Uuid> {
        let mut accepted = Vec::new();
        while !self.shared.stop.load(Ordering::SeqCst) {
            for (variation_id, quantity) in self.variations.iter().zip(TAKEN) {
                let body = json!({"variation_id": variation_id, "quantity": quantity});
                let _: CartLine = self.insists("/cart/items", body).await;
            }
            let order: Order = self.insists("/orders", checkout()).await;
            assert_eq!(order.items().count(), 2, "{order:?}");
            accepted.push(order.id);
            self.shared.accepted.fetch_add(1, Ordering::SeqCst);
            tokio::time::sleep(pause).await;
        }
        accepted
    }

    /// Asks under one key until it is done.
    async fn insists<T: DeserializeOwned>(&self, path: &str, body: Value) -> T {
        let client = self.buyer.client.with("idempotency-key", &key());
        let begun = Instant::now();
        loop {
            let answer = client.try_send(Method::POST, path, Some(&body)).await;
            match &answer {
                Ok(answer) if answer.status == 200 => return answer.ok(),
                Ok(answer) if answer.status < 500 => return answer.created(),
                _ => {}
            }
            self.shared.failed.fetch_add(1, Ordering::SeqCst);
            assert!(begun.elapsed() < PATIENCE, "{path}: {answer:?}");
            tokio::time::sleep(RETRY).await;
        }
    }
}
