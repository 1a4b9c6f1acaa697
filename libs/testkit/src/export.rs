//! What a service tells of a user.

use std::collections::BTreeMap;

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
