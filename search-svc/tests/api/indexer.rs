//! From the tables into the index, whatever breaks in between.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use search_svc::consumers::{OnProductUpdated, OnShopSuspended};
use search_svc::domain::{Document, Query};
use search_svc::flows::Indexer;
use search_svc::index::{EmbeddedIndex, Hit, IndexError, Key, SearchIndex};
use souk_contracts::events::{ProductUpdated, ShopStatus, ShopSuspended};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::app::{TestApp, texts};
use crate::index::Directory;

/// An index whose process dies right after its next commit.
struct DiesAfterCommit {
    index: Arc<dyn SearchIndex>,
    armed: AtomicBool,
}

impl SearchIndex for DiesAfterCommit {
    fn name(&self) -> &'static str {
        self.index.name()
    }

    fn generation(&self) -> BoxFuture<'_, Result<Option<Uuid>, IndexError>> {
        self.index.generation()
    }

    fn reset(&self, generation: Uuid) -> BoxFuture<'_, Result<(), IndexError>> {
        self.index.reset(generation)
    }

    fn upsert(&self, documents: Vec<Document>) -> BoxFuture<'_, Result<(), IndexError>> {
        self.index.upsert(documents)
    }

    fn delete(&self, keys: Vec<Key>) -> BoxFuture<'_, Result<(), IndexError>> {
        self.index.delete(keys)
    }

    fn commit(&self) -> BoxFuture<'_, Result<(), IndexError>> {
        async move {
            self.index.commit().await?;
            if AtomicBool::swap(&self.armed, false, Ordering::SeqCst) {
                return Err(std::io::Error::other("died").into());
            }
            Ok(())
        }
        .boxed()
    }

    fn search(&self, query: Query) -> BoxFuture<'_, Result<Vec<Hit>, IndexError>> {
        self.index.search(query)
    }
}

#[actix_web::test]
async fn a_crash_between_the_commit_and_the_queue_only_repeats_work() {
    let app = TestApp::new().await;
    let shop = app.shop("Hat House").await;
    let product = app.product(&shop, "Straw hat").await;
    let dying = Arc::new(DiesAfterCommit {
        index: app.index.clone(),
        armed: AtomicBool::new(true),
    });

    assert!(app.try_index(dying.clone()).await.is_err());
    assert!(app.waiting().await > 0);
    app.told(OnProductUpdated, ProductUpdated(product.clone()), 2)
        .await;
    app.try_index(dying).await.unwrap();

    assert_eq!(app.waiting().await, 0);
    assert_eq!(app.titles("hat").await, ["Straw hat"]);
    assert_eq!(app.shops("hat").await, ["Hat House"]);
}

#[actix_web::test]
async fn a_lost_index_is_rebuilt_from_the_tables() {
    let app = TestApp::new().await;
    let shop = app.shop("Hat House").await;
    for n in 0..20 {
        app.product(&shop, &format!("Hat {n}")).await;
    }
    app.indexed().await;
    let before = app.search("q=hat%20house&size=50").await.body;

    let directory = Directory::new();
    let other: Arc<dyn SearchIndex> = Arc::new(EmbeddedIndex::open(directory.path()).unwrap());
    app.try_index(other.clone()).await.unwrap();

    let words = search_svc::domain::Words::parse("hat house");
    let found = other
        .search(words.query(search_svc::domain::Kind::Product, 50))
        .await
        .unwrap();
    let after: Vec<String> = found.into_iter().map(|hit| hit.card.title).collect();
    assert_eq!(after, texts(&before["products"], "title"));
    assert_eq!(after.len(), 20);
}

#[actix_web::test]
async fn an_index_of_other_tables_is_thrown_away() {
    let (mine, other) = (TestApp::new().await, TestApp::new().await);
    let shop = other.shop("Hat House").await;
    other.product(&shop, "Foreign hat").await;
    other.indexed().await;
    let shop = mine.shop("Hat House").await;
    mine.product(&shop, "Own hat").await;

    mine.try_index(other.index.clone()).await.unwrap();

    assert_eq!(
        texts(&other.search("q=hat").await.body["products"], "title"),
        ["Own hat"]
    );
}

#[actix_web::test]
async fn all_products_of_a_big_shop_are_hidden() {
    let app = TestApp::new().await;
    let shop = app.shop("Hat House").await;
    let products = (0..1100).map(|n| crate::facts::product(&shop, &format!("Hat {n}")));
    app.db
        .db()
        .transaction(async |tx| {
            for mut product in products {
                product.variations.clear();
                search_svc::ops::keep_product(tx, &product, 1).await?;
            }
            Ok::<_, search_svc::Error>(())
        })
        .await
        .unwrap();
    assert_eq!(app.titles("hat").await.len(), 10);

    let mut suspended = shop.clone();
    suspended.status = ShopStatus::Suspended;
    app.told(OnShopSuspended, ShopSuspended(suspended), 2).await;
    assert_eq!(app.waiting().await, 2);

    assert_eq!(app.titles("hat").await.len(), 0);
    assert_eq!(app.waiting().await, 0);
}

#[actix_web::test]
async fn a_running_indexer_is_woken_by_what_is_committed() {
    let app = TestApp::new().await;
    let stop = CancellationToken::new();
    let indexer = tokio::spawn(Indexer::new(app.db.db(), app.index.clone()).run(stop.clone()));
    let shop = app.shop("Hat House").await;

    app.product(&shop, "Straw hat").await;

    let found = async {
        while app.search("q=straw").await.body["products"] == serde_json::json!([]) {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), found)
        .await
        .expect("the product is found");
    stop.cancel();
    indexer.await.unwrap();
}

#[actix_web::test]
async fn one_indexer_works_and_another_takes_over() {
    let app = TestApp::new().await;
    let mut lease = app.db.db().lead("indexer").await.unwrap();
    assert!(lease.is_some());
    let stop = CancellationToken::new();
    let second = tokio::spawn(Indexer::new(app.db.db(), app.index.clone()).run(stop.clone()));
    app.shop("Hat House").await;
    assert_eq!(app.waiting().await, 2);

    drop(lease.take());

    let done = async {
        while app.waiting().await > 0 {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), done)
        .await
        .expect("the second one works");
    stop.cancel();
    second.await.unwrap();
}
