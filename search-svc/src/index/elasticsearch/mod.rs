//! The Elasticsearch backend: an index on a server of its own, for any number of processes.
//!
//! Words are analyzed, completed and corrected in this service; the server gets terms with weights and answers with
//! constant scores, so that it finds what the embedded backend finds.

mod aggregations;
mod client;
mod conditions;
mod errors;
mod facets;
mod mapping;
mod named;
mod names;
mod order;
mod rows;
mod search;
mod snapshots;
mod versions;

use std::sync::Arc;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use serde_json::{Value, json};
use souk_env::Secret;
use uuid::Uuid;

use self::client::Client;
pub use self::errors::SettingsError;
use self::names::IndexNames;
use self::snapshots::Snapshots;
use super::{DocumentWrite, IndexError, IndexInfo, IndexResult, IndexState, RejectedDocument, SearchIndex};
use crate::domain::{Card, Key, Kind, ProductPage, ProductSearch, ShopSearch};

/// A bulk request is sent when it holds so many bytes or documents.
const BULK_BYTES: usize = 5_000_000;
const BULK_DOCUMENTS: usize = 2_000;

/// So many spellings of names and values are counted in one go.
const COUNTED_AT_ONCE: usize = 2_000;

/// Searches of one process that the server works on at a time; it queues and refuses what is too much for it.
const MAX_CONCURRENT_SEARCHES: usize = 32;

/// Where the server is and what is used of it.
#[derive(Debug, Clone)]
pub struct ElasticsearchSettings {
    /// Its address, without user and password.
    pub url: Secret,
    /// User and password.
    pub credentials: Option<(String, Secret)>,
    /// Begins the names of all indexes.
    pub index_prefix: String,
    /// Copies of an index on other nodes.
    pub replicas: u32,
}

/// A search index on a server. Cheap to clone.
#[derive(Clone)]
pub struct ElasticsearchIndex {
    client: Client,
    names: IndexNames,
    snapshots: Snapshots,
    replicas: u32,
    counted_at_once: usize,
}

impl ElasticsearchIndex {
    /// The index behind these settings. The server is not called: it may be down.
    ///
    /// # Errors
    /// When the address is none, or names cannot begin with the prefix.
    pub fn new(settings: &ElasticsearchSettings) -> Result<Self, SettingsError> {
        let prefix = &settings.index_prefix;
        let names = IndexNames::new(prefix).ok_or_else(|| SettingsError::Prefix(prefix.clone()))?;
        let credentials = settings.credentials.as_ref();
        let credentials = credentials.map(|(user, password)| (user.clone(), password.reveal().to_owned()));
        Ok(Self {
            client: Client::new(settings.url.reveal(), credentials)?,
            names,
            snapshots: Snapshots::default(),
            replicas: settings.replicas,
            counted_at_once: COUNTED_AT_ONCE,
        })
    }

    /// The same, counting so many spellings of names and values in one go; what is more is counted name by name.
    pub fn counting_at_once(self, spellings: usize) -> Self {
        Self {
            counted_at_once: spellings,
            ..self
        }
    }

    async fn read_state(&self) -> IndexResult<IndexState> {
        let mut state = IndexState::default();
        for (name, index) in self.client.indexes(&self.names.all()).await? {
            let Some(id) = self.names.id_of(&name) else {
                continue;
            };
            let info = IndexInfo {
                id,
                document_version: document_version(&index),
            };
            let aliases = index.get("aliases");
            if aliases.is_some_and(|aliases| aliases.get(self.names.active()).is_some()) {
                state.active = Some(info);
            } else {
                // Creating an index removes the others, so there are several only if that was interrupted.
                let is_latest = state.building.is_none_or(|building| building.id < id);
                state.building = if is_latest { Some(info) } else { state.building };
            }
        }
        Ok(state)
    }

    async fn create_index(&self, id: Uuid) -> IndexResult<()> {
        let active = self.read_state().await?.active.map(|active| active.id);
        self.remove_all_but(&[Some(id), active]).await?;
        let definition = mapping::definition(&self.names, id, self.replicas);
        Ok(self
            .client
            .create_index(&self.names.index(id), definition)
            .await?)
    }

    async fn remove_all_but(&self, kept: &[Option<Uuid>]) -> IndexResult<()> {
        let indexes = self.client.indexes(&self.names.all()).await?;
        let is_left_over = |name: &String| {
            let id = self.names.id_of(name);
            id.is_some() && !kept.contains(&id)
        };
        let names: Vec<String> = indexes
            .into_iter()
            .map(|(name, _)| name)
            .filter(is_left_over)
            .collect();
        Ok(self.client.delete_indexes(&names).await?)
    }

    async fn write_all(&self, id: Uuid, writes: &[DocumentWrite]) -> IndexResult<Vec<RejectedDocument>> {
        let mut rejected = Vec::new();
        let mut batch = Vec::new();
        let mut lines = Vec::new();
        let mut bytes = 0;
        for write in writes {
            let text = rows::lines(write).map_err(IndexError::failed)?;
            if bytes + text.len() > BULK_BYTES || batch.len() == BULK_DOCUMENTS {
                rejected.extend(
                    self.write_batch(id, std::mem::take(&mut batch), std::mem::take(&mut lines))
                        .await?,
                );
                bytes = 0;
            }
            bytes += text.len();
            batch.push((write.key, write.version));
            lines.push(text);
        }
        rejected.extend(self.write_batch(id, batch, lines).await?);
        Ok(rejected)
    }

    async fn write_batch(
        &self,
        id: Uuid,
        batch: Vec<(Key, i64)>,
        lines: Vec<String>,
    ) -> IndexResult<Vec<RejectedDocument>> {
        if batch.is_empty() {
            return Ok(Vec::new());
        }
        let items = self.client.bulk(&self.names.writes(id), lines).await;
        let items = items.map_err(|error| error.in_index(id))?;
        if items.len() != batch.len() {
            return Err(IndexError::failed("a bulk request was answered in part"));
        }
        let mut rejected = Vec::new();
        for ((key, version), item) in batch.into_iter().zip(items) {
            if let Some(reason) = item.rejection(id)? {
                rejected.push(RejectedDocument { key, version, reason });
            }
        }
        Ok(rejected)
    }

    async fn refresh(&self, id: Uuid) -> IndexResult<()> {
        let refreshed = self.client.refresh(&self.names.index(id)).await;
        refreshed.map_err(|error| error.in_index(id))
    }

    async fn switch_to(&self, id: Uuid) -> IndexResult<()> {
        self.refresh(id).await?;
        let active = self.names.active();
        let actions = json!([
            { "remove": { "index": self.names.all(), "alias": active, "must_exist": false } },
            { "add": { "index": self.names.index(id), "alias": active } },
        ]);
        let switched = self.client.update_aliases(actions).await;
        switched.map_err(|error| error.in_index(id))?;
        self.remove_all_but(&[Some(id)]).await
    }
}

impl SearchIndex for ElasticsearchIndex {
    fn name(&self) -> &'static str {
        "elasticsearch"
    }

    fn max_concurrent_searches(&self) -> usize {
        MAX_CONCURRENT_SEARCHES
    }

    fn state(&self) -> BoxFuture<'_, IndexResult<IndexState>> {
        self.read_state().boxed()
    }

    fn create(&self, id: Uuid) -> BoxFuture<'_, IndexResult<()>> {
        self.create_index(id).boxed()
    }

    fn write(
        &self,
        id: Uuid,
        writes: Arc<[DocumentWrite]>,
    ) -> BoxFuture<'_, IndexResult<Vec<RejectedDocument>>> {
        async move { self.write_all(id, &writes).await }.boxed()
    }

    fn commit(&self, id: Uuid) -> BoxFuture<'_, IndexResult<()>> {
        // Every bulk request is on disk when it is answered.
        self.refresh(id).boxed()
    }

    fn activate(&self, id: Uuid) -> BoxFuture<'_, IndexResult<()>> {
        self.switch_to(id).boxed()
    }

    fn versions(&self, kind: Kind) -> BoxFuture<'_, IndexResult<Vec<(Uuid, i64)>>> {
        self.all_versions(kind).boxed()
    }

    fn search_products(&self, search: ProductSearch) -> BoxFuture<'_, IndexResult<ProductPage>> {
        self.find_products(search).boxed()
    }

    fn search_shops(&self, search: ShopSearch) -> BoxFuture<'_, IndexResult<Vec<Card>>> {
        self.find_shops(search).boxed()
    }
}

fn document_version(index: &Value) -> u32 {
    let version = index
        .pointer("/mappings/_meta/document_version")
        .and_then(Value::as_u64);
    version
        .and_then(|version| u32::try_from(version).ok())
        .unwrap_or_default()
}
