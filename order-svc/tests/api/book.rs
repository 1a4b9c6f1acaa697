//! What user-svc knows, and how it answers.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use serde_json::Value;
use souk_clients::user::AddressRecord;
use souk_testkit::StandIn;
use uuid::Uuid;

/// Address books by path, and accounts by e-mail address, in memory.
#[derive(Clone, Default)]
pub struct Book(Arc<Mutex<HashMap<String, Value>>>);

impl Book {
    pub fn users(&self) -> StandIn {
        let book = self.clone();
        StandIn::start(move |call| {
            let key = match call.body["email"].as_str() {
                Some(email) => email.to_lowercase(),
                None => call.path.clone(),
            };
            let kept = book.0.lock().unwrap().get(&key).cloned();
            // Every account that nothing else is said of is active.
            let active = || serde_json::json!({ "is_active": true });
            let unknown = if key.ends_with("/status") {
                active()
            } else {
                Value::Null
            };
            (200, kept.unwrap_or(unknown))
        })
    }

    pub fn keep(&self, user_id: Uuid) -> Uuid {
        let id = Uuid::now_v7();
        let address = AddressRecord {
            id,
            name: "Aygun Aliyeva".into(),
            line1: "Fountain Square 3".into(),
            line2: None,
            city: "Baku".into(),
            region: None,
            postal_code: Some("AZ1000".into()),
            country: "AZ".into(),
            phone_number: None,
        };
        let path = format!("/internal/users/{user_id}/addresses/{id}");
        let address = serde_json::to_value(address).unwrap();
        self.0.lock().unwrap().insert(path, address);
        id
    }

    /// The account is deactivated or erased.
    pub fn is_gone(&self, user_id: Uuid) {
        self.keep_status(user_id, false);
    }

    pub fn is_back(&self, user_id: Uuid) {
        self.keep_status(user_id, true);
    }

    fn keep_status(&self, user_id: Uuid, is_active: bool) {
        let path = format!("/internal/users/{user_id}/status");
        let status = serde_json::json!({ "is_active": is_active });
        self.0.lock().unwrap().insert(path, status);
    }

    pub fn is_reached_at(&self, user_id: Uuid, email: &str) {
        self.0
            .lock()
            .unwrap()
            .insert(email.to_owned(), user_id.to_string().into());
    }

    pub fn forget(&self) {
        self.0.lock().unwrap().clear();
    }
}
