//! The service in process, its shelf of products, and builders of events.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex};

use cart_svc::flows::Checkout;
use cart_svc::{AppState, Error, MIGRATIONS, NAME, app, routes};
use serde_json::{Value, json};
use souk_clients::product::{LookupAnswer, LookupRequest, ProductClient, VariationSnapshot};
use souk_contracts::{Currency, Envelope, Money};
use souk_mirror::OwnerRule;
use souk_outbox::BatchHandler;
use souk_testkit::{Client, Response, StandIn, TestDb, TestServer};
use uuid::Uuid;

pub const CART: &str = "/api/v1/cart";
pub const ITEMS: &str = "/api/v1/cart/items";

pub fn azn(amount: i64) -> Money {
    Money::new(amount, Currency::AZN)
}

type Shelf = Arc<Mutex<HashMap<Uuid, VariationSnapshot>>>;

pub struct TestApp {
    pub db: TestDb,
    pub server: TestServer,
    pub products: StandIn,
    shelf: Shelf,
}

impl TestApp {
    pub async fn new() -> Self {
        Self::under(OwnerRule::OwnersOnlySell).await
    }

    pub async fn under(rule: OwnerRule) -> Self {
        let sources = vec![
            souk_db::MIGRATIONS,
            souk_outbox::MIGRATIONS,
            souk_mirror::MIGRATIONS,
            MIGRATIONS,
        ];
        let db = TestDb::with(sources).await;
        let shelf = Shelf::default();
        let products = stand_in(shelf.clone());
        let state = AppState {
            db: db.db(),
            products: ProductClient::new(products.client(NAME)),
            rule,
            currency: Currency::AZN,
        };
        let server = TestServer::start(
            app::server(state, Checkout::new(db.db(), rule), souk_testkit::mesh_keys()),
            routes::configure,
        );
        Self {
            db,
            server,
            products,
            shelf,
        }
    }

    /// A variation of a product and shop of its own, for sale.
    pub fn sells(&self, price: i64, available: i32) -> VariationSnapshot {
        let snapshot = VariationSnapshot {
            variation_id: Uuid::now_v7(),
            product_id: Uuid::now_v7(),
            shop_id: Uuid::now_v7(),
            owner_id: Uuid::now_v7(),
            title: "Blue suede shoes".into(),
            sku: "BSS-1".into(),
            options: BTreeMap::from([("size".into(), "42".into())]),
            price: azn(price),
            original_price: None,
            available,
            stock_version: 1,
            product_version: 1,
            sellable: true,
            archived: false,
        };
        self.shelf
            .lock()
            .unwrap()
            .insert(snapshot.variation_id, snapshot.clone());
        snapshot
    }

    /// Changes what product-svc answers from now on.
    pub fn edit(&self, variation_id: Uuid, change: impl FnOnce(&mut VariationSnapshot)) {
        change(self.shelf.lock().unwrap().get_mut(&variation_id).unwrap());
    }

    /// product-svc knows nothing of it any more.
    pub fn forget(&self, variation_id: Uuid) {
        self.shelf.lock().unwrap().remove(&variation_id);
    }

    pub fn customer(&self) -> Client {
        self.server.customer(Uuid::now_v7())
    }

    pub fn order_svc(&self) -> Client {
        self.server.peer("order-svc")
    }

    /// Lets a consumer handle an event, as the runner would.
    pub async fn tell<H: BatchHandler<Error = Error>>(&self, handler: &H, event: Envelope<H::Event>) {
        self.db.tell_all(handler, vec![event]).await.unwrap();
    }
}

fn stand_in(shelf: Shelf) -> StandIn {
    StandIn::start(move |call| {
        let asked: LookupRequest = serde_json::from_value(call.body.clone()).unwrap();
        let shelf = shelf.lock().unwrap();
        let items = asked
            .variation_ids
            .iter()
            .filter_map(|id| shelf.get(id).cloned())
            .collect();
        (200, serde_json::to_value(LookupAnswer { items }).unwrap())
    })
}

/// Puts pieces into the cart and answers the line.
pub async fn add(customer: &Client, variation_id: Uuid, quantity: i32) -> Value {
    let response = try_add(customer, variation_id, quantity).await;
    assert!(matches!(response.status, 200 | 201), "{response:?}");
    response.body
}

pub async fn try_add(customer: &Client, variation_id: Uuid, quantity: i32) -> Response {
    customer
        .post(
            ITEMS,
            json!({ "variation_id": variation_id, "quantity": quantity }),
        )
        .await
}

pub async fn cart(customer: &Client) -> Value {
    let response = customer.get(CART).await;
    assert_eq!(response.status, 200, "{response:?}");
    response.body
}

/// The one line of a cart.
pub async fn only_line(customer: &Client) -> Value {
    let cart = cart(customer).await;
    assert_eq!(cart["lines"].as_array().unwrap().len(), 1, "{cart}");
    cart["lines"][0].clone()
}

pub fn url(line: &Value) -> String {
    format!("{ITEMS}/{}", line["id"].as_str().unwrap())
}

pub fn id(value: &Value) -> Uuid {
    value.as_str().unwrap().parse().unwrap()
}
