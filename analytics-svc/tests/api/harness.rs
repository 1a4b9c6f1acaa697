//! The real app in process, on a schema of its own, beside a stand-in for shop-svc.

use actix_web::web;
use analytics_svc::domain::Pseudonyms;
use analytics_svc::{AppState, MIGRATIONS, Result, app, ops, routes};
use diesel::sql_types::Jsonb;
use diesel_async::RunQueryDsl;
use serde_json::Value;
use souk_clients::MeshClient;
use souk_clients::shop::{ShopClient, ShopRecord};
use souk_contracts::events::ShopStatus;
use souk_contracts::{Currency, Envelope};
use souk_http::{Problem, Server};
use souk_testkit::{ANY_INTERNAL, Client, TestDb, TestServer, mesh_keys};
use utoipa::openapi::InfoBuilder;
use uuid::Uuid;

/// What is computed from the log, and the log itself without the time of writing.
const TABLES: [&str; 8] = [
    "order_items",
    "market_sales",
    "shop_sales",
    "product_sales",
    "visits",
    "shops",
    "products",
    "(select id, type, subject, user_id, shop_id, data from event_log)",
];

/// Keys of pseudonyms.
pub const KEY: &str = "a key of tests";
pub const NEXT_KEY: &str = "the next key of tests";

pub struct TestApp {
    pub db: TestDb,
    pub pseudonyms: Pseudonyms,
    server: TestServer,
    _shop_svc: TestServer,
}

#[derive(diesel::QueryableByName)]
struct Rows {
    #[diesel(sql_type = Jsonb)]
    rows: Value,
}

impl TestApp {
    pub async fn new() -> Self {
        Self::beside(shop_svc()).await
    }

    async fn beside(shop_svc: TestServer) -> Self {
        let db = TestDb::new(MIGRATIONS).await;
        let mesh = MeshClient::new(shop_svc.url(), analytics_svc::NAME, mesh_keys()).unwrap();
        let state = AppState {
            db: db.db(),
            shops: ShopClient::new(mesh),
            currency: Currency::AZN,
        };
        let server = TestServer::start(app::server(state, mesh_keys()), routes::configure);
        Self {
            db,
            pseudonyms: Pseudonyms::new([KEY]).unwrap(),
            server,
            _shop_svc: shop_svc,
        }
    }

    /// An app whose shop-svc is away.
    pub async fn alone() -> Self {
        let away = Server::new("nobody", InfoBuilder::new().build()).setup(|app| {
            app.route(
                "/internal/shops/{id}",
                web::get().to(async || Err::<String, _>(Problem::unavailable("away"))),
            );
        });
        Self::beside(TestServer::start(away, |_| {})).await
    }

    pub fn server(&self) -> &TestServer {
        &self.server
    }

    pub fn admin(&self) -> Client {
        self.server.admin()
    }

    pub fn customer(&self, user_id: Uuid) -> Client {
        self.server.customer(user_id)
    }

    pub fn anonymous(&self) -> Client {
        self.server.anonymous()
    }

    /// Takes events in, all in one transaction, as the runner does.
    pub async fn take(&self, events: Vec<Envelope<Value>>) {
        self.try_take(events).await.unwrap();
    }

    pub async fn try_take(&self, events: Vec<Envelope<Value>>) -> Result<()> {
        self.db
            .db()
            .transaction(async |tx| ops::record_events(tx, &self.pseudonyms, events).await)
            .await
    }

    /// Takes events in, each in a transaction of its own.
    pub async fn take_singly(&self, events: impl IntoIterator<Item = Envelope<Value>>) {
        for event in events {
            self.take(vec![event]).await;
        }
    }

    pub async fn rebuild(&self) -> u64 {
        self.db
            .db()
            .transaction(async |tx| ops::rebuild(tx).await)
            .await
            .unwrap()
    }

    /// Every row there is, table by table.
    pub async fn rows(&self) -> Vec<Value> {
        let mut all = Vec::new();
        for table in TABLES {
            all.push(self.table(table).await);
        }
        all
    }

    /// The rows of a table, in a fixed order.
    pub async fn table(&self, table: &str) -> Value {
        let statement = format!(
            "select coalesce(jsonb_agg(to_jsonb(t) order by to_jsonb(t)), '[]'::jsonb) as rows from {table} t"
        );
        let mut conn = self.db.db().conn().await.unwrap();
        diesel::sql_query(statement)
            .get_result::<Rows>(&mut conn)
            .await
            .unwrap()
            .rows
    }

    pub async fn run(&self, statement: &str) {
        let mut conn = self.db.db().conn().await.unwrap();
        diesel::sql_query(statement).execute(&mut conn).await.unwrap();
    }

    /// Empties all tables.
    pub async fn forget(&self) {
        let statement = "truncate event_log, order_items, market_sales, shop_sales, product_sales, visits, \
            shops, products, erased_users";
        let mut conn = self.db.db().conn().await.unwrap();
        diesel::sql_query(statement).execute(&mut conn).await.unwrap();
    }
}

/// Knows one shop: id 77, owner 78.
fn shop_svc() -> TestServer {
    let server = Server::new("shop-svc", InfoBuilder::new().build()).setup(|app| {
        app.route("/internal/shops/{id}", web::get().to(get_shop));
    });
    TestServer::start(
        server.gate(souk_auth::mesh_gate(mesh_keys(), ANY_INTERNAL.iter().copied())),
        |_| {},
    )
}

async fn get_shop(_peer: souk_auth::Peer, id: web::Path<Uuid>) -> web::Json<Option<ShopRecord>> {
    let shop = ShopRecord {
        id: *id,
        owner_id: Uuid::from_u128(78),
        name: "Late".into(),
        slug: "late".into(),
        logo_url: None,
        is_verified: false,
        status: ShopStatus::Approved,
        version: 1,
    };
    web::Json(Some(shop).filter(|shop| shop.id == Uuid::from_u128(77)))
}
