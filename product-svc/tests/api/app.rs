//! The service in process, its shops, and builders.

use std::sync::{Arc, Mutex};

use chrono::Duration;
use diesel::QueryableByName;
use diesel::sql_types::{BigInt, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use product_svc::app::Parts;
use product_svc::domain::{Shop, ShopId, ShopStatus, UserId};
use product_svc::{AppState, Error, MIGRATIONS, NAME, app, ops, routes};
use serde_json::{Value, json};
use souk_clients::shop::{ShopClient, ShopRecord};
use souk_contracts::{Currency, Envelope};
use souk_outbox::BatchHandler;
use souk_testkit::{Client, Response, StandIn, TestDb, TestServer};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

pub const PRODUCTS: &str = "/api/v1/products";

pub struct TestApp {
    pub db: TestDb,
    pub server: TestServer,
    pub shop_svc: StandIn,
    known_to_shop_svc: Arc<Mutex<Option<ShopRecord>>>,
    stop: CancellationToken,
}

/// The owner of a shop, logged in.
pub struct Owner {
    pub client: Client,
    pub shop_id: Uuid,
}

impl TestApp {
    pub async fn new() -> Self {
        let db = TestDb::new(MIGRATIONS).await;
        let known_to_shop_svc = Arc::new(Mutex::new(None::<ShopRecord>));
        let known = known_to_shop_svc.clone();
        let shop_svc = StandIn::start(move |_| match &*known.lock().unwrap() {
            Some(shop) => (200, serde_json::to_value(shop).unwrap()),
            None => (200, Value::Null),
        });
        let shops = ShopClient::new(shop_svc.client(NAME));
        let state = AppState {
            db: db.db(),
            shops,
            currency: Currency::AZN,
        };
        let parts: Parts = app::parts(state, Duration::minutes(10), souk_testkit::mesh_keys());
        let stop = CancellationToken::new();
        tokio::spawn(parts.views.run(stop.clone()));
        let server = TestServer::start(parts.server, routes::configure);
        Self {
            db,
            server,
            shop_svc,
            known_to_shop_svc,
            stop,
        }
    }

    /// The owner of an approved shop.
    pub async fn owner(&self) -> Owner {
        let owner = self.applicant();
        self.keep_shop(&owner, ShopStatus::Approved, 2).await;
        owner
    }

    /// The owner of a shop that nobody here has heard of.
    pub fn applicant(&self) -> Owner {
        Owner {
            client: self.server.customer(Uuid::now_v7()),
            shop_id: Uuid::now_v7(),
        }
    }

    pub async fn keep_shop(&self, owner: &Owner, status: ShopStatus, version: i64) {
        let (id, owner_id) = (ShopId(owner.shop_id), UserId(owner.client.user_id()));
        let shop = Shop {
            id,
            owner_id,
            status: status.into(),
            version,
        };
        self.db
            .db()
            .transaction(async |tx| ops::keep_shop(tx, &shop).await)
            .await
            .unwrap();
    }

    /// shop-svc knows the shop in this status, its events are still on their way.
    pub fn shop_svc_knows(&self, owner: &Owner, status: souk_contracts::events::ShopStatus, version: i64) {
        *self.known_to_shop_svc.lock().unwrap() = Some(ShopRecord {
            id: owner.shop_id,
            owner_id: owner.client.user_id(),
            name: "Lamps".into(),
            slug: "lamps".into(),
            logo_url: None,
            is_verified: false,
            status,
            version,
        });
    }

    pub fn anyone(&self) -> Client {
        self.server.anonymous()
    }

    pub fn customer(&self) -> Client {
        self.server.customer(Uuid::now_v7())
    }

    pub fn order_svc(&self) -> Client {
        self.server.peer("order-svc")
    }

    /// Lets a consumer handle an event, as the runner would.
    pub async fn tell<H: BatchHandler<Error = Error>>(
        &self,
        handler: &H,
        event: Envelope<H::Event>,
    ) -> Result<(), Error> {
        self.db.tell_all(handler, vec![event]).await
    }

    /// What can be bought of a variation, after checking that it is the sum of its ledger.
    pub async fn available(&self, variation_id: Uuid) -> i64 {
        let mut conn = self.db.db().conn().await.unwrap();
        let found: Sums = diesel::sql_query(
            "select s.available::bigint as available, coalesce(sum(l.delta), 0)::bigint as entered
             from stock s left join stock_ledger l using (variation_id) where variation_id = $1 group by 1",
        )
        .bind::<SqlUuid, _>(variation_id)
        .get_result(&mut conn)
        .await
        .unwrap();
        assert_eq!(
            found.available, found.entered,
            "stock is not the sum of its ledger"
        );
        found.available
    }

    /// The ledger of a variation as its owner sees it, oldest first.
    pub async fn ledger(&self, owner: &Owner, variation_id: Uuid) -> Vec<(i64, String)> {
        let path = format!("/api/v1/variations/{variation_id}/stock/ledger?limit=100");
        let response = owner.client.get(&path).await;
        assert_eq!(response.status, 200, "{response:?}");
        let entry = |entry: &Value| {
            (
                entry["delta"].as_i64().unwrap(),
                entry["reason"].as_str().unwrap().into(),
            )
        };
        response.body["items"]
            .as_array()
            .unwrap()
            .iter()
            .rev()
            .map(entry)
            .collect()
    }

    /// Runs a statement, to move time or counters.
    pub async fn run(&self, statement: &str) {
        let mut conn = self.db.db().conn().await.unwrap();
        diesel::sql_query(statement).execute(&mut conn).await.unwrap();
    }
}

impl Drop for TestApp {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

#[derive(QueryableByName)]
struct Sums {
    #[diesel(sql_type = BigInt)]
    available: i64,
    #[diesel(sql_type = BigInt)]
    entered: i64,
}

impl Owner {
    /// Adds a product and answers it.
    pub async fn adds(&self, body: Value) -> Value {
        let response = self.client.post(PRODUCTS, body).await;
        assert_eq!(response.status, 201, "{response:?}");
        response.body
    }

    /// Adds a product of one variation with this stock, at 10.00, and answers the variation.
    pub async fn sells(&self, stock: i32) -> Uuid {
        let product = self.adds(boots(json!([variation("42", 1000, stock)]))).await;
        id(&product["variations"][0])
    }

    pub async fn changes_stock(&self, variation: Uuid, delta: i32, reason: &str) -> Response {
        let path = format!("/api/v1/variations/{variation}/stock");
        self.client
            .post(&path, json!({ "delta": delta, "reason": reason }))
            .await
    }
}

/// A product with these variations and a SKU of its own.
pub fn boots(variations: Value) -> Value {
    json!({ "title": "Winter boots", "sku": Uuid::now_v7().simple().to_string(), "variations": variations })
}

pub fn variation(size: &str, price: i64, stock: i32) -> Value {
    json!({ "options": { "size": size }, "price": azn(price), "stock": stock })
}

pub fn azn(amount: i64) -> Value {
    json!({ "amount": amount, "currency": "AZN" })
}

/// The id of what an answer shows.
pub fn id(body: &Value) -> Uuid {
    body["id"].as_str().unwrap().parse().unwrap()
}

/// The titles of a list.
pub fn titles(response: &Response) -> Vec<&str> {
    assert_eq!(response.status, 200, "{response:?}");
    response.body["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| item["title"].as_str().unwrap())
        .collect()
}

/// Where the mistakes of a 422 are.
pub fn pointers(response: &Response) -> Vec<&str> {
    assert_eq!(response.problem(), (422, "validation-failed"), "{response:?}");
    let errors = response.body["errors"].as_array().unwrap();
    errors
        .iter()
        .map(|error| error["pointer"].as_str().unwrap())
        .collect()
}
