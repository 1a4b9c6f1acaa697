//! What the mesh says of itself.

mod openapi;
mod pages;
mod tables;

use serde_json::Value;

use crate::mesh::Mesh;
use openapi::references;
pub use openapi::{operations, requires_token};
use tables::EVENTS;

#[tokio::test]
async fn every_event_is_described() {
    let mesh = Mesh::shared().await;
    let document: Value = mesh.root().get("/asyncapi.json").await.ok();

    assert!(document["asyncapi"].as_str().unwrap().starts_with("3."));
    let described = document.to_string();
    for event in EVENTS {
        assert!(described.contains(&format!("\"{event}\"")), "{event}");
    }
    for reference in references(&document) {
        let pointer = reference
            .strip_prefix('#')
            .expect("a reference into the document");
        assert!(document.pointer(pointer).is_some(), "{reference} leads nowhere");
    }
}

#[tokio::test]
async fn the_keys_are_public_and_only_public() {
    let mesh = Mesh::shared().await;
    let keys: Value = mesh.root().get("/.well-known/jwks.json").await.ok();

    let keys = keys["keys"].as_array().unwrap();
    assert!(!keys.is_empty());
    for key in keys {
        assert_eq!((&key["kty"], &key["crv"]), (&"OKP".into(), &"Ed25519".into()));
        assert!(key["kid"].as_str().is_some_and(|kid| !kid.is_empty()) && key["x"].is_string());
        assert!(key.get("d").is_none(), "a private key is shown");
    }
}

#[tokio::test]
async fn readiness_names_what_it_depends_on() {
    let mesh = Mesh::shared().await;

    let gateway: Value = mesh.root().get("/health/ready").await.ok();
    let order_svc: Value = mesh.service("order-svc").get("/health/ready").await.ok();

    assert_eq!(gateway["dependencies"]["redis"], "up", "{gateway}");
    assert_eq!(order_svc["dependencies"]["postgres"], "up", "{order_svc}");
    for name in mesh.run.services.keys() {
        assert_eq!(mesh.service(name).get("/health/live").await.status, 200, "{name}");
    }
}
