//! Which texts of events go with the account that they are about.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use souk_contracts::{EVENTS, info, remove_personal_text};

/// Members of every event that are texts and stay when an account is erased: names of things, words of shops about
/// themselves and of operators about shops, and pseudonyms.
const IMPERSONAL: [&str; 19] = [
    "about",
    "attributes.*",
    "carrier",
    "categories.name",
    "categories.slug",
    "images",
    "logo_url",
    "name",
    "number",
    "options.*",
    "sku",
    "slug",
    "title",
    "tracking_number",
    "variations.images",
    "variations.options.*",
    "visitor",
    "role",
    "changed",
];

/// Where a schema allows a text that is no id, time, code or word of a list.
fn texts(at: &str, schema: &Value, found: &mut BTreeSet<String>) {
    let is_text = match &schema["type"] {
        Value::Array(types) => types.contains(&json!("string")),
        one => one == "string",
    };
    let is_bound = ["format", "enum", "const", "pattern"]
        .iter()
        .any(|word| schema.get(word).is_some());
    if is_text && !is_bound {
        found.insert(at.to_owned());
    }
    let below = |name: &str| {
        if at.is_empty() {
            name.to_owned()
        } else {
            format!("{at}.{name}")
        }
    };
    for (name, schema) in schema["properties"].as_object().into_iter().flatten() {
        texts(&below(name), schema, found);
    }
    for (keyword, at) in [("items", at.to_owned()), ("additionalProperties", below("*"))] {
        if let Some(inner) = schema.get(keyword) {
            texts(&at, inner, found);
        }
    }
}

#[test]
fn every_text_of_an_event_is_known_to_stay_or_to_go_with_the_account() {
    for event in EVENTS {
        let mut found = BTreeSet::new();
        texts("", &event.schema(), &mut found);
        for text in found {
            let member = text.strip_prefix("items.").unwrap_or(&text);
            let of_a_shop = event.kind.starts_with("shop.") && member == "reason";
            assert!(
                of_a_shop || IMPERSONAL.contains(&member) || event.personal_text.contains(&member),
                "{}: is {text} about a customer? See Event::PERSONAL_TEXT.",
                event.kind
            );
        }
    }
}

#[test]
fn an_event_can_be_read_without_its_personal_text() {
    for event in EVENTS.iter().filter(|event| !event.personal_text.is_empty()) {
        let mut sample: Value = serde_json::from_str(event.sample).unwrap();
        for member in event.personal_text {
            sample["data"][member] = json!("words of a customer");
        }

        assert!(
            remove_personal_text(event.kind, &mut sample["data"]),
            "{}",
            event.kind
        );

        let read = event.reencode(sample.to_string().as_bytes()).unwrap();
        assert!(
            !read.to_string().contains("words of a customer"),
            "{}",
            event.kind
        );
        assert!(
            !remove_personal_text(event.kind, &mut sample["data"]),
            "{}",
            event.kind
        );
    }
    assert_eq!(
        info("order.item.status.updated").unwrap().personal_text,
        ["reason"]
    );
}

#[test]
fn of_an_unknown_event_nothing_is_removed() {
    let mut data = json!({ "reason": "words" });

    assert!(!remove_personal_text("order.refunded", &mut data));

    assert_eq!(data, json!({ "reason": "words" }));
}
