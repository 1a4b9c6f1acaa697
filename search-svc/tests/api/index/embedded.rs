//! The suite on the embedded backend, and what only it has: a directory that can be damaged.

use std::fs;
use std::path::{Path, PathBuf};

use search_svc::index::{EmbeddedIndex, SearchIndex};
use uuid::Uuid;

use super::{Fixture, fill, index_suite, titles};
use crate::facts::{product, product_document, shop};

/// A directory that is gone when the test is over.
pub struct Directory(PathBuf);

impl Directory {
    pub fn new() -> Self {
        Self(std::env::temp_dir().join(format!("souk-search-{}", Uuid::now_v7())))
    }

    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

struct Embedded {
    index: EmbeddedIndex,
    directory: Directory,
}

impl Fixture for Embedded {
    type Index = EmbeddedIndex;

    async fn open() -> Self {
        let directory = Directory::new();
        Self {
            index: EmbeddedIndex::open(directory.path()).unwrap(),
            directory,
        }
    }

    fn index(&self) -> &EmbeddedIndex {
        &self.index
    }

    async fn reopen(self) -> Self {
        let Self { index, directory } = self;
        drop(index);
        Self {
            index: EmbeddedIndex::open(directory.path()).unwrap(),
            directory,
        }
    }
}

index_suite! { Embedded:
    typing_errors_are_forgiven
    short_words_and_numbers_must_be_right
    word_endings_do_not_matter
    letters_are_found_however_they_are_typed
    an_unfinished_word_finds_what_begins_with_it
    the_very_word_ranks_above_a_similar_one
    a_title_ranks_above_tags_and_tags_above_the_description
    more_of_the_words_rank_higher
    stock_and_rating_settle_ties
    equal_hits_come_newest_first
    a_product_is_found_by_all_that_describes_it
    an_article_number_ranks_first
    shops_and_products_are_found_apart
    what_is_hidden_makes_no_document
    a_document_is_replaced_and_removed
    nothing_is_seen_before_the_commit
    what_was_committed_survives_a_restart
    a_reset_empties_the_index
    a_hit_shows_what_it_costs_and_whether_it_is_there
    no_more_is_found_than_asked_for
    a_query_of_nothing_but_noise_finds_nothing
}

/// A filled index, closed.
async fn closed() -> Directory {
    let it = Embedded::open().await;
    it.index.reset(Uuid::now_v7()).await.unwrap();
    let shop = shop("Ali Baba");
    fill(&it.index, [product_document(&shop, &product(&shop, "Hat"))]).await;
    it.directory
}

/// Opened again it is empty, belongs to nothing, and works.
async fn is_made_anew(directory: &Directory) {
    let index = EmbeddedIndex::open(directory.path()).unwrap();
    assert_eq!(index.generation().await.unwrap(), None);
    assert_eq!(titles(&index, "hat").await, [""; 0]);
    let shop = shop("Ali Baba");
    fill(&index, [product_document(&shop, &product(&shop, "Hat"))]).await;
    assert_eq!(titles(&index, "hat").await, ["Hat"]);
}

#[tokio::test]
async fn a_directory_that_was_deleted_is_made_anew() {
    let directory = closed().await;

    fs::remove_dir_all(directory.path()).unwrap();

    is_made_anew(&directory).await;
}

#[tokio::test]
async fn a_list_of_segments_that_cannot_be_read_is_made_anew() {
    let directory = closed().await;

    fs::write(directory.path().join("v1/meta.json"), "{").unwrap();

    is_made_anew(&directory).await;
}

#[tokio::test]
async fn a_damaged_segment_is_made_anew() {
    for damage in [Vec::new(), vec![0xff; 300]] {
        let directory = closed().await;

        let segments = fs::read_dir(directory.path().join("v1"))
            .unwrap()
            .map(|entry| entry.unwrap().path());
        for path in segments.filter(|path| path.extension().is_some_and(|name| name == "store")) {
            fs::write(path, &damage).unwrap();
        }

        is_made_anew(&directory).await;
    }
}

#[tokio::test]
async fn an_index_of_another_schema_version_is_removed() {
    let directory = closed().await;
    let old = directory.path().join("v0");

    fs::rename(directory.path().join("v1"), &old).unwrap();

    is_made_anew(&directory).await;
    assert!(!old.exists());
}
