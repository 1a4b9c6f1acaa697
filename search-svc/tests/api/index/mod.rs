//! One suite for every backend: an embedded and a served index must give the same answers.

mod embedded;
mod suite;

pub use embedded::Directory;

use search_svc::domain::{Document, Kind, Words};
use search_svc::index::{Hit, SearchIndex};

/// An index of a test's own.
pub trait Fixture: Sized {
    type Index: SearchIndex;

    async fn open() -> Self;
    fn index(&self) -> &Self::Index;
    /// As a process that ends and another that starts.
    async fn reopen(self) -> Self;
}

/// Runs every case of the suite on a fixture.
macro_rules! index_suite {
    ($fixture:ty: $($case:ident)+) => {$(
        #[tokio::test]
        async fn $case() {
            $crate::index::suite::$case::<$fixture>().await;
        }
    )+};
}
pub(crate) use index_suite;

/// Puts documents in and commits.
pub async fn fill(index: &impl SearchIndex, documents: impl IntoIterator<Item = Option<Document>>) {
    index
        .upsert(documents.into_iter().flatten().collect())
        .await
        .unwrap();
    index.commit().await.unwrap();
}

/// What a person who types `text` finds.
pub async fn hits(index: &impl SearchIndex, kind: Kind, text: &str) -> Vec<Hit> {
    index.search(Words::parse(text).query(kind, 10)).await.unwrap()
}

/// The titles of the products found, best first.
pub async fn titles(index: &impl SearchIndex, text: &str) -> Vec<String> {
    hits(index, Kind::Product, text)
        .await
        .into_iter()
        .map(|hit| hit.card.title)
        .collect()
}
