//! The queue on a real broker: nothing that it is sent is parked.

use std::time::Duration;

use search_svc::consumers;
use serde_json::Value;
use souk_bus::{Message, Outcome, Target};
use souk_contracts::{Envelope, Queue, info, topology};
use tokio_util::sync::CancellationToken;

use crate::app::TestApp;

static QUEUES: [&Queue; 1] = [&topology::SEARCH_CATALOGUE];

#[actix_web::test]
async fn every_event_that_the_queue_is_bound_to_is_handled() {
    let app = TestApp::new().await;
    let bus = souk_testkit::bus(&QUEUES);
    let stop = CancellationToken::new();
    let consumer = tokio::spawn(consumers::catalogue(app.db.db(), bus.clone()).run(stop.clone()));
    let samples: Vec<Message> = topology::SEARCH_CATALOGUE
        .bindings
        .iter()
        .map(|(exchange, kind)| {
            let body = info(kind).unwrap().sample.as_bytes();
            let envelope = Envelope::<Value>::decode_any(body).unwrap();
            Message::of(Target::Exchange(*exchange), &envelope, body.to_vec())
        })
        .collect();

    let session = bus.connect("test").await.unwrap();
    let sent = session
        .publisher()
        .await
        .unwrap()
        .publish_all(&samples)
        .await
        .unwrap();

    assert!(
        sent.iter().all(|outcome| *outcome == Outcome::Confirmed),
        "{sent:?}"
    );
    let all = async {
        while app.db.count("inbox").await < i64::try_from(samples.len()).unwrap() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), all)
        .await
        .expect("all are handled");
    assert!(app.waiting().await > 0);
    stop.cancel();
    consumer.await.unwrap();
    bus.delete_topology().await.unwrap();
}
