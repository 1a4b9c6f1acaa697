//! How many searches run and wait at a time.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use futures_util::FutureExt;
use futures_util::future::{BoxFuture, join_all};
use search_svc::Error;
use search_svc::domain::{Card, Kind, ProductPage, ProductSearch, ShopSearch};
use search_svc::flows::Searcher;
use search_svc::index::{DocumentWrite, IndexError, IndexResult, IndexState, RejectedDocument, SearchIndex};
use tokio::sync::Semaphore;
use uuid::Uuid;

use crate::app::TestApp;

/// An index whose searches last until they are let go.
struct Slow {
    let_go: Semaphore,
    running: AtomicUsize,
    most: AtomicUsize,
}

impl SearchIndex for Slow {
    fn name(&self) -> &'static str {
        "slow"
    }

    fn state(&self) -> BoxFuture<'_, IndexResult<IndexState>> {
        async { Ok(IndexState::default()) }.boxed()
    }

    fn create(&self, _: Uuid) -> BoxFuture<'_, IndexResult<()>> {
        async { Ok(()) }.boxed()
    }

    fn write(&self, _: Uuid, _: Arc<[DocumentWrite]>) -> BoxFuture<'_, IndexResult<Vec<RejectedDocument>>> {
        async { Ok(Vec::new()) }.boxed()
    }

    fn commit(&self, _: Uuid) -> BoxFuture<'_, IndexResult<()>> {
        async { Ok(()) }.boxed()
    }

    fn activate(&self, _: Uuid) -> BoxFuture<'_, IndexResult<()>> {
        async { Ok(()) }.boxed()
    }

    fn versions(&self, _: Kind) -> BoxFuture<'_, IndexResult<Vec<(Uuid, i64)>>> {
        async { Ok(Vec::new()) }.boxed()
    }

    fn search_products(&self, _: ProductSearch) -> BoxFuture<'_, IndexResult<ProductPage>> {
        async {
            let running = self.running.fetch_add(1, Ordering::SeqCst) + 1;
            self.most.fetch_max(running, Ordering::SeqCst);
            self.let_go.acquire().await.unwrap().forget();
            self.running.fetch_sub(1, Ordering::SeqCst);
            Ok(ProductPage::default())
        }
        .boxed()
    }

    fn search_shops(&self, _: ShopSearch) -> BoxFuture<'_, IndexResult<Vec<Card>>> {
        async { Ok(Vec::new()) }.boxed()
    }
}

#[actix_web::test]
async fn as_many_searches_run_as_there_are_cores_and_too_many_are_refused() {
    let app = TestApp::new().await;
    let slow = Arc::new(Slow {
        let_go: Semaphore::new(0),
        running: AtomicUsize::new(0),
        most: AtomicUsize::new(0),
    });
    let searcher = Searcher::new(slow.clone(), app.dictionary.clone(), app.visibility.clone());
    let cores = std::thread::available_parallelism().unwrap().get();
    let search = || {
        let searcher = searcher.clone();
        tokio::spawn(async move { searcher.products(None, ProductSearch::default(), |_, _| ()).await })
    };
    let running: Vec<_> = (0..cores).map(|_| search()).collect();
    app.becomes(async || slow.running.load(Ordering::SeqCst) == cores)
        .await;

    // An abandoned search goes on, and keeps its permit.
    running[0].abort();
    let others: Vec<_> = (0..cores * 64 + 5).map(|_| search()).collect();
    app.becomes(async || others.iter().filter(|search| search.is_finished()).count() == 5)
        .await;
    slow.let_go.add_permits(cores * 70);

    let answers = join_all(others).await;
    let refused = answers
        .iter()
        .filter(|answer| matches!(answer.as_ref().unwrap(), Err(Error::Index(IndexError::Busy))));
    assert_eq!(refused.count(), 5);
    assert_eq!(slow.most.load(Ordering::SeqCst), cores);
}
