//! The merged OpenAPI document.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::mesh::Mesh;

#[tokio::test]
async fn the_document_is_sound() {
    let mesh = Mesh::shared().await;
    let answer = mesh.root().get("/openapi.json").await;
    let document: Value = answer.ok();

    let version = document["openapi"].as_str().unwrap();
    assert!(version.starts_with("3.1."), "{version}");
    serde_json::from_str::<utoipa::openapi::OpenApi>(&answer.text).expect("OpenAPI 3.1");
    let references = references(&document);
    assert!(!references.is_empty());
    for reference in references {
        let pointer = reference
            .strip_prefix('#')
            .expect("a reference into the document");
        assert!(document.pointer(pointer).is_some(), "{reference} leads nowhere");
    }
    let mut ids = BTreeSet::new();
    for (name, operation) in operations(&document) {
        let id = operation["operationId"]
            .as_str()
            .unwrap_or_else(|| panic!("{name}: no operationId"));
        assert!(ids.insert(id.to_owned()), "{name}: {id} is not unique");
        assert!(
            operation["summary"].as_str().is_some_and(|text| !text.is_empty()),
            "{name}: no summary"
        );
        assert_eq!(
            name.matches('{').count(),
            path_parameters(&document, operation),
            "{name}: path parameters"
        );
        let statuses: Vec<&String> = operation["responses"].as_object().unwrap().keys().collect();
        assert!(
            statuses.iter().any(|status| status.starts_with('2')),
            "{name}: {statuses:?}"
        );
        assert!(
            statuses.iter().any(|status| status.starts_with('4')),
            "{name}: {statuses:?}"
        );
    }
}

#[tokio::test]
async fn a_path_is_described_once() {
    let mesh = Mesh::shared().await;
    let document: Value = mesh.root().get("/openapi.json").await.ok();

    let mut paths = BTreeSet::new();
    for path in document["paths"].as_object().unwrap().keys() {
        assert!(
            paths.insert(without_names(path)),
            "{path} is there twice, with other names of its parameters"
        );
    }
}

/// Each of them has a test that its repeat is known in any spelling and across builds; a new one needs it as well.
#[tokio::test]
async fn these_operations_take_an_idempotency_key() {
    let mesh = Mesh::shared().await;
    let document: Value = mesh.root().get("/openapi.json").await.ok();

    let takes_key = |operation: &Value| {
        let parameters = operation["parameters"].as_array().into_iter().flatten();
        parameters
            .into_iter()
            .any(|parameter| parameter["name"] == "Idempotency-Key")
    };
    let found: BTreeSet<&str> = operations(&document)
        .into_iter()
        .filter(|(_, operation)| takes_key(operation))
        .filter_map(|(_, operation)| operation["operationId"].as_str())
        .collect();

    let tested = [
        "add_address",
        "add_item",
        "add_wish",
        "apply_for_shop",
        "change_stock",
        "create_category",
        "create_product",
        "create_variation",
        "move_to_cart",
        "place_order",
    ];
    assert_eq!(found, BTreeSet::from(tested));
}

#[tokio::test]
async fn nothing_internal_is_documented() {
    let mesh = Mesh::shared().await;
    let document: Value = mesh.root().get("/openapi.json").await.ok();

    for name in operations(&document).keys() {
        assert!(!name.contains("/internal"), "{name}");
    }
}

/// Every operation by method and path.
pub fn operations(document: &Value) -> BTreeMap<String, &Value> {
    let mut found = BTreeMap::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            if ["get", "post", "put", "patch", "delete"].contains(&method.as_str()) {
                found.insert(format!("{} {path}", method.to_uppercase()), operation);
            }
        }
    }
    found
}

/// A path in which parameters have no names.
fn without_names(path: &str) -> String {
    let part = |part: &str| {
        if part.starts_with('{') {
            "{}".to_owned()
        } else {
            part.to_owned()
        }
    };
    path.split('/').map(part).collect::<Vec<_>>().join("/")
}

fn path_parameters(document: &Value, operation: &Value) -> usize {
    let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
    let resolved = parameters
        .iter()
        .map(|parameter| match parameter["$ref"].as_str() {
            Some(reference) => document.pointer(reference.trim_start_matches('#')).unwrap(),
            None => parameter,
        });
    resolved.filter(|parameter| parameter["in"] == "path").count()
}

/// Whether there is no way in without a token.
pub fn requires_token(document: &Value, operation: &Value) -> bool {
    let security = operation.get("security").or_else(|| document.get("security"));
    let ways = security.and_then(Value::as_array).cloned().unwrap_or_default();
    !ways.is_empty()
        && ways
            .iter()
            .all(|way| way.as_object().is_some_and(|way| !way.is_empty()))
}

pub fn references(value: &Value) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    match value {
        Value::Object(members) => {
            if let Some(Value::String(reference)) = members.get("$ref") {
                found.insert(reference.clone());
            }
            found.extend(members.values().flat_map(references));
        }
        Value::Array(items) => found.extend(items.iter().flat_map(references)),
        _ => {}
    }
    found
}
