//! The samples are the contract: what was once sent must stay readable.

use serde_json::Value;
use souk_contracts::events::{OrderCreated, ShopApproved};
use souk_contracts::{DecodeError, EVENTS, Envelope};
use std::collections::BTreeSet;
use std::path::Path;

/// The stems of the JSON files of a folder of this crate.
pub fn stems(folder: &str) -> BTreeSet<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let names = std::fs::read_dir(path)
        .unwrap()
        .map(|entry| entry.unwrap().file_name());
    names
        .map(|name| name.to_str().unwrap().strip_suffix(".json").unwrap().to_owned())
        .collect()
}

#[test]
fn every_sample_decodes_and_encodes_to_itself() {
    for event in EVENTS {
        let sample: Value = serde_json::from_str(event.sample).unwrap();

        let again = event
            .reencode(event.sample.as_bytes())
            .unwrap_or_else(|e| panic!("{}: {e}", event.kind));

        assert_eq!(again, sample, "{}", event.kind);
    }
}

#[test]
fn the_samples_are_those_of_the_table() {
    let kinds: BTreeSet<_> = EVENTS.iter().map(|event| event.kind.to_owned()).collect();

    assert_eq!(kinds.len(), EVENTS.len(), "a type is in the table twice");
    assert_eq!(stems("samples"), kinds);
}

#[test]
fn a_sample_says_of_itself_what_the_table_says() {
    for event in EVENTS {
        let sample = Envelope::decode_any(event.sample.as_bytes()).unwrap();

        assert_eq!(sample.kind, event.kind);
        assert_eq!(sample.source, event.source);
        assert_eq!(sample.dataschema, format!("{}/{}", event.kind, event.version));
        assert_eq!(
            sample.aggregateversion.is_none(),
            event.kind.ends_with(".viewed"),
            "{}",
            event.kind
        );
    }
}

#[test]
fn a_message_of_another_type_or_schema_is_refused() {
    let created = include_str!("../../samples/order.created.json");
    let newer = created.replace("order.created/1", "order.created/2");
    let any = Envelope::decode_any(created.as_bytes()).unwrap();

    assert!(matches!(
        Envelope::<ShopApproved>::decode(b"{"),
        Err(DecodeError::Malformed(_))
    ));
    assert!(matches!(
        Envelope::<OrderCreated>::decode(newer.as_bytes()),
        Err(DecodeError::UnknownSchema(schema)) if schema == "order.created/2"
    ));
    assert!(matches!(
        any.clone().typed::<ShopApproved>(),
        Err(DecodeError::WrongType { .. })
    ));
    assert_eq!(any.typed::<OrderCreated>().unwrap().data.items.len(), 1);
}

#[test]
fn a_field_added_later_does_not_disturb_a_reader() {
    let mut sample: Value = serde_json::from_str(include_str!("../../samples/shop.approved.json")).unwrap();
    sample
        .as_object_mut()
        .unwrap()
        .insert("partitionkey".into(), "a".into());
    sample
        .pointer_mut("/data")
        .unwrap()
        .as_object_mut()
        .unwrap()
        .insert("motto".into(), "new".into());

    let read = Envelope::<ShopApproved>::decode(sample.to_string().as_bytes()).unwrap();

    assert_eq!(read.data.0.slug, "caspian-leather");
}

#[test]
fn a_new_envelope_tells_what_it_carries() {
    let old = Envelope::<ShopApproved>::decode(include_bytes!("../../samples/shop.approved.json")).unwrap();

    let new = Envelope::new(old.data.clone(), Some(7));

    assert_eq!(
        (new.kind.as_str(), new.source.as_str()),
        ("shop.approved", "/shop-svc")
    );
    assert_eq!(new.subject, old.data.0.shop_id.to_string());
    assert_eq!(new.aggregateversion, Some(7));
    assert_eq!(new.id.get_version_num(), 7);
    assert_eq!(new.time.timestamp_subsec_nanos() % 1000, 0);
}
