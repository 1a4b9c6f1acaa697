//! Internal calls of the baseline: what it sends is understood by this build, and what this build sends by the baseline.
#![allow(
    clippy::as_conversions,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs,
    reason = "tests"
)]

use std::collections::BTreeMap;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use souk_clients::{account, cart, export, order, parked, product, shop, trace, user};

const SAMPLES: &str = include_str!("../samples/calls.json");

/// How a sample is read by a type of today, and written again.
type Reread = fn(Value) -> serde_json::Result<Value>;

fn reread<T: Serialize + DeserializeOwned>(sample: Value) -> serde_json::Result<Value> {
    serde_json::to_value(serde_json::from_value::<T>(sample)?)
}

/// For a type that is only read: what is read counts as written.
fn read<T: DeserializeOwned>(sample: Value) -> serde_json::Result<Value> {
    serde_json::from_value::<T>(sample.clone()).map(|_| sample)
}

/// Bodies that one service sends to another.
fn requests() -> BTreeMap<&'static str, Reread> {
    BTreeMap::from([
        ("account attempt", reread::<account::AccountAttempt> as Reread),
        ("cart checkout request", reread::<cart::CheckoutRequest>),
        ("cart proposal", reread::<cart::Proposal>),
        ("cart ordered request", reread::<cart::OrderedRequest>),
        ("cart add item request", reread::<cart::AddItemRequest>),
        ("parked queue", reread::<parked::ParkedQueueBody>),
        ("lookup request", reread::<product::LookupRequest>),
        ("reserve requests", reread::<product::ReserveRequests>),
        ("reset", reread::<user::ResetBody>),
        ("confirm reset", reread::<user::ConfirmResetBody>),
        ("verify email", reread::<user::VerifyEmailBody>),
        ("written query", reread::<trace::WrittenQuery>),
        ("handled query", reread::<trace::HandledQuery>),
        ("register", reread::<user::RegisterBody>),
        ("begin session", reread::<user::BeginSessionBody>),
        ("refresh session", reread::<user::RefreshSessionBody>),
        ("find by email", reread::<user::FindByEmailBody>),
    ])
}

/// Bodies that come back.
fn answers() -> BTreeMap<&'static str, Reread> {
    BTreeMap::from([
        ("cart checkout answer", reread::<cart::CheckoutAnswer> as Reread),
        ("cart add item answer", reread::<cart::AddedItem>),
        ("export page", reread::<export::ExportPage>),
        ("verdict", reread::<order::VerdictAnswer>),
        ("parked message", reread::<parked::ParkedBody>),
        ("parked message detail", reread::<parked::ParkedDetailBody>),
        ("parked count", reread::<parked::ParkedCountBody>),
        ("lookup answer", reread::<product::LookupAnswer>),
        ("reserve answer", reread::<product::ReserveAnswer>),
        ("session", reread::<user::SessionBody>),
        ("ended", reread::<user::Ended>),
        ("shop", reread::<shop::ShopRecord>),
        ("order story", read::<trace::OrderStory>),
        ("written event", reread::<trace::WrittenBody>),
        ("handled answer", reread::<trace::HandledBody>),
        ("user", reread::<user::UserBody>),
        ("address", reread::<user::AddressRecord>),
        ("session grant", reread::<user::SessionGrant>),
        ("ended sessions", reread::<user::EndedSessions>),
        ("ended users", reread::<user::EndedUsers>),
    ])
}

/// Whether everything that the baseline wrote is there, unchanged; members may have been added.
fn holds(now: &Value, baseline: &Value) -> bool {
    match (now, baseline) {
        (Value::Object(now), Value::Object(baseline)) => baseline
            .iter()
            .all(|(name, value)| now.get(name).is_some_and(|now| holds(now, value))),
        (Value::Array(now), Value::Array(baseline)) => {
            now.len() == baseline.len() && now.iter().zip(baseline).all(|(now, then)| holds(now, then))
        }
        _ => now == baseline,
    }
}

#[test]
fn each_body_of_the_baseline_reads_as_what_it_was() {
    let samples: BTreeMap<String, Vec<Value>> = serde_json::from_str(SAMPLES).unwrap();
    let mut types = requests();
    types.extend(answers());
    assert!(
        samples.keys().map(String::as_str).eq(types.keys().copied()),
        "a sample for each type: {:?}",
        samples.keys()
    );
    for (name, samples) in &samples {
        for sample in samples {
            let now = types[name.as_str()](sample.clone()).unwrap_or_else(|error| panic!("{name}: {error}"));
            assert!(holds(&now, sample), "{name}: {sample} became {now}");
        }
    }
}

/// The baseline refuses members that it does not know in some requests, so this build sends none it did not send.
#[test]
fn requests_of_this_build_are_those_of_the_baseline() {
    let samples: BTreeMap<String, Vec<Value>> = serde_json::from_str(SAMPLES).unwrap();
    for (name, reread) in requests() {
        for sample in &samples[name] {
            assert_eq!(&reread(sample.clone()).unwrap(), sample, "{name}");
        }
    }
}

/// A later build may answer with more.
#[test]
fn answers_with_unknown_members_are_understood() {
    let samples: BTreeMap<String, Vec<Value>> = serde_json::from_str(SAMPLES).unwrap();
    for (name, reread) in answers() {
        for sample in &samples[name] {
            let mut later = sample.clone();
            later["added_later"] = json!({ "any": ["thing"] });
            assert!(reread(later).is_ok(), "{name}");
        }
    }
}
