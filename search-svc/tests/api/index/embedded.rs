//! The suite on the embedded backend, and what only it has: a directory that can be damaged or in use.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use search_svc::index::{EmbeddedIndex, IndexError, SearchIndex};
use uuid::Uuid;

use super::{Fixture, TestIndex, index_suite};
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

    /// Opens an index in it, waiting until nobody else has it.
    pub async fn open(&self) -> EmbeddedIndex {
        let index = EmbeddedIndex::open(&self.0).unwrap();
        let opened = async {
            while !index.is_open() {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(30), opened)
            .await
            .expect("the directory becomes free");
        index
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
            index: directory.open().await,
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
            index: directory.open().await,
            directory,
        }
    }
}

index_suite!(Embedded);

/// A filled index, closed; and where its files are.
async fn closed() -> (Directory, PathBuf) {
    let shop = shop("Ali Baba");
    let index = TestIndex::<Embedded>::with([product_document(&shop, &product(&shop, "Hat"))]).await;
    let files = index.fixture.directory.path().join(index.id.to_string());
    (index.fixture.directory, files)
}

/// Opened again it has no index, and works.
async fn is_empty_and_works(directory: Directory) {
    let index = directory.open().await;
    let state = index.state().await.unwrap();
    assert_eq!((state.active, state.building), (None, None));
    let mut index = TestIndex {
        fixture: Embedded { index, directory },
        id: Uuid::now_v7(),
        dictionary: Default::default(),
    };
    index.index().create(index.id).await.unwrap();
    index.index().activate(index.id).await.unwrap();
    let shop = shop("Ali Baba");
    index.put([product_document(&shop, &product(&shop, "Hat"))]).await;
    assert_eq!(index.titles("hat").await, ["Hat"]);
}

#[tokio::test]
async fn a_directory_that_was_deleted_is_made_again() {
    let (directory, _) = closed().await;

    fs::remove_dir_all(directory.path()).unwrap();

    is_empty_and_works(directory).await;
}

#[tokio::test]
async fn an_index_whose_segments_cannot_be_listed_is_removed() {
    let (directory, files) = closed().await;

    fs::write(files.join("meta.json"), "{").unwrap();

    is_empty_and_works(directory).await;
}

#[tokio::test]
async fn a_damaged_segment_is_removed() {
    for damage in [Vec::new(), vec![0xff; 300]] {
        let (directory, files) = closed().await;

        let paths = fs::read_dir(files).unwrap().map(|entry| entry.unwrap().path());
        for path in paths.filter(|path| path.extension().is_some_and(|name| name == "store")) {
            fs::write(path, &damage).unwrap();
        }

        is_empty_and_works(directory).await;
    }
}

#[tokio::test]
async fn directories_of_older_builds_are_removed() {
    let (directory, files) = closed().await;
    let old = directory.path().join("v1");

    fs::rename(files, &old).unwrap();

    is_empty_and_works(directory).await;
    assert!(!old.exists());
}

#[tokio::test]
async fn a_second_process_waits_until_the_directory_is_free() {
    let directory = Directory::new();
    let first = directory.open().await;
    first.create(Uuid::now_v7()).await.unwrap();

    let second = EmbeddedIndex::open(directory.path()).unwrap();
    let refused = second.state().await;
    assert!(matches!(refused, Err(IndexError::Unavailable(_))), "{refused:?}");
    assert!(!second.is_open());

    let building = first.state().await.unwrap().building;
    drop((first, second));
    let third = directory.open().await;
    assert_eq!(third.state().await.unwrap().building, building);
}
