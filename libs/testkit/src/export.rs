//! What a service exports of a user.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use uuid::Uuid;

use crate::TestServer;

/// All that a service keeps of a user, by kind, as user-svc gathers it page by page. Checks on the way that nobody
/// else may.
pub async fn exported(server: &TestServer, user_id: Uuid) -> BTreeMap<String, Vec<Value>> {
    let path = format!("/internal/users/{user_id}/export");
    for refused in [
        server.customer(user_id).get(&path).await,
        server.peer("cart-svc").get(&path).await,
    ] {
        assert_eq!(refused.problem(), (403, "mesh-only"));
    }
    let mut kept: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    let mut next = json!(null);
    loop {
        let after = next.as_str().map(|after| format!("?after={after}"));
        let url = format!("{path}{}", after.unwrap_or_default());
        let page = server.peer("user-svc").get(&url).await;
        assert_eq!(page.status, 200, "{page:?}");
        let kind = page.body["kind"].as_str().expect("a kind").to_owned();
        let rows = page.body["rows"].as_array().expect("rows").clone();
        kept.entry(kind).or_default().extend(rows);
        next = page.body["next"].clone();
        if next.is_null() {
            return kept;
        }
    }
}

/// Fails unless an export has exactly the members of `allowed`: `orders.items.sku` is the member `sku` of each element
/// of the list `items` of each row of the section `orders`. A `*` stands for one name that is data, not a member.
///
/// A member that is not listed has no place in an export; one that is listed and missing was not looked at.
#[track_caller]
pub fn assert_exports_only(kept: &BTreeMap<String, Vec<Value>>, allowed: &[&str]) {
    let mut found = BTreeSet::new();
    for (section, rows) in kept {
        rows.iter().for_each(|row| members(section, row, &mut found));
    }
    let unlisted: Vec<_> = found
        .iter()
        .filter(|path| !allowed.iter().any(|pattern| matches(pattern, path)))
        .collect();
    assert!(
        unlisted.is_empty(),
        "exported, and not for its person: {unlisted:#?}"
    );
    let missing: Vec<_> = allowed
        .iter()
        .filter(|pattern| !found.iter().any(|path| matches(pattern, path)))
        .collect();
    assert!(missing.is_empty(), "never exported in this test: {missing:#?}");
}

fn members(at: &str, value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(object) => object
            .iter()
            .for_each(|(name, value)| members(&format!("{at}.{name}"), value, found)),
        Value::Array(array) => array.iter().for_each(|value| members(at, value, found)),
        _ => {
            found.insert(at.to_owned());
        }
    }
}

fn matches(pattern: &str, path: &str) -> bool {
    path.split('.').count() == pattern.split('.').count()
        && path
            .split('.')
            .zip(pattern.split('.'))
            .all(|(name, wanted)| wanted == "*" || wanted == name)
}
