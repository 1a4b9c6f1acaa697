//! One suite for every backend: all must give the same answers.

mod elasticsearch;
mod embedded;
mod random;
mod reference;
mod suite;

pub use elasticsearch::Served;
pub use embedded::Directory;

use std::collections::HashSet;
use std::sync::Arc;

use search_svc::domain::{
    Card, Dictionary, Document, Key, ProductFilters, ProductPage, ProductSearch, ShopSearch, Sort, TextQuery,
};
use search_svc::index::{DocumentWrite, SearchIndex};
use uuid::Uuid;

/// A backend of a test's own.
pub trait Fixture: Sized {
    type Index: SearchIndex;

    async fn open() -> Self;
    fn index(&self) -> &Self::Index;
    /// As a process that ends and another that starts.
    async fn reopen(self) -> Self;
}

/// Runs the suite on a fixture; attributes are given to each test.
macro_rules! index_suite {
    ($fixture:ty $(, #[$attribute:meta])*) => {
        $crate::index::index_cases! { $fixture $(, #[$attribute])*:
            typing_errors_are_forgiven
            short_words_and_numbers_must_be_right
            word_endings_do_not_matter
            letters_are_found_however_they_are_typed
            an_unfinished_word_finds_what_begins_with_it
            the_exact_word_ranks_above_a_similar_one
            a_title_ranks_above_tags_and_tags_above_the_description
            more_of_the_words_rank_higher
            stock_and_rating_settle_ties
            equal_hits_come_newest_first
            a_product_is_found_by_all_that_describes_it
            a_code_and_a_whole_title_rank_first
            shops_and_products_are_found_apart
            a_document_is_replaced_and_removed
            an_older_version_changes_nothing
            nothing_is_seen_before_the_commit
            what_was_committed_survives_a_restart
            an_index_is_built_beside_the_one_that_answers
            a_building_index_is_replaced_by_another
            searches_during_switches_are_answered_in_full
            a_missing_index_is_an_error
            one_variation_must_meet_all_its_filters
            a_hit_shows_the_offer_that_meets_the_filters
            values_are_compared_folded_and_shown_in_their_commonest_spelling
            chosen_values_are_shown_and_the_rest_is_cut
            products_without_reviews_count_as_zero
            hidden_shops_are_neither_found_nor_counted
            unknown_categories_and_shops_find_nothing
            hits_alone_are_the_same_hits
            random_searches_are_answered_by_the_definitions
            pages_of_every_order_join_without_gaps
            a_document_whose_key_did_not_change_is_shown_once
            pages_by_relevance_are_read_from_one_snapshot
            a_query_of_nothing_but_noise_finds_nothing
            naughty_strings_are_only_words
        }
    };
}
pub(crate) use index_suite;

macro_rules! index_cases {
    ($fixture:ty $(, #[$attribute:meta])*: $($case:ident)+) => {
        $crate::index::index_cases! { @each [$(#[$attribute])*] $fixture: $($case)+ }
    };
    (@each $attributes:tt $fixture:ty: $($case:ident)+) => {
        $($crate::index::index_cases! { @one $attributes $fixture: $case })+
    };
    (@one [$($attribute:tt)*] $fixture:ty: $case:ident) => {
        $($attribute)*
        #[tokio::test]
        async fn $case() {
            $crate::index::suite::$case::<$fixture>().await;
        }
    };
}
pub(crate) use index_cases;

/// An active index and the words that it has.
pub struct TestIndex<F> {
    pub fixture: F,
    pub id: Uuid,
    pub dictionary: Dictionary,
}

impl<F: Fixture> TestIndex<F> {
    /// An empty one.
    pub async fn new() -> Self {
        let fixture = F::open().await;
        let id = Uuid::now_v7();
        fixture.index().create(id).await.unwrap();
        fixture.index().activate(id).await.unwrap();
        Self {
            fixture,
            id,
            dictionary: Dictionary::default(),
        }
    }

    /// One with these documents.
    pub async fn with(documents: impl IntoIterator<Item = Document>) -> Self {
        let mut index = Self::new().await;
        index.put(documents).await;
        index
    }

    pub fn index(&self) -> &F::Index {
        self.fixture.index()
    }

    /// Puts documents in and commits.
    pub async fn put(&mut self, documents: impl IntoIterator<Item = Document>) {
        let documents: Vec<Document> = documents.into_iter().collect();
        let words = documents.iter().flat_map(|document| document.dictionary_words());
        self.dictionary = self.dictionary.with(words.map(str::to_owned));
        self.write(documents.into_iter().map(put).collect()).await;
    }

    /// Takes a document out and commits.
    pub async fn remove(&self, key: Key, version: i64) {
        self.write(vec![DocumentWrite {
            key,
            version,
            document: None,
        }])
        .await;
    }

    async fn write(&self, writes: Vec<DocumentWrite>) {
        let rejected = self.index().write(self.id, writes.into()).await.unwrap();
        assert_eq!(rejected, []);
        self.index().commit(self.id).await.unwrap();
    }

    pub fn text(&self, typed: &str) -> Arc<TextQuery> {
        Arc::new(TextQuery::parse(typed, &self.dictionary))
    }

    /// A search for words.
    pub fn query(&self, typed: &str) -> ProductSearch {
        ProductSearch {
            text: Some(self.text(typed)),
            limit: 50,
            ..ProductSearch::default()
        }
    }

    pub async fn search(&self, search: ProductSearch) -> ProductPage {
        self.index().search_products(search).await.unwrap()
    }

    /// The titles of the products that a person who types `typed` finds, best first.
    pub async fn titles(&self, typed: &str) -> Vec<String> {
        titles(&self.search(self.query(typed)).await)
    }

    /// The ids of these products.
    pub async fn ids(&self, typed: &str) -> Vec<Uuid> {
        ids(&self.search(self.query(typed)).await)
    }

    /// What meets these filters.
    pub async fn filtered(&self, filters: ProductFilters) -> ProductPage {
        self.search(listing(filters)).await
    }

    /// The shops that a person who types `typed` finds.
    pub async fn shops(&self, typed: &str) -> Vec<Card> {
        let search = ShopSearch {
            text: self.text(typed),
            hidden_shops: Arc::new(HashSet::new()),
            limit: 10,
        };
        self.index().search_shops(search).await.unwrap()
    }
}

pub fn put(document: Document) -> DocumentWrite {
    DocumentWrite {
        key: document.key(),
        version: document.version,
        document: Some(document),
    }
}

/// All products that meet these filters, the newest first.
pub fn listing(filters: ProductFilters) -> ProductSearch {
    ProductSearch {
        filters,
        sort: Sort::Newest,
        limit: 50,
        ..ProductSearch::default()
    }
}

pub fn titles(page: &ProductPage) -> Vec<String> {
    page.hits.iter().map(|hit| hit.card.title.clone()).collect()
}

pub fn ids(page: &ProductPage) -> Vec<Uuid> {
    page.hits.iter().map(|hit| hit.card.id).collect()
}
