//! The service in process.

use std::sync::Arc;

use search_svc::flows::Indexer;
use search_svc::index::{EmbeddedIndex, SearchIndex};
use search_svc::{AppState, Error, MIGRATIONS, app, routes};
use serde_json::Value;
use souk_contracts::events::{ProductCreated, ProductSnapshot, ShopApproved, ShopSnapshot};
use souk_contracts::{Envelope, Event};
use souk_outbox::BatchHandler;
use souk_testkit::{Response, TestDb, TestServer};

use search_svc::consumers::{OnProductCreated, OnShopApproved};

use crate::index::Directory;

pub struct TestApp {
    pub db: TestDb,
    pub server: TestServer,
    pub index: Arc<dyn SearchIndex>,
    _directory: Directory,
}

impl TestApp {
    pub async fn new() -> Self {
        let directory = Directory::new();
        let index = EmbeddedIndex::open(directory.path()).unwrap();
        Self::with(Arc::new(index), directory).await
    }

    pub async fn with(index: Arc<dyn SearchIndex>, directory: Directory) -> Self {
        let db = TestDb::new(MIGRATIONS).await;
        let state = AppState {
            db: db.db(),
            index: index.clone(),
        };
        let server = TestServer::start(app::server(state, souk_testkit::mesh_keys()), routes::configure);
        Self {
            db,
            server,
            index,
            _directory: directory,
        }
    }

    /// Hands an event to its consumer, as the runner does with a new one.
    pub async fn told<H: BatchHandler<Error = Error>>(&self, handler: H, event: H::Event, version: i64)
    where
        H::Event: Event,
    {
        let event = Envelope::new(event, Some(version));
        self.db.tell_all(&handler, vec![event]).await.unwrap();
    }

    /// Brings the index up to date.
    pub async fn indexed(&self) {
        self.try_index(self.index.clone()).await.unwrap();
    }

    pub async fn try_index(&self, index: Arc<dyn SearchIndex>) -> Result<(), Error> {
        let mut conn = self.db.db().conn().await?;
        Indexer::new(self.db.db(), index).drain(&mut conn).await
    }

    /// An approved shop, told at version 1.
    pub async fn shop(&self, name: &str) -> ShopSnapshot {
        let shop = crate::facts::shop(name);
        self.told(OnShopApproved, ShopApproved(shop.clone()), 1).await;
        shop
    }

    /// An active product, told at version 1.
    pub async fn product(&self, shop: &ShopSnapshot, title: &str) -> ProductSnapshot {
        let product = crate::facts::product(shop, title);
        self.told(OnProductCreated, ProductCreated(product.clone()), 1)
            .await;
        product
    }

    pub async fn search(&self, query: &str) -> Response {
        self.server
            .anonymous()
            .get(&format!("/api/v1/search?{query}"))
            .await
    }

    /// The titles of the products found once the index is up to date.
    pub async fn titles(&self, q: &str) -> Vec<String> {
        self.indexed().await;
        texts(&self.search(&format!("q={q}")).await.body["products"], "title")
    }

    /// The names of the shops found once the index is up to date.
    pub async fn shops(&self, q: &str) -> Vec<String> {
        self.indexed().await;
        texts(&self.search(&format!("q={q}")).await.body["shops"], "name")
    }

    pub async fn waiting(&self) -> i64 {
        let mut conn = self.db.db().conn().await.unwrap();
        search_svc::store::queue::len(&mut conn).await.unwrap()
    }
}

pub fn texts(items: &Value, field: &str) -> Vec<String> {
    items
        .as_array()
        .unwrap()
        .iter()
        .map(|item| item[field].as_str().unwrap().to_owned())
        .collect()
}
