//! The service in process.

use std::sync::Arc;
use std::time::Duration;

use search_svc::flows::{Indexer, Searcher, SharedDictionary, ShopVisibility, Sources};
use search_svc::index::SearchIndex;
use search_svc::{AppState, Error, MIGRATIONS, app, routes};
use serde_json::Value;
use souk_clients::product::ProductClient;
use souk_clients::shop::ShopClient;
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
    pub dictionary: SharedDictionary,
    pub visibility: ShopVisibility,
    sources: Sources,
    #[expect(dead_code, reason = "it is removed with the app")]
    directory: Option<Directory>,
}

impl TestApp {
    /// With an empty index.
    pub async fn new() -> Self {
        Self::with_sources(nowhere()).await
    }

    /// With an empty index, beside these services.
    pub async fn with_sources(sources: Sources) -> Self {
        let mut app = Self::unbuilt().await;
        app.sources = sources;
        app.indexed().await;
        app
    }

    /// Without an index, as after the first start.
    pub async fn unbuilt() -> Self {
        let directory = Directory::new();
        let index = Arc::new(directory.open().await);
        Self {
            directory: Some(directory),
            ..Self::over(index).await
        }
    }

    /// Over an index, whatever is in it.
    pub async fn over(index: Arc<dyn SearchIndex>) -> Self {
        let db = TestDb::new(MIGRATIONS).await;
        let (dictionary, visibility) = (SharedDictionary::default(), ShopVisibility::default());
        let state = AppState {
            db: db.db(),
            keys: souk_testkit::mesh_keys(),
        };
        let searcher = Searcher::new(index.clone(), dictionary.clone(), visibility.clone());
        let server = TestServer::start(app::server(state, searcher), routes::configure);
        Self {
            db,
            server,
            index,
            dictionary,
            visibility,
            sources: nowhere(),
            directory: None,
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
        Indexer::new(self.db.db(), index, self.dictionary.clone(), self.sources.clone())
            .drain(&mut conn)
            .await?;
        self.visibility.refresh(&mut conn).await
    }

    /// An indexer that has done nothing yet.
    pub fn indexer(&self) -> Indexer {
        self.indexer_of(self.index.clone())
    }

    /// An indexer of another index.
    pub fn indexer_of(&self, index: Arc<dyn SearchIndex>) -> Indexer {
        Indexer::new(self.db.db(), index, self.dictionary.clone(), self.sources.clone())
    }

    /// Waits until something is so.
    pub async fn becomes(&self, mut is_so: impl AsyncFnMut() -> bool) {
        let waiting = async {
            while !is_so().await {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(Duration::from_secs(30), waiting)
            .await
            .expect("it becomes so");
    }

    /// Reads again which shops may be seen.
    pub async fn refresh(&self) {
        let mut conn = self.db.db().conn().await.unwrap();
        self.visibility.refresh(&mut conn).await.unwrap();
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

    pub async fn products(&self, query: &str) -> Response {
        self.server
            .anonymous()
            .get(&format!("/api/v1/search/products?{query}"))
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

/// Services that do not answer.
fn nowhere() -> Sources {
    let client = || {
        let keys = souk_testkit::mesh_keys();
        souk_clients::MeshClient::new("http://127.0.0.1:9", "search-svc", keys).unwrap()
    };
    Sources {
        products: ProductClient::new(client()),
        shops: ShopClient::new(client()),
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
