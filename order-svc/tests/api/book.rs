//! What user-svc knows of addresses, and how it answers.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use serde_json::Value;
use souk_clients::user::AddressRecord;
use souk_testkit::StandIn;
use uuid::Uuid;

/// Address books, in memory.
#[derive(Clone, Default)]
pub struct Book(Arc<Mutex<HashMap<String, AddressRecord>>>);

impl Book {
    pub fn users(&self) -> StandIn {
        let book = self.clone();
        StandIn::start(move |call| {
            let kept = book.0.lock().unwrap().get(&call.path).cloned();
            (200, serde_json::to_value(kept).unwrap_or(Value::Null))
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
        self.0.lock().unwrap().insert(path, address);
        id
    }

    pub fn forget(&self) {
        self.0.lock().unwrap().clear();
    }
}
