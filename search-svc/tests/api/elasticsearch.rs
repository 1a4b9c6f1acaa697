//! The service on a real Elasticsearch whose connections break.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};

use search_svc::consumers::OnProductUpdated;
use search_svc::domain::MaintenanceKind;
use souk_contracts::events::ProductUpdated;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use crate::app::TestApp;
use crate::index::Served;

/// Breaks every connection once so many bytes have gone to the server.
struct BreakingProxy {
    url: String,
    limit: Arc<Limit>,
    _running: JoinSet<()>,
}

struct Limit {
    /// Bytes that may still go to the server.
    left: AtomicI64,
    /// Whether the server still gets the last of them, and only its answer is lost.
    loses_answer: AtomicBool,
}

impl BreakingProxy {
    async fn before(server: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let target = server
            .trim_start_matches("http://")
            .trim_end_matches('/')
            .to_owned();
        let limit = Arc::new(Limit {
            left: AtomicI64::new(i64::MAX),
            loses_answer: AtomicBool::new(false),
        });
        let mut running = JoinSet::new();
        let limit_of_all = limit.clone();
        running.spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((client, _)) = listener.accept().await {
                let (target, limit) = (target.clone(), limit_of_all.clone());
                connections.spawn(async move {
                    let server = TcpStream::connect(target).await;
                    let _ = limit.pass_on(client, server?).await;
                    Ok::<_, std::io::Error>(())
                });
            }
        });
        Self {
            url,
            limit,
            _running: running,
        }
    }

    fn break_after(&self, bytes: i64, loses_answer: bool) {
        self.limit.loses_answer.store(loses_answer, Ordering::SeqCst);
        self.limit.left.store(bytes, Ordering::SeqCst);
    }

    fn mend(&self) {
        self.break_after(i64::MAX, false);
    }

    /// Bytes that have gone to the server since it was mended.
    fn passed(&self) -> i64 {
        i64::MAX - self.limit.left.load(Ordering::SeqCst)
    }
}

impl Limit {
    async fn pass_on(&self, mut client: TcpStream, mut server: TcpStream) -> std::io::Result<()> {
        let (mut request, mut answer) = (vec![0; 4_096], vec![0; 4_096]);
        loop {
            tokio::select! {
                read = client.read(&mut request) => {
                    let bytes = read?;
                    let left = self.left.fetch_sub(bytes as i64, Ordering::SeqCst) - bytes as i64;
                    if bytes == 0 || left < 0 {
                        if self.loses_answer.load(Ordering::SeqCst) {
                            server.write_all(&request[..bytes]).await?;
                            let _lost = server.read(&mut answer).await?;
                        }
                        return Ok(());
                    }
                    server.write_all(&request[..bytes]).await?;
                }
                read = server.read(&mut answer) => {
                    let bytes = read?;
                    if bytes == 0 {
                        return Ok(());
                    }
                    client.write_all(&answer[..bytes]).await?;
                }
            }
        }
    }
}

async fn app() -> (TestApp, Served, BreakingProxy) {
    let proxy = BreakingProxy::before(&Served::server()).await;
    let served = Served::through(&proxy.url);
    let app = TestApp::over(Arc::new(served.index.clone())).await;
    app.indexed().await;
    (app, served, proxy)
}

#[actix_web::test]
#[ignore = "needs TEST_ELASTICSEARCH_URL"]
async fn a_server_that_is_down_delays_indexing_and_loses_nothing() {
    let (app, _served, proxy) = app().await;
    let shop = app.shop("Hat House").await;
    app.product(&shop, "Straw hat").await;
    assert_eq!(app.titles("hat").await, ["Straw hat"]);

    proxy.break_after(0, false);
    app.product(&shop, "Felt hat").await;
    assert!(app.try_index(app.index.clone()).await.is_err());
    assert_eq!(app.waiting().await, 1);
    let refused = app.products("q=hat").await;
    assert_eq!(refused.status, 503);
    assert_eq!(refused.header("retry-after"), Some("2"));

    proxy.mend();
    assert_eq!(app.titles("hat").await, ["Felt hat", "Straw hat"]);
    assert_eq!(app.waiting().await, 0);
}

#[actix_web::test]
#[ignore = "needs TEST_ELASTICSEARCH_URL"]
async fn a_connection_that_breaks_at_any_moment_of_a_rebuild_only_repeats_work() {
    const MOMENTS: i64 = 16;
    let (app, served, proxy) = app().await;
    let shop = app.shop("Hat House").await;
    let product = app.product(&shop, "Straw hat").await;
    app.product(&shop, "Felt hat").await;
    app.indexed().await;
    proxy.mend();
    app.starts(MaintenanceKind::Rebuild).await;
    app.indexed().await;
    let whole = proxy.passed();
    let mut broken = 0;

    for moment in 0..MOMENTS {
        app.starts(MaintenanceKind::Rebuild).await;
        app.told(OnProductUpdated, ProductUpdated(product.clone()), moment + 2)
            .await;
        proxy.break_after(whole * moment / MOMENTS, moment % 2 == 1);
        broken += usize::from(app.try_index(app.index.clone()).await.is_err());
        proxy.mend();
        app.indexed().await;

        assert_eq!(app.waiting().await, 0);
        assert_eq!(app.titles("hat").await, ["Felt hat", "Straw hat"], "at {moment}");
        assert_eq!(app.drift().await, [0, 0, 0], "at {moment}");
        let job = app.job(MaintenanceKind::Rebuild).await;
        let state = app.index.state().await.unwrap();
        assert_eq!(
            (state.active.map(|index| index.id), state.building),
            (job.index_id, None)
        );
        assert_eq!(served.indexes().await.len(), 1);
    }

    assert!(broken > 10, "only {broken} rebuilds were broken");
}
