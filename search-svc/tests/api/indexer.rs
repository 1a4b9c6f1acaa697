//! From the tables into the index, whatever breaks in between.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use search_svc::consumers::{OnProductUpdated, OnShopReinstated, OnShopSuspended, OnShopUpdated};
use search_svc::domain::{
    Card, JobStatus, Key, Kind, MaintenanceJob, MaintenanceKind, ProductPage, ProductSearch, ShopSearch,
    Source,
};
use search_svc::index::{DocumentWrite, IndexError, IndexResult, IndexState, RejectedDocument, SearchIndex};
use search_svc::store;
use souk_contracts::events::{ProductUpdated, ShopReinstated, ShopStatus, ShopSuspended, ShopUpdated};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::app::{TestApp, texts};

/// What a faulty index does wrong.
enum Fault {
    /// The process dies at its nth change, before or after it takes effect.
    Dies { at: usize, after_effect: bool },
    /// It panics at each change from this one on, up to another.
    Panics { from: usize, until: usize },
    /// It cannot keep a document; alone or in a batch, with an error or a rejection.
    Refuses { id: Uuid, by_error: bool },
}

struct Faulty {
    index: Arc<dyn SearchIndex>,
    fault: Fault,
    changes: AtomicUsize,
}

impl Faulty {
    fn new(index: &Arc<dyn SearchIndex>, fault: Fault) -> Arc<Self> {
        Arc::new(Self {
            index: index.clone(),
            fault,
            changes: AtomicUsize::new(0),
        })
    }

    async fn change<T>(&self, change: BoxFuture<'_, IndexResult<T>>) -> IndexResult<T> {
        let n = self.changes.fetch_add(1, Ordering::SeqCst);
        let died = || IndexError::Unavailable("died".into());
        match self.fault {
            Fault::Dies {
                at,
                after_effect: false,
            } if at == n => Err(died()),
            Fault::Dies { at, .. } if at == n => {
                change.await?;
                Err(died())
            }
            Fault::Panics { from, until } if (from..until).contains(&n) => panic!("on purpose"),
            _ => change.await,
        }
    }
}

impl SearchIndex for Faulty {
    fn name(&self) -> &'static str {
        self.index.name()
    }

    fn state(&self) -> BoxFuture<'_, IndexResult<IndexState>> {
        self.index.state()
    }

    fn create(&self, id: Uuid) -> BoxFuture<'_, IndexResult<()>> {
        self.change(self.index.create(id)).boxed()
    }

    fn write(
        &self,
        id: Uuid,
        writes: Arc<[DocumentWrite]>,
    ) -> BoxFuture<'_, IndexResult<Vec<RejectedDocument>>> {
        if let Fault::Refuses {
            id: refused,
            by_error,
        } = self.fault
            && let Some(write) = writes.iter().find(|write| write.key.id == refused)
        {
            let rejected = RejectedDocument {
                key: write.key,
                version: write.version,
                reason: "too odd".into(),
            };
            if by_error {
                return async { Err(IndexError::failed("too odd")) }.boxed();
            }
            let others: Arc<[_]> = writes.iter().filter(|w| w.key.id != refused).cloned().collect();
            return async move {
                self.index.write(id, others).await?;
                Ok(vec![rejected])
            }
            .boxed();
        }
        self.change(self.index.write(id, writes)).boxed()
    }

    fn commit(&self, id: Uuid) -> BoxFuture<'_, IndexResult<()>> {
        self.change(self.index.commit(id)).boxed()
    }

    fn activate(&self, id: Uuid) -> BoxFuture<'_, IndexResult<()>> {
        self.change(self.index.activate(id)).boxed()
    }

    fn versions(&self, kind: Kind) -> BoxFuture<'_, IndexResult<Vec<(Uuid, i64)>>> {
        self.index.versions(kind)
    }

    fn search_products(&self, search: ProductSearch) -> BoxFuture<'_, IndexResult<ProductPage>> {
        self.index.search_products(search)
    }

    fn search_shops(&self, search: ShopSearch) -> BoxFuture<'_, IndexResult<Vec<Card>>> {
        self.index.search_shops(search)
    }
}

impl TestApp {
    pub async fn starts(&self, kind: MaintenanceKind) -> MaintenanceJob {
        let mut conn = self.db.db().conn().await.unwrap();
        store::jobs::open(&mut conn, kind, Source::Own).await.unwrap()
    }

    pub async fn job(&self, kind: MaintenanceKind) -> MaintenanceJob {
        let mut conn = self.db.db().conn().await.unwrap();
        store::jobs::latest(&mut conn, kind).await.unwrap().unwrap()
    }

    /// Compares the index with the tables: the keys that are missing, left over and outdated.
    pub async fn drift(&self) -> [i64; 3] {
        self.starts(MaintenanceKind::Drift).await;
        self.indexed().await;
        let job = self.job(MaintenanceKind::Drift).await;
        assert_eq!(job.status, JobStatus::Done);
        let result = job.result.unwrap();
        ["missing", "left_over", "outdated"].map(|sort| result[sort]["count"].as_i64().unwrap())
    }
}

#[actix_web::test]
async fn a_crash_at_any_moment_only_repeats_work() {
    for after_effect in [false, true] {
        for at in 0.. {
            let app = TestApp::new().await;
            let shop = app.shop("Hat House").await;
            let product = app.product(&shop, "Straw hat").await;
            app.indexed().await;
            app.starts(MaintenanceKind::Rebuild).await;
            let other = app.product(&shop, "Felt hat").await;
            app.told(OnProductUpdated, ProductUpdated(product.clone()), 2)
                .await;
            let fault = Fault::Dies { at, after_effect };
            let dying = Faulty::new(&app.index, fault);

            let died = app.try_index(dying).await.is_err();
            app.told(OnProductUpdated, ProductUpdated(other), 2).await;
            app.indexed().await;

            assert_eq!(app.waiting().await, 0);
            assert_eq!(app.titles("hat").await.len(), 2, "at {at}, {after_effect}");
            assert_eq!(app.shops("hat").await, ["Hat House"]);
            assert_eq!(app.drift().await, [0, 0, 0], "at {at}, {after_effect}");
            let job = app.job(MaintenanceKind::Rebuild).await;
            assert_eq!(job.status, JobStatus::Done);
            let state = app.index.state().await.unwrap();
            assert_eq!(
                (state.active.map(|index| index.id), state.building),
                (job.index_id, None)
            );
            if !died {
                assert!(at > 5, "the rebuild makes more changes");
                break;
            }
        }
    }
}

#[actix_web::test]
async fn a_panic_does_not_end_indexing() {
    let app = TestApp::new().await;
    app.starts(MaintenanceKind::Rebuild).await;
    let faulty = Faulty::new(&app.index, Fault::Panics { from: 1, until: 2 });
    let stop = CancellationToken::new();
    let indexer = tokio::spawn(app.indexer_of(faulty).run(stop.clone()));

    let shop = app.shop("Hat House").await;
    app.product(&shop, "Straw hat").await;

    app.becomes(async || app.waiting().await == 0).await;
    app.becomes(async || app.job(MaintenanceKind::Rebuild).await.status == JobStatus::Done)
        .await;
    stop.cancel();
    indexer.await.unwrap();
    assert_eq!(app.titles("hat").await, ["Straw hat"]);
}

#[actix_web::test]
async fn a_job_that_fails_again_and_again_at_one_place_is_given_up() {
    let app = TestApp::new().await;
    let before = app.index.state().await.unwrap().active;
    app.starts(MaintenanceKind::Rebuild).await;

    // The index is made, and nothing after that succeeds.
    let fault = Fault::Panics {
        from: 1,
        until: usize::MAX,
    };
    let faulty: Arc<dyn SearchIndex> = Faulty::new(&app.index, fault);
    for _ in 0..32 {
        let (indexer, db) = (app.indexer_of(faulty.clone()), app.db.db());
        let died = tokio::spawn(async move {
            let mut conn = db.conn().await.unwrap();
            indexer.drain(&mut conn).await
        });
        let _ = died.await;
    }

    let job = app.job(MaintenanceKind::Rebuild).await;
    assert_eq!(job.status, JobStatus::Failed);
    assert!(job.error.unwrap().contains("shops"));
    assert_eq!(app.index.state().await.unwrap().active, before);
    app.starts(MaintenanceKind::Rebuild).await;
    app.indexed().await;
    assert_eq!(app.job(MaintenanceKind::Rebuild).await.status, JobStatus::Done);
}

#[actix_web::test]
async fn a_rebuild_gives_the_same_answers() {
    let app = TestApp::new().await;
    let shop = app.shop("Hat House").await;
    for n in 0..20 {
        app.product(&shop, &format!("Hat {n}")).await;
    }
    app.indexed().await;
    let before = app.search("q=hat%20house&size=50").await.body;
    let first = app.index.state().await.unwrap().active;

    let job = app.starts(MaintenanceKind::Rebuild).await;
    assert_eq!(app.starts(MaintenanceKind::Rebuild).await.id, job.id);
    app.indexed().await;

    assert_eq!(app.search("q=hat%20house&size=50").await.body, before);
    let done = app.job(MaintenanceKind::Rebuild).await;
    assert_eq!(
        (done.id, done.status, done.done, done.total),
        (job.id, JobStatus::Done, 21, 21)
    );
    assert_ne!(app.index.state().await.unwrap().active, first);
}

#[actix_web::test]
async fn a_lost_index_is_built_again() {
    let app = TestApp::new().await;
    let shop = app.shop("Hat House").await;
    app.product(&shop, "Straw hat").await;
    app.indexed().await;

    let other = TestApp::new().await;
    app.try_index(other.index.clone()).await.unwrap();

    let found = other.index.search_products(ProductSearch {
        limit: 5,
        ..ProductSearch::default()
    });
    assert_eq!(found.await.unwrap().hits[0].card.title, "Straw hat");
}

#[actix_web::test]
async fn an_index_of_other_tables_is_replaced() {
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
async fn a_document_that_cannot_be_kept_holds_nobody_up() {
    for by_error in [false, true] {
        let app = TestApp::new().await;
        let shop = app.shop("Hat House").await;
        app.indexed().await;
        let odd = app.product(&shop, "Odd hat").await;
        app.product(&shop, "Straw hat").await;
        let id = odd.product_id;

        let faulty = Faulty::new(&app.index, Fault::Refuses { id, by_error });
        app.try_index(faulty).await.unwrap();

        assert_eq!(app.waiting().await, 0);
        assert_eq!(app.titles("hat").await, ["Straw hat"]);
        let rejected = app.server.admin().get("/api/v1/search/rejected").await;
        let item = &rejected.body["items"][0];
        assert_eq!(
            (item["id"].as_str(), item["kind"].as_str()),
            (Some(&*id.to_string()), Some("product"))
        );
        assert!(item["reason"].as_str().unwrap().contains("too odd"));

        app.told(OnProductUpdated, ProductUpdated(odd), 2).await;
        assert_eq!(app.titles("hat").await.len(), 2);
        let rejected = app.server.admin().get("/api/v1/search/rejected").await;
        assert_eq!(rejected.body["items"], serde_json::json!([]));
    }
}

#[actix_web::test]
async fn a_comparison_finds_what_is_missing_left_over_and_outdated() {
    let app = TestApp::new().await;
    let shop = app.shop("Hat House").await;
    let [kept, missing, outdated] =
        ["Kept hat", "Missing hat", "Old hat"].map(|title| crate::facts::product(&shop, title));
    for product in [&kept, &missing, &outdated] {
        app.told(OnProductUpdated, ProductUpdated(product.clone()), 1)
            .await;
    }
    app.indexed().await;
    assert_eq!(app.drift().await, [0, 0, 0]);
    let index = app.index.state().await.unwrap().active.unwrap().id;
    let product = |id| Key {
        kind: Kind::Product,
        id,
    };
    let write = |key, document| DocumentWrite {
        key,
        version: 10,
        document,
    };
    let stray = crate::facts::product(&shop, "Stray hat");
    let mut document = crate::facts::product_document(&shop, &stray);
    document.version = 10;
    let writes = [
        write(product(missing.product_id), None),
        write(product(stray.product_id), Some(document)),
    ];
    app.index.write(index, Arc::new(writes)).await.unwrap();
    app.index.commit(index).await.unwrap();
    // A change that lost its place in the queue.
    app.db
        .run_sql("update products set document_version = 7 where snapshot->>'title' = 'Old hat'")
        .await;

    assert_eq!(app.drift().await, [1, 1, 1]);
    let result = app.job(MaintenanceKind::Drift).await.result.unwrap();
    assert_eq!(
        result["outdated"]["items"][0]["id"],
        outdated.product_id.to_string()
    );

    app.starts(MaintenanceKind::Rebuild).await;
    app.indexed().await;
    assert_eq!(app.drift().await, [0, 0, 0]);
}

#[actix_web::test]
async fn all_products_of_a_shop_vanish_and_come_back_at_once() {
    let app = TestApp::new().await;
    let shop = app.shop("Hat House").await;
    let products = (0..1100).map(|n| crate::facts::product(&shop, &format!("Hat {n}")));
    app.db
        .db()
        .transaction(async |tx| {
            for product in products {
                search_svc::ops::keep_product(tx, &product, 1).await?;
            }
            Ok::<_, search_svc::Error>(())
        })
        .await
        .unwrap();
    app.indexed().await;
    let total = async || app.products("q=hat").await.body["total"].as_u64().unwrap();
    assert_eq!(total().await, 1100);

    let mut suspended = shop.clone();
    suspended.status = ShopStatus::Suspended;
    app.told(OnShopSuspended, ShopSuspended(suspended), 2).await;
    app.refresh().await;
    assert_eq!(total().await, 0);
    assert_eq!(app.waiting().await, 1, "no product has to be indexed again");

    app.told(OnShopReinstated, ShopReinstated(shop), 3).await;
    app.refresh().await;
    assert_eq!(total().await, 1100);
}

#[actix_web::test]
async fn a_new_name_of_a_shop_reaches_all_its_products() {
    let app = TestApp::new().await;
    let mut shop = app.shop("Hat House").await;
    for n in 0..3 {
        app.product(&shop, &format!("Cap {n}")).await;
    }
    app.indexed().await;

    shop.name = "Scarf House".into();
    app.told(OnShopUpdated, ShopUpdated(shop), 2).await;

    assert_eq!(app.titles("scarf").await.len(), 3);
    assert_eq!(app.drift().await, [0, 0, 0]);
}

#[actix_web::test]
async fn a_running_indexer_is_woken_by_what_is_committed() {
    let app = TestApp::new().await;
    let stop = CancellationToken::new();
    let indexer = tokio::spawn(app.indexer().run(stop.clone()));
    let shop = app.shop("Hat House").await;

    app.product(&shop, "Straw hat").await;

    app.becomes(async || {
        app.refresh().await;
        let hits = app.search("q=straw").await.body["products"].clone();
        hits.as_array().is_some_and(|hits| !hits.is_empty())
    })
    .await;
    stop.cancel();
    indexer.await.unwrap();
}

#[actix_web::test]
async fn one_indexer_works_and_another_takes_over() {
    let app = TestApp::new().await;
    let mut lease = app.db.db().lead("indexer").await.unwrap();
    assert!(lease.is_some());
    let stop = CancellationToken::new();
    let second = tokio::spawn(app.indexer().run(stop.clone()));
    app.shop("Hat House").await;
    assert_eq!(app.waiting().await, 2);

    drop(lease.take());

    app.becomes(async || app.waiting().await == 0).await;
    stop.cancel();
    second.await.unwrap();
}
