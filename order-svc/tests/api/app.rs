//! The service in process, with the three it asks.

use std::sync::Arc;

use diesel_async::RunQueryDsl;
use order_svc::flows::Checkout;
use order_svc::{AppState, MIGRATIONS, NAME, TURNS, app, routes};
use serde_json::{Value, json};
use souk_auth::Role;
use souk_clients::cart::CartClient;
use souk_clients::product::ProductClient;
use souk_clients::user::UserClient;
use souk_testkit::{Client, Response, StandIn, TestDb, TestServer};
use tokio::sync::Semaphore;
use uuid::Uuid;

use crate::book::Book;
use crate::world::{Thing, World};

pub const ORDERS: &str = "/api/v1/orders";

pub struct TestApp {
    pub db: TestDb,
    pub server: TestServer,
    pub world: World,
    pub carts: StandIn,
    pub products: StandIn,
    pub book: Book,
    pub users: StandIn,
    pub turns: Arc<Semaphore>,
}

/// A customer with two things of two shops in the cart.
pub struct Buyer {
    pub client: Client,
    pub things: [Thing; 2],
}

/// An order that was accepted.
pub struct Ordered {
    pub body: Value,
}

impl TestApp {
    pub async fn new() -> Self {
        Self::with_turns(TURNS).await
    }

    /// So many may check out at a time.
    pub async fn with_turns(turns: usize) -> Self {
        let turns = Arc::new(Semaphore::new(turns));
        let db = TestDb::new(MIGRATIONS).await;
        let world = World::default();
        let (carts, products) = (world.carts(), world.products());
        let book = Book::default();
        let users = book.users();
        let user_client = UserClient::new(users.client(NAME));
        let checkout = Checkout::new(
            db.db(),
            CartClient::new(carts.client(NAME)),
            ProductClient::new(products.client(NAME)),
            user_client.clone(),
            turns.clone(),
        );
        let state = AppState {
            db: db.db(),
            users: user_client,
        };
        let server = TestServer::start(
            app::server(state, checkout, souk_testkit::mesh_keys()),
            routes::configure,
        );
        Self {
            db,
            server,
            world,
            carts,
            products,
            book,
            users,
            turns,
        }
    }

    pub fn buyer(&self) -> Buyer {
        let client = self.server.customer(Uuid::now_v7());
        let things = [self.world.sell(12900, 10), self.world.sell(500, 10)];
        self.world.put_in_cart(client.user_id(), &things[0], 2);
        self.world.put_in_cart(client.user_id(), &things[1], 1);
        Buyer { client, things }
    }

    pub async fn order_by(&self, buyer: &Buyer) -> Ordered {
        let response = buyer.order(&Uuid::now_v7().to_string()).await;
        assert_eq!(response.status, 201, "{response:?}");
        Ordered { body: response.body }
    }

    /// The owner of the shop that sends `item`.
    pub fn owner(&self, thing: &Thing) -> Client {
        self.server.user(thing.owner_id, Role::ShopOwner)
    }

    pub async fn sql(&self, statement: &str) {
        let mut conn = self.db.db().conn().await.unwrap();
        diesel::sql_query(statement).execute(&mut conn).await.unwrap();
    }
}

impl Buyer {
    pub async fn order(&self, key: &str) -> Response {
        self.order_with(key, checkout()).await
    }

    pub async fn order_with(&self, key: &str, body: Value) -> Response {
        self.client
            .clone()
            .with("Idempotency-Key", key)
            .post(ORDERS, body)
            .await
    }

    pub fn id(&self) -> Uuid {
        self.client.user_id()
    }
}

impl Ordered {
    pub fn id(&self) -> &str {
        self.body["id"].as_str().unwrap()
    }

    pub fn url(&self) -> String {
        format!("{ORDERS}/{}", self.id())
    }

    pub fn cancel_url(&self) -> String {
        format!("{}/cancel", self.url())
    }

    /// The id of the only item of the `n`th shop.
    pub fn item(&self, n: usize) -> &str {
        self.body["sub_orders"][n]["items"][0]["id"].as_str().unwrap()
    }

    pub fn item_url(&self, n: usize, what: &str) -> String {
        format!("/api/v1/order-items/{}/{what}", self.item(n))
    }
}

pub fn address() -> Value {
    json!({ "name": "Aygun Aliyeva", "line1": "Nizami 12", "city": "Baku", "country": "AZ",
            "phone_number": "+994 12 345 67 89" })
}

pub fn checkout() -> Value {
    json!({ "shipping_address": address(), "note": "Please ring twice." })
}

pub fn accepting() -> Value {
    json!({ "shipping_address": address(), "accept_changes": true })
}
