//! What order-svc and shop-svc know of accounts, and how they answer.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use souk_testkit::{Call, StandIn, problem};
use uuid::Uuid;

/// Accounts at one service: the newest attempt, and whether it closed the account.
#[derive(Default)]
struct Accounts {
    known: HashMap<String, (i64, bool)>,
    refusal: Option<&'static str>,
}

#[derive(Clone, Default)]
pub struct Desk(Arc<Mutex<Accounts>>);

pub struct Neighbours {
    pub orders: StandIn,
    pub shops: StandIn,
    pub order_desk: Desk,
    pub shop_desk: Desk,
}

impl Neighbours {
    pub fn start() -> Self {
        let (order_desk, shop_desk) = (Desk::default(), Desk::default());
        Self {
            orders: order_desk.open(),
            shops: shop_desk.open(),
            order_desk,
            shop_desk,
        }
    }

    /// Whether order-svc and shop-svc hold the account for closed.
    pub fn closed(&self, user_id: Uuid) -> (bool, bool) {
        (
            self.order_desk.is_closed(user_id),
            self.shop_desk.is_closed(user_id),
        )
    }
}

impl Desk {
    fn open(&self) -> StandIn {
        let desk = self.clone();
        StandIn::start(move |call| desk.answer(call))
    }

    /// From now on it refuses to close accounts, or does not.
    pub fn refuse(&self, refusal: Option<&'static str>) {
        self.0.lock().unwrap().refusal = refusal;
    }

    pub fn is_closed(&self, user_id: Uuid) -> bool {
        let accounts = self.0.lock().unwrap();
        accounts
            .known
            .get(&user_id.to_string())
            .is_some_and(|(_, is_closed)| *is_closed)
    }

    fn answer(&self, call: &Call) -> (u16, Value) {
        let (user_id, what) = call
            .path
            .strip_prefix("/internal/accounts/")
            .unwrap()
            .split_once('/')
            .unwrap();
        let attempt = call.body["attempt"].as_i64().unwrap();
        let mut accounts = self.0.lock().unwrap();
        let newest = accounts.known.get(user_id).map_or(0, |(newest, _)| *newest);
        match (what, accounts.refusal) {
            ("close", _) if attempt < newest => (409, problem("stale-attempt")),
            ("close", Some(refusal)) => (409, problem(refusal)),
            _ if attempt < newest => (204, Value::Null),
            _ => {
                accounts
                    .known
                    .insert(user_id.to_owned(), (attempt, what == "close"));
                (204, json!(null))
            }
        }
    }
}
