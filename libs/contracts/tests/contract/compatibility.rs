//! A change that an old reader or writer could not survive does not pass.

use serde_json::{Map, Value, json};
use souk_contracts::EVENTS;
use std::collections::BTreeSet;
use std::path::Path;

use crate::samples::stems;

#[test]
fn the_schemas_are_those_that_were_committed() {
    let update = std::env::var_os("UPDATE_SCHEMAS").is_some();
    for event in EVENTS {
        let path = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("schemas")
            .join(format!("{}.json", event.kind));
        let new = event.schema();
        if let Ok(text) = std::fs::read_to_string(&path) {
            let old: Value = serde_json::from_str(&text).unwrap();
            let breaks = breaks(&old, &new);
            assert!(
                breaks.is_empty(),
                "{} needs a new type {0}.v2: {breaks:?}",
                event.kind
            );
            assert!(
                update || old == new,
                "{} has changed: record it with UPDATE_SCHEMAS=1",
                event.kind
            );
        } else {
            assert!(
                update,
                "{} has no schema: write it with UPDATE_SCHEMAS=1",
                event.kind
            );
        }
        if update {
            std::fs::write(&path, serde_json::to_string_pretty(&new).unwrap() + "\n").unwrap();
        }
    }
    assert_eq!(stems("schemas").len(), EVENTS.len(), "a schema has no event");
}

/// What is in `new` that someone with `old` cannot live with.
fn breaks(old: &Value, new: &Value) -> Vec<String> {
    let mut found = Vec::new();
    compare("", old, new, &mut found);
    found
}

/// Words may change and optional properties may come; all else must stay.
fn compare(at: &str, old: &Value, new: &Value, found: &mut Vec<String>) {
    let (Some(old), Some(new)) = (old.as_object(), new.as_object()) else {
        if old != new {
            found.push(format!("{at} was {old}, is {new}"));
        }
        return;
    };
    let keywords: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    for keyword in keywords {
        let (was, is) = (old.get(keyword), new.get(keyword));
        match keyword.as_str() {
            "title" | "description" | "default" | "$comment" | "examples" => {}
            "properties" => compare_properties(at, was, is, found),
            "items" | "additionalProperties" => {
                compare(
                    &format!("{at}/{keyword}"),
                    was.unwrap_or(&Value::Null),
                    is.unwrap_or(&Value::Null),
                    found,
                );
            }
            "required" if set(was) == set(is) => {}
            _ if was == is => {}
            _ => found.push(format!("{at} {keyword} was {was:?}, is {is:?}")),
        }
    }
}

fn compare_properties(at: &str, old: Option<&Value>, new: Option<&Value>, found: &mut Vec<String>) {
    let empty = Map::new();
    let new = new.and_then(Value::as_object).unwrap_or(&empty);
    for (name, was) in old.and_then(Value::as_object).unwrap_or(&empty) {
        match new.get(name) {
            Some(is) => compare(&format!("{at}/{name}"), was, is, found),
            None => found.push(format!("{at}/{name} is gone")),
        }
    }
}

fn set(value: Option<&Value>) -> BTreeSet<&str> {
    value
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect()
}

#[test]
fn only_an_optional_field_may_be_added() {
    let old = json!({"type": "object", "required": ["a"], "properties": {
        "a": {"type": "string"}, "b": {"type": ["integer", "null"]}, "c": {"enum": ["x", "y"]},
    }});
    let change = |change: &dyn Fn(&mut Value)| {
        let mut new = old.clone();
        change(&mut new);
        breaks(&old, &new).is_empty()
    };
    let put = |new: &mut Value, at: &str, value: Value| *new.pointer_mut(at).unwrap() = value;

    assert!(change(&|new| put(
        new,
        "/properties/a",
        json!({"type": "string", "description": "better words"})
    )));
    assert!(change(&|new| {
        new.pointer_mut("/properties")
            .unwrap()
            .as_object_mut()
            .unwrap()
            .insert("d".into(), json!({"type": "null"}));
    }));
    assert!(!change(&|new| put(new, "/properties/a/type", json!("integer"))));
    assert!(!change(&|new| put(
        new,
        "/properties/c/enum",
        json!(["x", "y", "z"])
    )));
    assert!(!change(&|new| put(new, "/required", json!(["a", "b"]))));
    assert!(!change(&|new| put(new, "/required", json!([]))));
    assert!(!change(&|new| {
        new.pointer_mut("/properties")
            .unwrap()
            .as_object_mut()
            .unwrap()
            .remove("b");
    }));
}
