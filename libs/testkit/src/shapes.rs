//! JSON bodies with one value of a kind that the API document does not say there.

use serde_json::{Map, Value, json};

/// References and nested objects are followed so far: no body of ours is deeper.
const DEPTH: usize = 8;
const METHODS: [&str; 5] = ["get", "put", "post", "delete", "patch"];
const SOME_ID: &str = "01937f1c-6a2b-7c44-9d0e-3a6f5c1b2e70";

/// A request whose body has a wrong kind of value at one place, and nothing else.
#[derive(Clone, Debug, PartialEq)]
pub struct WrongShape {
    /// `POST` and its like.
    pub method: String,
    /// The path, its parameters filled with something that can be read.
    pub path: String,
    /// The body.
    pub body: Value,
    /// Where the value stands.
    pub pointer: String,
}

/// For each value in each JSON body that an API document describes, at every depth: the same place with every other
/// kind of value.
pub fn wrong_shapes(document: &Value) -> Vec<WrongShape> {
    let mut found = Vec::new();
    for (path, item) in document["paths"].as_object().into_iter().flatten() {
        for method in METHODS {
            let operation = &item[method];
            let Some(schema) = operation.pointer("/requestBody/content/application~1json/schema") else {
                continue;
            };
            let path = filled(document, path, &[&item["parameters"], &operation["parameters"]]);
            walk(document, schema, &Place::default(), &mut |place, value| {
                found.push(WrongShape {
                    method: method.to_ascii_uppercase(),
                    path: path.clone(),
                    body: place.body(value),
                    pointer: place.pointer(),
                });
            });
        }
    }
    found
}

/// Members and items that lead to a value.
#[derive(Clone, Default)]
struct Place(Vec<Step>);

#[derive(Clone)]
enum Step {
    Member(String),
    Item,
}

impl Place {
    fn then(&self, step: Step) -> Self {
        let mut place = self.clone();
        place.0.push(step);
        place
    }

    /// A body that has only this value.
    fn body(&self, value: Value) -> Value {
        self.0.iter().rev().fold(value, |value, step| match step {
            Step::Member(name) => Value::Object(Map::from_iter([(name.clone(), value)])),
            Step::Item => json!([value]),
        })
    }

    fn pointer(&self) -> String {
        let step = |step: &Step| match step {
            Step::Member(name) => format!("/{}", name.replace('~', "~0").replace('/', "~1")),
            Step::Item => "/0".to_owned(),
        };
        self.0.iter().map(step).collect()
    }
}

fn walk(document: &Value, schema: &Value, place: &Place, report: &mut impl FnMut(&Place, Value)) {
    let (schema, is_nullable) = resolved(document, schema);
    let kinds = kinds(schema);
    // Anything may stand there.
    if kinds.is_empty() || place.0.len() > DEPTH {
        return;
    }
    for (kind, value) in samples(schema) {
        let is_right = kinds.contains(&kind)
            || (kind == "null" && is_nullable)
            || (kind == "integer" && kinds.contains(&"number"));
        if !is_right {
            report(place, value);
        }
    }
    for (name, member) in schema["properties"].as_object().into_iter().flatten() {
        walk(document, member, &place.then(Step::Member(name.clone())), report);
    }
    if schema["additionalProperties"].is_object() {
        let member = place.then(Step::Member("k".to_owned()));
        walk(document, &schema["additionalProperties"], &member, report);
    }
    if schema["items"].is_object() {
        walk(document, &schema["items"], &place.then(Step::Item), report);
    }
}

/// A value of each kind; for an object the same values without their names, for a text the text as a name.
fn samples(schema: &Value) -> Vec<(&'static str, Value)> {
    let members = schema["properties"].as_object().map_or(0, Map::len);
    let name = schema.pointer("/enum/0").and_then(Value::as_str).unwrap_or("x");
    let mut samples = vec![
        (
            "object",
            Value::Object(Map::from_iter([(name.to_owned(), Value::Null)])),
        ),
        ("array", json!([])),
        ("string", json!("x")),
        ("integer", json!(5)),
        ("boolean", json!(true)),
        ("null", Value::Null),
    ];
    if members > 0 {
        samples.push(("array", json!(vec![Value::Null; members])));
    }
    samples
}

/// A schema without references, and whether `null` may stand there too.
fn resolved<'a>(document: &'a Value, schema: &'a Value) -> (&'a Value, bool) {
    let (mut schema, mut is_nullable) = (schema, false);
    for _ in 0..DEPTH {
        if let Some(reference) = schema["$ref"].as_str() {
            let target = reference.strip_prefix('#').and_then(|at| document.pointer(at));
            schema = target.unwrap_or_else(|| panic!("{reference} leads nowhere"));
            continue;
        }
        let alternatives = ["oneOf", "anyOf", "allOf"]
            .into_iter()
            .find_map(|name| schema[name].as_array());
        let Some(alternatives) = alternatives else { break };
        let is_null = |schema: &&Value| schema["type"] == "null";
        is_nullable |= alternatives.iter().any(|schema| is_null(&schema));
        let others: Vec<&Value> = alternatives.iter().filter(|schema| !is_null(schema)).collect();
        let [only] = others[..] else {
            panic!("which of these it is cannot be seen from its kind: {schema}")
        };
        schema = only;
    }
    (schema, is_nullable)
}

fn kinds(schema: &Value) -> Vec<&str> {
    match &schema["type"] {
        Value::String(kind) => vec![kind],
        Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    }
}

/// A path with a value for each of its parameters.
fn filled(document: &Value, path: &str, parameters: &[&Value]) -> String {
    let mut path = path.to_owned();
    let lists = parameters.iter().filter_map(|list| list.as_array());
    for parameter in lists.flatten() {
        let name = parameter["name"].as_str().unwrap_or_default();
        let (schema, _) = resolved(document, &parameter["schema"]);
        let value = match (schema["type"].as_str(), schema["format"].as_str()) {
            (_, Some("uuid")) => SOME_ID,
            (Some("integer" | "number"), _) => "1",
            _ => "x",
        };
        path = path.replace(&format!("{{{name}}}"), value);
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_of_a_body_is_replaced_at_every_depth() {
        let document = json!({
            "paths": { "/things/{id}": { "put": {
                "parameters": [{ "name": "id", "in": "path", "schema": { "type": "string", "format": "uuid" } }],
                "requestBody": { "content": { "application/json": { "schema": { "$ref": "#/components/schemas/Thing" } } } }
            } } },
            "components": { "schemas": {
                "Thing": { "type": "object", "properties": {
                    "note": { "type": ["string", "null"] },
                    "lines": { "type": "array", "items": { "$ref": "#/components/schemas/Line" } },
                    "price": { "oneOf": [{ "type": "null" }, { "$ref": "#/components/schemas/Line" }] },
                } },
                "Line": { "type": "object", "properties": { "quantity": { "type": "integer" } } },
            } },
        });

        let shapes = wrong_shapes(&document);

        let path = format!("/things/{SOME_ID}");
        assert!(
            shapes
                .iter()
                .all(|shape| shape.method == "PUT" && shape.path == path)
        );
        let at = |pointer: &str| -> Vec<&Value> {
            let there = shapes.iter().filter(|shape| shape.pointer == pointer);
            there.map(|shape| shape.body.pointer(pointer).unwrap()).collect()
        };
        let (null, text, number, yes) = (json!(null), json!("x"), json!(5), json!(true));
        assert_eq!(
            at(""),
            [
                &json!([]),
                &text,
                &number,
                &yes,
                &null,
                &json!([null, null, null])
            ]
        );
        assert_eq!(at("/note"), [&json!({ "x": null }), &json!([]), &number, &yes]);
        assert_eq!(at("/lines"), [&json!({ "x": null }), &text, &number, &yes, &null]);
        assert_eq!(
            at("/lines/0"),
            [&json!([]), &text, &number, &yes, &null, &json!([null])]
        );
        assert_eq!(at("/price"), [&json!([]), &text, &number, &yes, &json!([null])]);
        assert!(at("/price/quantity").contains(&&text) && at("/lines/0/quantity").contains(&&null));
    }
}
