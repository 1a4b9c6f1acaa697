//! The service in process.

use chrono::{DateTime, Utc};
use diesel_async::RunQueryDsl;
use serde_json::{Value, json};
use shop_svc::domain::{ItemLine, ItemStatus, NewOrderItem, OrderItemChange};
use shop_svc::{MIGRATIONS, app, flows, ops, routes};
use souk_testkit::{Client, Published, TestDb, TestServer};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

pub const SHOPS: &str = "/api/v1/shops";

pub struct TestApp {
    pub db: TestDb,
    pub server: TestServer,
    served: CancellationToken,
    counter: JoinHandle<()>,
}

/// A shop, and the client of its owner.
pub struct Owned {
    pub owner: Client,
    pub id: Uuid,
    pub body: Value,
}

impl TestApp {
    pub async fn new() -> Self {
        let db = TestDb::new(MIGRATIONS).await;
        let (log, views) = flows::views(db.db());
        let served = CancellationToken::new();
        let counter = tokio::spawn(views.run(served.clone()));
        let server = TestServer::start(
            app::server(db.db(), log, souk_testkit::mesh_keys()),
            routes::configure,
        );
        Self {
            db,
            server,
            served,
            counter,
        }
    }

    pub fn someone(&self) -> Client {
        self.server.customer(Uuid::now_v7())
    }

    pub async fn pending(&self) -> Owned {
        self.named("Caspian Leather").await
    }

    pub async fn named(&self, name: &str) -> Owned {
        let owner = self.someone();
        let response = owner.post(SHOPS, json!({ "name": name })).await;
        assert_eq!(response.status, 201, "{response:?}");
        let id = response.body["id"].as_str().unwrap().parse().unwrap();
        Owned {
            owner,
            id,
            body: response.body,
        }
    }

    pub async fn approved(&self) -> Owned {
        let mut shop = self.pending().await;
        shop.body = self.decide(&shop, "approve").await;
        shop
    }

    pub async fn rejected(&self) -> Owned {
        let mut shop = self.pending().await;
        shop.body = self.decide(&shop, "reject").await;
        shop
    }

    pub async fn suspended(&self) -> Owned {
        let mut shop = self.approved().await;
        shop.body = self.decide(&shop, "suspend").await;
        shop
    }

    pub async fn closed(&self) -> Owned {
        let shop = self.pending().await;
        assert_eq!(shop.owner.delete(&shop.url("")).await.status, 204);
        shop
    }

    pub async fn decide(&self, shop: &Owned, decision: &str) -> Value {
        let body = match decision {
            "reject" | "suspend" => json!({ "reason": "because" }),
            _ => json!({}),
        };
        let response = self.server.admin().post(&shop.url(decision), body).await;
        assert_eq!(response.status, 200, "{response:?}");
        response.body
    }

    /// Runs a statement, to move time.
    pub async fn run(&self, statement: &str) {
        let mut conn = self.db.db().conn().await.unwrap();
        diesel::sql_query(statement).execute(&mut conn).await.unwrap();
    }

    /// What was told so far, as `type` and version.
    pub async fn told(&self) -> Vec<(String, Option<i64>)> {
        self.db
            .published()
            .await
            .into_iter()
            .map(|event| (event.kind, event.version))
            .collect()
    }

    /// The views that were told, once every one is written down.
    pub async fn told_views(&mut self) -> Vec<Published> {
        self.served.cancel();
        (&mut self.counter).await.unwrap();
        self.db.published_of("shop.viewed").await
    }

    pub async fn ordered(&self, item: &NewOrderItem) {
        let line = ItemLine {
            order_number: "SK-7F3K-9Q2M".into(),
            sub_order_id: Uuid::nil(),
            title: "Weekend bag".into(),
            sku: "CL-WB-01".into(),
            options: [("color".to_owned(), "brown".to_owned())].into(),
        };
        self.db
            .db()
            .transaction(async |tx| ops::keep_order_items(tx, &[(item.clone(), line)]).await)
            .await
            .unwrap();
    }

    pub async fn moved(&self, item: &NewOrderItem, status: ItemStatus) {
        let item = NewOrderItem {
            version: item.version + 1,
            ..item.clone()
        };
        let change = OrderItemChange {
            status: status.into(),
            reason: None,
            carrier: None,
            tracking_number: None,
        };
        self.db
            .db()
            .transaction(async |tx| ops::move_order_item(tx, &item, &change).await)
            .await
            .unwrap();
    }
}

impl Owned {
    /// `/api/v1/shops/{id}`, or something below it.
    pub fn url(&self, below: &str) -> String {
        let slash = if below.is_empty() { "" } else { "/" };
        format!("{SHOPS}/{}{slash}{below}", self.id)
    }

    pub fn item(&self, at: &str) -> NewOrderItem {
        NewOrderItem {
            id: Uuid::now_v7(),
            order_id: Uuid::now_v7(),
            shop_id: self.id,
            customer_id: Uuid::now_v7(),
            product_id: Uuid::now_v7(),
            variation_id: Uuid::now_v7(),
            quantity: 2,
            unit_price: 12900,
            currency: "AZN".into(),
            version: 1,
            at: at.parse::<DateTime<Utc>>().unwrap(),
        }
    }
}
