//! Events, queues and the document made from them agree.

use serde_json::Value;
use souk_contracts::events::{RatingKind, RatingUpdated};
use souk_contracts::{EVENTS, Envelope, Exchange, asyncapi, topology};
use std::collections::BTreeSet;
use uuid::Uuid;

#[test]
fn every_event_reaches_a_queue() {
    for event in EVENTS {
        assert!(
            topology::QUEUES
                .iter()
                .any(|q| q.receives(event.exchange, event.kind)),
            "{}",
            event.kind
        );
    }
}

#[test]
fn every_binding_names_an_event_of_its_exchange() {
    for queue in topology::QUEUES {
        for (exchange, pattern) in queue.bindings {
            let known = EVENTS
                .iter()
                .any(|e| e.exchange == *exchange && e.kind == *pattern);
            assert!(known || *pattern == "#", "{} binds {pattern}", queue.name);
        }
    }
}

#[test]
fn queues_have_one_name_and_one_service() {
    let names: BTreeSet<_> = topology::QUEUES.iter().map(|queue| queue.name).collect();

    assert_eq!(names.len(), topology::QUEUES.len());
    assert!(
        topology::QUEUES
            .iter()
            .all(|queue| queue.service().ends_with("-svc"))
    );
    assert_eq!(Exchange::named("shop_events"), Some(Exchange::Shop));
    assert_eq!(Exchange::named("shop"), None);
}

#[test]
fn a_rating_is_told_by_the_service_that_owns_it() {
    let rating = |kind| RatingUpdated {
        kind,
        id: Uuid::nil(),
        average_x100: 0,
        count: 0,
    };

    assert_eq!(
        Envelope::new(rating(RatingKind::Shop), Some(1)).source,
        "/shop-svc"
    );
    assert_eq!(
        Envelope::new(rating(RatingKind::Product), Some(1)).source,
        "/product-svc"
    );
}

#[test]
fn the_document_describes_every_event_and_its_references_lead_somewhere() {
    let document = asyncapi();

    assert_eq!(document.get("asyncapi").unwrap(), "3.0.0");
    for event in EVENTS {
        let data = format!(
            "/components/messages/{}/payload/properties/data/properties",
            event.kind
        );
        assert!(document.pointer(&data).is_some(), "{}", event.kind);
        assert!(
            document
                .pointer(&format!("/operations/publish.{}", event.kind))
                .is_some()
        );
    }
    let mut references = Vec::new();
    collect(&document, &mut references);
    assert!(!references.is_empty());
    for reference in references {
        assert!(
            document.pointer(reference.trim_start_matches('#')).is_some(),
            "{reference}"
        );
    }
}

fn collect(value: &Value, references: &mut Vec<String>) {
    match value {
        Value::Object(map) => {
            references.extend(map.get("$ref").and_then(Value::as_str).map(ToOwned::to_owned));
            map.values().for_each(|value| collect(value, references));
        }
        Value::Array(items) => items.iter().for_each(|value| collect(value, references)),
        _ => {}
    }
}
