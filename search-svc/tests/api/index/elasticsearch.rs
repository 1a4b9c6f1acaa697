//! The suite on a real Elasticsearch, and what only it has: a server that can be away.

use elasticsearch::http::transport::Transport;
use elasticsearch::indices::{IndicesDeleteParts, IndicesGetParts};
use search_svc::domain::{
    Document, DocumentVariation, Key, Kind, ProductFacts, ProductSearch, Rating, SnapshotUse,
};
use search_svc::index::{DocumentWrite, ElasticsearchIndex, ElasticsearchSettings, IndexError, SearchIndex};
use serde_json::Value;
use souk_env::Secret;
use uuid::Uuid;

use super::{Fixture, index_suite};
use crate::facts::{product, shop};

/// Indexes of a test's own on the server of `TEST_ELASTICSEARCH_URL`, removed when the test is over.
pub struct Served {
    pub index: ElasticsearchIndex,
    prefix: String,
}

impl Served {
    /// The address of the server.
    pub fn server() -> String {
        std::env::var("TEST_ELASTICSEARCH_URL")
            .expect("TEST_ELASTICSEARCH_URL is not set: cargo xtask test --with elasticsearch")
    }

    /// Reached by another address.
    pub fn through(url: &str) -> Self {
        Self::at(url, format!("test-{}", Uuid::now_v7().simple()))
    }

    fn with_prefix(prefix: String) -> Self {
        Self::at(&Self::server(), prefix)
    }

    fn at(url: &str, prefix: String) -> Self {
        let settings = settings(url, &prefix);
        Self {
            index: ElasticsearchIndex::new(&settings).unwrap(),
            prefix,
        }
    }

    /// The indexes below the prefix.
    pub async fn indexes(&self) -> Vec<String> {
        indexes(&self.prefix).await
    }

    /// An active index with one product.
    async fn filled(&self) -> (Uuid, Document) {
        let id = Uuid::now_v7();
        let document = document("Hat");
        self.index.create(id).await.unwrap();
        assert_eq!(self.index.write(id, [put(&document)].into()).await.unwrap(), []);
        self.index.commit(id).await.unwrap();
        self.index.activate(id).await.unwrap();
        (id, document)
    }
}

impl Fixture for Served {
    type Index = ElasticsearchIndex;

    async fn open() -> Self {
        Self::through(&Self::server())
    }

    fn index(&self) -> &ElasticsearchIndex {
        &self.index
    }

    async fn reopen(mut self) -> Self {
        self.index = ElasticsearchIndex::new(&settings(&Served::server(), &self.prefix)).unwrap();
        self
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let prefix = self.prefix.clone();
        // A runtime of its own: that of the test may be ending.
        let removal = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .unwrap();
            runtime.block_on(async {
                for name in indexes(&prefix).await {
                    let api = api();
                    let indices = api.indices();
                    let _ = indices.delete(IndicesDeleteParts::Index(&[&name])).send().await;
                }
            });
        });
        let _ = removal.join();
    }
}

fn api() -> elasticsearch::Elasticsearch {
    elasticsearch::Elasticsearch::new(Transport::single_node(&Served::server()).unwrap())
}

async fn indexes(prefix: &str) -> Vec<String> {
    let pattern = format!("{prefix}-*");
    let api = api();
    let indices = api.indices();
    let response = indices
        .get(IndicesGetParts::Index(&[&pattern]))
        .send()
        .await
        .unwrap();
    let found: Value = response.json().await.unwrap();
    found.as_object().unwrap().keys().cloned().collect()
}

fn settings(url: &str, prefix: &str) -> ElasticsearchSettings {
    ElasticsearchSettings {
        url: Secret::new(url),
        credentials: None,
        index_prefix: prefix.to_owned(),
        replicas: 0,
    }
}

fn document(title: &str) -> Document {
    let shop = shop("Ali Baba");
    ProductFacts {
        snapshot: product(&shop, title),
        rating: Rating::default(),
        shop_name: Some(shop.name),
        stock: Default::default(),
        version: 1,
    }
    .document()
    .unwrap()
}

fn put(document: &Document) -> DocumentWrite {
    DocumentWrite {
        key: document.key(),
        version: document.version,
        document: Some(document.clone()),
    }
}

fn all() -> ProductSearch {
    ProductSearch {
        limit: 10,
        ..ProductSearch::default()
    }
}

async fn titles(index: &impl SearchIndex) -> Vec<String> {
    let page = index.search_products(all()).await.unwrap();
    page.hits.into_iter().map(|hit| hit.card.title).collect()
}

index_suite!(Served, #[ignore = "needs TEST_ELASTICSEARCH_URL"]);

#[tokio::test]
#[ignore = "needs TEST_ELASTICSEARCH_URL"]
async fn a_document_that_the_server_cannot_keep_holds_no_other() {
    let it = Served::open().await;
    let (id, hat) = it.filled().await;
    // The server keeps at most 10 000 variations of a product.
    let mut huge = document("Too many variations");
    let variation: DocumentVariation = huge.variations[0].clone();
    huge.variations = vec![variation; 10_001];
    let scarf = document("Scarf");

    let rejected = it
        .index
        .write(id, [put(&huge), put(&scarf)].into())
        .await
        .unwrap();
    it.index.commit(id).await.unwrap();

    assert_eq!(rejected.len(), 1);
    assert_eq!((rejected[0].key, rejected[0].version), (huge.key(), 1));
    assert!(rejected[0].reason.contains("nested"), "{}", rejected[0].reason);
    assert_eq!(titles(&it.index).await, ["Scarf", hat.card.title.as_str()]);
}

#[tokio::test]
#[ignore = "needs TEST_ELASTICSEARCH_URL"]
async fn a_late_write_does_not_bring_a_removed_index_back() {
    let it = Served::open().await;
    let (old, hat) = it.filled().await;
    let (new, _) = it.filled().await;

    let written = it.index.write(old, [put(&hat)].into()).await;
    let committed = it.index.commit(old).await;
    let activated = it.index.activate(old).await;

    assert!(
        matches!(written, Err(IndexError::NoSuchIndex(id)) if id == old),
        "{written:?}"
    );
    assert!(
        matches!(committed, Err(IndexError::NoSuchIndex(id)) if id == old),
        "{committed:?}"
    );
    assert!(
        matches!(activated, Err(IndexError::NoSuchIndex(id)) if id == old),
        "{activated:?}"
    );
    assert_eq!(it.indexes().await.len(), 1);
    assert_eq!(it.index.state().await.unwrap().active.unwrap().id, new);
}

#[tokio::test]
#[ignore = "needs TEST_ELASTICSEARCH_URL"]
async fn installations_with_other_prefixes_are_left_alone() {
    let it = Served::open().await;
    let (id, _) = it.filled().await;
    // Its indexes match the pattern of the first one's.
    let other = Served::with_prefix(format!("{}-search-x", it.prefix));
    let (other_id, _) = other.filled().await;

    it.index.create(Uuid::now_v7()).await.unwrap();
    it.index.activate(id).await.unwrap();

    assert_eq!(it.index.state().await.unwrap().active.unwrap().id, id);
    assert_eq!(other.index.state().await.unwrap().active.unwrap().id, other_id);
    assert_eq!(titles(&other.index).await, ["Hat"]);
}

#[tokio::test]
#[ignore = "needs TEST_ELASTICSEARCH_URL"]
async fn a_point_in_time_answers_with_its_state_and_ends_with_its_index() {
    let it = Served::open().await;
    let (id, _) = it.filled().await;
    let open = ProductSearch {
        snapshot: SnapshotUse::Open,
        ..all()
    };
    let snapshot = it.index.search_products(open).await.unwrap().snapshot.unwrap();
    let resume = ProductSearch {
        snapshot: SnapshotUse::Continue(snapshot),
        ..all()
    };
    it.index
        .write(id, [put(&document("Scarf"))].into())
        .await
        .unwrap();
    it.index.commit(id).await.unwrap();

    // Another process resumes it as well.
    let other = ElasticsearchIndex::new(&settings(&Served::server(), &it.prefix)).unwrap();
    assert_eq!(other.search_products(resume.clone()).await.unwrap().total, 1);
    assert_eq!(it.index.search_products(all()).await.unwrap().total, 2);

    it.filled().await;
    let gone = it.index.search_products(resume).await;
    assert!(matches!(gone, Err(IndexError::SnapshotExpired)), "{gone:?}");
}

#[tokio::test]
#[ignore = "needs TEST_ELASTICSEARCH_URL"]
async fn many_documents_are_written_in_several_requests() {
    let it = Served::open().await;
    let (id, hat) = it.filled().await;
    let mut large = document("Large");
    large.card.about = "long ".repeat(1_000);
    let writes: Vec<DocumentWrite> = (0..2_500)
        .map(|_| {
            let mut document = large.clone();
            document.card.id = Uuid::now_v7();
            put(&document)
        })
        .collect();

    assert_eq!(it.index.write(id, writes.clone().into()).await.unwrap(), []);
    it.index.commit(id).await.unwrap();

    let mut keys: Vec<Uuid> = writes
        .iter()
        .map(|write| write.key.id)
        .chain([hat.card.id])
        .collect();
    keys.sort();
    let versions = it.index.versions(Kind::Product).await.unwrap();
    assert_eq!(versions.iter().map(|(id, _)| *id).collect::<Vec<_>>(), keys);
}

#[tokio::test]
#[ignore = "needs TEST_ELASTICSEARCH_URL"]
async fn long_and_strange_values_are_kept() {
    let it = Served::open().await;
    let (id, _) = it.filled().await;
    let shop = shop(&"x".repeat(40_000));
    let mut strange = product(&shop, &"y".repeat(40_000));
    strange.attributes = [("\u{1f}.*[", "\u{1f}(|)\\"), ("..", "\""), ("key", "\u{10ffff}")]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into();
    strange.variations[0].options = [("a b.key".to_owned(), "z".repeat(40_000))].into();
    let strange = ProductFacts {
        snapshot: strange,
        rating: Rating::default(),
        shop_name: Some(shop.name),
        stock: Default::default(),
        version: 7,
    };

    let rejected = it
        .index
        .write(id, [put(&strange.document().unwrap())].into())
        .await
        .unwrap();
    it.index.commit(id).await.unwrap();

    assert_eq!(rejected, []);
    let page = it.index.search_products(all()).await.unwrap();
    assert_eq!(page.total, 2);
}

/// The suite's random searches, with nothing counted in one go.
struct ServedNameByName(Served);

impl Fixture for ServedNameByName {
    type Index = ElasticsearchIndex;

    async fn open() -> Self {
        let mut served = Served::open().await;
        served.index = served.index.clone().counting_at_once(1);
        Self(served)
    }

    fn index(&self) -> &ElasticsearchIndex {
        &self.0.index
    }

    async fn reopen(self) -> Self {
        self
    }
}

#[tokio::test]
#[ignore = "needs TEST_ELASTICSEARCH_URL"]
async fn values_that_are_too_many_at_once_are_counted_name_by_name() {
    super::suite::random_searches_are_answered_by_the_definitions::<ServedNameByName>().await;
}

/// A server that is away.
async fn away() -> ElasticsearchIndex {
    // A port that nobody listens on any more.
    let port = tokio::net::TcpListener::bind("127.0.0.1:0")
        .await
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let mut settings = settings(&format!("http://127.0.0.1:{port}"), "souk");
    settings.credentials = Some(("elastic".to_owned(), Secret::new("open sesame")));
    ElasticsearchIndex::new(&settings).unwrap()
}

#[tokio::test]
async fn a_server_that_is_away_makes_everything_unavailable() {
    let index = away().await;
    let id = Uuid::now_v7();
    let key = Key { kind: Kind::Shop, id };
    let removal = DocumentWrite {
        key,
        version: 1,
        document: None,
    };

    let failures = [
        index.state().await.err(),
        index.create(id).await.err(),
        index.write(id, [removal].into()).await.err(),
        index.commit(id).await.err(),
        index.activate(id).await.err(),
        index.versions(Kind::Shop).await.err(),
        index.search_products(all()).await.err(),
    ];

    for failure in failures {
        let failure = failure.unwrap();
        assert!(matches!(failure, IndexError::Unavailable(_)), "{failure:?}");
        assert!(!format!("{failure} {failure:?}").contains("sesame"));
    }
}

#[test]
fn settings_that_cannot_be_used_are_refused() {
    for (url, prefix) in [
        ("not an address", "souk"),
        ("http://localhost:9200", "Souk*"),
        ("http://elastic:sesame@localhost:9200", "souk"),
    ] {
        assert!(
            ElasticsearchIndex::new(&settings(url, prefix)).is_err(),
            "{url} {prefix}"
        );
    }
    let debug = format!("{:?}", settings("http://elastic:sesame@localhost:9200", "souk"));
    assert!(!debug.contains("sesame"), "{debug}");
}
