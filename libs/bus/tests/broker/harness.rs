//! A namespace of its own on the test broker.

use souk_bus::{Bus, Deliveries, Delivery, Message, Session, Target};
use souk_contracts::{Exchange, Queue};
use std::path::Path;
use std::time::Duration;
use uuid::Uuid;

/// Orders, as one service might want them.
pub static ORDERS: Queue = Queue {
    name: "test-svc.orders",
    bindings: &[
        (Exchange::Order, "order.created"),
        (Exchange::Order, "order.cancelled"),
    ],
};

/// The topology of these tests.
pub static QUEUES: &[&Queue] = &[&ORDERS];

/// A bus whose exchanges and queues are nobody else's; [`TestBus::end`] removes them.
pub struct TestBus {
    pub bus: Bus,
    namespace: String,
    pub session: Session,
}

impl TestBus {
    pub async fn new() -> Self {
        let namespace = format!("bus-{}", Uuid::now_v7().simple());
        let bus = Bus::new(url(), &namespace).with_queues(QUEUES);
        let session = bus.connect("bus-tests").await.unwrap();
        Self {
            bus,
            namespace,
            session,
        }
    }

    /// A queue's name on the broker.
    pub fn name_of(&self, queue: &Queue) -> String {
        format!("{}.{}", self.namespace, queue.name)
    }

    pub async fn end(self) {
        self.bus.delete_topology().await.unwrap();
    }
}

/// The next delivery, which has to come soon.
pub async fn next(deliveries: &mut Deliveries) -> Delivery {
    tokio::time::timeout(Duration::from_secs(20), deliveries.next())
        .await
        .unwrap()
        .unwrap()
        .unwrap()
}

pub fn order(kind: &str) -> Message {
    Message {
        target: Target::Exchange(Exchange::Order),
        id: Uuid::now_v7().to_string(),
        kind: kind.to_owned(),
        source: "/order-svc".to_owned(),
        headers: [("traceparent".to_owned(), "00-aa-bb-01".to_owned())].into(),
        body: br#"{"specversion":"1.0"}"#.to_vec(),
    }
}

pub fn url() -> String {
    if let Ok(url) = std::env::var("TEST_AMQP_URL") {
        return url;
    }
    let files = [".souk/test/infra.json", ".souk/infra.json"];
    let homes = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors();
    let text = homes
        .flat_map(|home| files.map(|file| home.join(file)))
        .find_map(|path| std::fs::read_to_string(path).ok())
        .expect("TEST_AMQP_URL is not set and there is no .souk/infra.json: cargo xtask infra up");
    let infra: serde_json::Value = serde_json::from_str(&text).unwrap();
    infra["amqp_url"].as_str().unwrap().to_owned()
}
