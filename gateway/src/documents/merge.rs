//! Merging API documents without a name meaning two things.

use std::collections::{BTreeMap, HashSet};

use serde_json::{Map, Value, json};

/// What is known of a service's document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Given just now.
    Up,
    /// Given some time ago; the service does not answer now.
    Down,
    /// Never given.
    Unknown,
}

/// One service's share.
pub struct Part {
    pub service: &'static str,
    pub state: State,
    pub document: Option<Value>,
}

const COMPONENTS: &str = "#/components/";

/// The gateway's own document with the public operations of all services in it.
///
/// Schemas of a service get its name in front (`cart_CartBody`), except those that are the same everywhere,
/// such as `Problem`. An operation id that two services use gets the service's name as well.
pub fn merge(own: &Value, parts: &[Part]) -> Value {
    let shared = object(own.pointer("/components/schemas"));
    let mut whole = Whole::of(own);
    for part in parts {
        if let Some(document) = &part.document {
            let names = Names {
                prefix: part.service.trim_end_matches("-svc"),
                shared: &shared,
                document,
            };
            whole.add(&names);
        }
    }
    let components = whole
        .components
        .into_iter()
        .map(|(kind, all)| (kind, Value::Object(all)));
    let mut merged = object(Some(own));
    merged.insert(
        "servers".to_owned(),
        json!([{ "url": "/", "description": "This gateway" }]),
    );
    merged.insert("paths".to_owned(), Value::Object(whole.paths));
    merged.insert("components".to_owned(), components.collect());
    merged.insert("tags".to_owned(), Value::Array(whole.tags));
    describe(&mut merged, parts);
    Value::Object(merged)
}

/// What grows while services are added.
struct Whole {
    paths: Map<String, Value>,
    components: BTreeMap<String, Map<String, Value>>,
    tags: Vec<Value>,
    ids: HashSet<String>,
}

impl Whole {
    fn of(own: &Value) -> Self {
        let components = entries(own.get("components"));
        Self {
            paths: object(own.get("paths")),
            components: components
                .map(|(kind, all)| (kind.clone(), object(Some(all))))
                .collect(),
            tags: own
                .get("tags")
                .and_then(Value::as_array)
                .cloned()
                .unwrap_or_default(),
            ids: operation_ids(own),
        }
    }

    fn add(&mut self, names: &Names<'_>) {
        for (path, item) in entries(names.document.get("paths")) {
            if !path.starts_with("/api/v1/") {
                continue;
            }
            if self.paths.contains_key(path) {
                tracing::warn!(
                    path,
                    service = names.prefix,
                    "Two services describe the same path"
                );
                continue;
            }
            let mut item = item.clone();
            names.rewrite(&mut item);
            self.make_ids_unique(&mut item, names.prefix);
            self.paths.insert(path.clone(), item);
        }
        for (kind, components) in entries(names.document.get("components")) {
            for (name, component) in entries(Some(components)) {
                let mut component = component.clone();
                names.rewrite(&mut component);
                let all = self.components.entry(kind.clone()).or_default();
                all.entry(names.of(kind, name)).or_insert(component);
            }
        }
        for tag in names
            .document
            .get("tags")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
        {
            if !self.tags.iter().any(|known| known.get("name") == tag.get("name")) {
                self.tags.push(tag.clone());
            }
        }
    }

    fn make_ids_unique(&mut self, item: &mut Value, prefix: &str) {
        for operation in item
            .as_object_mut()
            .into_iter()
            .flat_map(|item| item.values_mut())
        {
            let Some(Value::String(id)) = operation.get_mut("operationId") else {
                continue;
            };
            if self.ids.contains(id) {
                *id = format!("{prefix}_{id}");
            }
            self.ids.insert(id.clone());
        }
    }
}

fn describe(merged: &mut Map<String, Value>, parts: &[Part]) {
    let mut states = Map::new();
    let mut missing = Vec::new();
    for part in parts {
        let state = match part.state {
            State::Up => "up",
            State::Down => "down",
            State::Unknown => "unknown",
        };
        if part.state != State::Up {
            missing.push(part.service);
        }
        states.insert(part.service.to_owned(), state.into());
    }
    merged.insert("x-souk-services".to_owned(), Value::Object(states));
    if !missing.is_empty() {
        let mut info = object(merged.get("info"));
        let text = info
            .get("description")
            .and_then(Value::as_str)
            .unwrap_or_default();
        let text = format!("{text}\n\n**Not answering just now:** {}.", missing.join(", "));
        info.insert("description".to_owned(), text.trim().into());
        merged.insert("info".to_owned(), Value::Object(info));
    }
}

struct Names<'a> {
    prefix: &'a str,
    shared: &'a Map<String, Value>,
    document: &'a Value,
}

impl Names<'_> {
    fn of(&self, kind: &str, name: &str) -> String {
        // All of us mean the same by these.
        let same = kind == "securitySchemes" || kind == "schemas" && self.is_shared(name);
        if same {
            name.to_owned()
        } else {
            format!("{}_{name}", self.prefix)
        }
    }

    fn is_shared(&self, name: &str) -> bool {
        let own = self
            .document
            .pointer("/components/schemas")
            .and_then(|schemas| schemas.get(name));
        own.is_some() && own == self.shared.get(name)
    }

    /// Every reference to a component, wherever it stands.
    fn rewrite(&self, value: &mut Value) {
        match value {
            Value::String(text) => {
                if let Some(rest) = text.strip_prefix(COMPONENTS)
                    && let Some((kind, name)) = rest.split_once('/')
                {
                    *text = format!("{COMPONENTS}{kind}/{}", self.of(kind, name));
                }
            }
            Value::Array(items) => items.iter_mut().for_each(|item| self.rewrite(item)),
            Value::Object(fields) => fields.values_mut().for_each(|field| self.rewrite(field)),
            _ => {}
        }
    }
}

fn operation_ids(document: &Value) -> HashSet<String> {
    entries(document.get("paths"))
        .flat_map(|(_, item)| entries(Some(item)))
        .filter_map(|(_, operation)| operation.get("operationId")?.as_str().map(str::to_owned))
        .collect()
}

fn entries(value: Option<&Value>) -> impl Iterator<Item = (&String, &Value)> {
    value.and_then(Value::as_object).into_iter().flatten()
}

fn object(value: Option<&Value>) -> Map<String, Value> {
    value.and_then(Value::as_object).cloned().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn own() -> Value {
        json!({
            "openapi": "3.1.0",
            "info": { "title": "Souk", "description": "All of it." },
            "paths": { "/api/v1/auth/login": { "post": { "operationId": "log_in" } } },
            "components": {
                "schemas": { "Problem": { "type": "object" } },
                "securitySchemes": { "bearer": { "type": "http" } },
            },
        })
    }

    fn service(path: &str, item: &Value) -> Value {
        json!({
            "info": { "title": "One" },
            "paths": {
                path: { "get": {
                    "operationId": "list_items",
                    "security": [{ "bearer": [] }],
                    "responses": {
                        "200": { "content": { "application/json": { "schema": { "$ref": "#/components/schemas/Item" } } } },
                        "4XX": { "content": { "application/problem+json": {
                            "schema": { "$ref": "#/components/schemas/Problem" } } } },
                    },
                } },
                "/internal/secret": { "get": {} },
            },
            "components": {
                "schemas": {
                    "Item": item,
                    "Problem": { "type": "object" },
                    "Other": { "allOf": [{ "$ref": "#/components/schemas/Item" }],
                        "discriminator": { "mapping": { "a": "#/components/schemas/Item" } } },
                },
                "securitySchemes": { "bearer": { "type": "http" } },
            },
            "tags": [{ "name": "items" }],
        })
    }

    #[test]
    fn equal_names_of_two_services_stay_two_things() {
        let cart = service("/api/v1/cart", &json!({ "type": "string" }));
        let order = service("/api/v1/orders", &json!({ "type": "number" }));
        let parts = [
            Part {
                service: "cart-svc",
                state: State::Up,
                document: Some(cart),
            },
            Part {
                service: "order-svc",
                state: State::Up,
                document: Some(order),
            },
        ];

        let merged = merge(&own(), &parts);

        let schemas = &merged["components"]["schemas"];
        assert_eq!(
            (&schemas["cart_Item"]["type"], &schemas["order_Item"]["type"]),
            (&json!("string"), &json!("number"))
        );
        assert!(schemas["Problem"].is_object() && schemas.get("cart_Problem").is_none());
        assert_eq!(
            schemas["order_Other"]["allOf"][0]["$ref"],
            "#/components/schemas/order_Item"
        );
        assert_eq!(
            schemas["order_Other"]["discriminator"]["mapping"]["a"],
            "#/components/schemas/order_Item"
        );
        let (cart, order) = (
            &merged["paths"]["/api/v1/cart"]["get"],
            &merged["paths"]["/api/v1/orders"]["get"],
        );
        let reference = |operation: &Value, status: &str, kind: &str| {
            operation["responses"][status]["content"][kind]["schema"]["$ref"].clone()
        };
        assert_eq!(
            reference(cart, "200", "application/json"),
            "#/components/schemas/cart_Item"
        );
        assert_eq!(
            reference(cart, "4XX", "application/problem+json"),
            "#/components/schemas/Problem"
        );
        assert_eq!(
            (&cart["operationId"], &order["operationId"]),
            (&json!("list_items"), &json!("order_list_items"))
        );
        assert_eq!(cart["security"], json!([{ "bearer": [] }]));
        assert!(merged["paths"].get("/internal/secret").is_none());
        assert_eq!(merged["tags"], json!([{ "name": "items" }]));
    }

    #[test]
    fn a_service_that_is_away_is_told_of_and_its_last_document_kept() {
        let cart = service("/api/v1/cart", &json!({}));
        let parts = [
            Part {
                service: "cart-svc",
                state: State::Down,
                document: Some(cart),
            },
            Part {
                service: "order-svc",
                state: State::Unknown,
                document: None,
            },
        ];

        let merged = merge(&own(), &parts);

        assert_eq!(
            merged["x-souk-services"],
            json!({ "cart-svc": "down", "order-svc": "unknown" })
        );
        assert!(
            merged["info"]["description"]
                .as_str()
                .unwrap()
                .contains("cart-svc, order-svc")
        );
        assert!(
            merged["paths"]["/api/v1/cart"].is_object() && merged["paths"]["/api/v1/auth/login"].is_object()
        );
    }
}
