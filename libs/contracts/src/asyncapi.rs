//! The AsyncAPI document, generated from the tables of events and queues.

use serde_json::{Map, Value, json};

use crate::event::json_schema;
use crate::{EVENTS, Envelope, EventInfo, topology};

/// The AsyncAPI 3.0 document of the mesh.
pub fn asyncapi() -> Value {
    let mut channels = Map::new();
    let mut operations = Map::new();
    let mut messages = Map::new();
    for event in EVENTS {
        channels.insert(channel_id(event), channel(event));
        messages.insert(event.kind.to_owned(), message(event));
        operations.insert(
            format!("publish.{}", event.kind),
            operation("send", publisher(event), event),
        );
        for queue in topology::QUEUES
            .iter()
            .filter(|queue| queue.receives(event.exchange, event.kind))
        {
            let id = format!("consume.{}.{}", queue.name, event.kind);
            operations.insert(id, operation("receive", queue.service(), event));
        }
    }
    json!({
        "asyncapi": "3.0.0",
        "info": {
            "title": "Souk events",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "Every fact of the marketplace as a CloudEvents 1.0 message over RabbitMQ topic exchanges.",
        },
        "defaultContentType": "application/cloudevents+json",
        "channels": channels,
        "operations": operations,
        "components": {"messages": messages},
    })
}

/// Channel ids may not hold a slash, because references are JSON pointers.
fn channel_id(event: &EventInfo) -> String {
    format!("{}.{}", event.exchange.name(), event.kind)
}

fn channel(event: &EventInfo) -> Value {
    let exchange =
        json!({"name": event.exchange.name(), "type": "topic", "durable": true, "autoDelete": false});
    let message = json!({"$ref": format!("#/components/messages/{}", event.kind)});
    json!({
        "address": event.kind,
        "messages": {event.kind: message},
        "bindings": {"amqp": {"is": "routingKey", "exchange": exchange}},
    })
}

fn message(event: &EventInfo) -> Value {
    let sample = serde_json::from_str::<Value>(event.sample).unwrap_or_default();
    json!({
        "name": event.kind,
        "title": format!("{} v{}", event.kind, event.version),
        "contentType": "application/cloudevents+json",
        "payload": payload(event),
        "examples": [{"name": "sample", "payload": sample}],
    })
}

/// The envelope's schema with the type, the schema version and the payload of this event.
fn payload(event: &EventInfo) -> Value {
    let mut schema = json_schema::<Envelope<Value>>();
    if let Some(properties) = schema.get_mut("properties").and_then(Value::as_object_mut) {
        properties.insert("type".into(), json!({"const": event.kind}));
        properties.insert(
            "dataschema".into(),
            json!({"const": format!("{}/{}", event.kind, event.version)}),
        );
        properties.insert("data".into(), event.schema());
    }
    schema
}

fn publisher(event: &EventInfo) -> &'static str {
    event.source.trim_start_matches('/')
}

fn operation(action: &str, service: &str, event: &EventInfo) -> Value {
    let channel = format!("#/channels/{}", channel_id(event));
    json!({
        "action": action,
        "channel": {"$ref": channel},
        "messages": [{"$ref": format!("{channel}/messages/{}", event.kind)}],
        "tags": [{"name": service}],
    })
}
