//! The calls to the server: their deadlines, and what its refusals mean.

use std::time::Duration;

use elasticsearch::http::Url;
use elasticsearch::http::response::Response;
use elasticsearch::http::transport::{SingleNodeConnectionPool, TransportBuilder};
use elasticsearch::indices::{IndicesCreateParts, IndicesDeleteParts, IndicesGetParts, IndicesRefreshParts};
use elasticsearch::params::ExpandWildcards;
use elasticsearch::{BulkParts, Elasticsearch, OpenPointInTimeParts, SearchParts, auth::Credentials};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::errors::{ClientError, SettingsError, refused, shortened, unavailable};
use crate::index::{IndexError, IndexResult};

const SEARCH_TIMEOUT: Duration = Duration::from_secs(10);
/// Bulk requests and changes of indexes take longer while the server merges or starts.
const WRITE_TIMEOUT: Duration = Duration::from_secs(30);

/// A server.
#[derive(Clone)]
pub struct Client {
    api: Elasticsearch,
}

/// What is searched.
#[derive(Debug, Clone)]
pub enum Target<'a> {
    /// The latest state of the index behind an alias.
    Latest(&'a str),
    /// A point in time.
    PointInTime(String),
}

/// What a search found.
#[derive(Debug, Deserialize)]
pub struct SearchAnswer {
    /// The point in time for the next search.
    pub pit_id: Option<String>,
    #[serde(default)]
    hits: Hits,
    /// By name.
    #[serde(default)]
    pub aggregations: Map<String, Value>,
}

#[derive(Debug, Default, Deserialize)]
struct Hits {
    #[serde(default)]
    hits: Vec<Hit>,
}

/// A document that was found.
#[derive(Debug, Deserialize)]
pub struct Hit {
    /// The part of the document that was asked for.
    #[serde(rename = "_source", default)]
    pub source: Value,
    /// Its version.
    #[serde(rename = "_version")]
    pub version: Option<i64>,
    /// What it was sorted by.
    #[serde(default)]
    pub sort: Vec<Value>,
}

/// The fate of one document of a bulk request.
#[derive(Debug, Deserialize)]
pub struct BulkItem {
    /// The HTTP status that it would have alone.
    pub status: u16,
    #[serde(default)]
    error: Option<Value>,
}

/// The indexes behind a name.
pub type Indexes = Map<String, Value>;

impl Client {
    /// A client of the server at `url`, which it does not call yet.
    ///
    /// # Errors
    /// When the URL is none, or holds a password.
    pub fn new(url: &str, credentials: Option<(String, String)>) -> Result<Self, SettingsError> {
        let url: Url = url.parse().map_err(SettingsError::Address)?;
        // The address is part of messages.
        if !url.username().is_empty() || url.password().is_some() {
            return Err(SettingsError::PasswordInAddress);
        }
        let pool = SingleNodeConnectionPool::new(url);
        let mut transport = TransportBuilder::new(pool).disable_proxy().timeout(WRITE_TIMEOUT);
        if let Some((user, password)) = credentials {
            transport = transport.auth(Credentials::Basic(user, password));
        }
        Ok(Self {
            api: Elasticsearch::new(transport.build()?),
        })
    }

    /// Searches.
    pub async fn search(
        &self,
        target: &Target<'_>,
        mut body: Map<String, Value>,
    ) -> Result<SearchAnswer, ClientError> {
        let alias;
        let parts = match target {
            Target::Latest(name) => {
                alias = [*name];
                SearchParts::Index(&alias)
            }
            Target::PointInTime(id) => {
                body.insert("pit".to_owned(), json!({ "id": id }));
                SearchParts::None
            }
        };
        let call = self
            .api
            .search(parts)
            .allow_partial_search_results(false)
            .filter_path(&[
                "pit_id",
                "aggregations",
                "hits.hits._source",
                "hits.hits._version",
                "hits.hits.sort",
            ])
            .request_timeout(SEARCH_TIMEOUT)
            .body(body);
        read(call.send().await).await
    }

    /// Keeps the state of the index behind a name for later searches.
    pub async fn open_point_in_time(&self, name: &str, keep: Duration) -> Result<String, ClientError> {
        #[derive(Deserialize)]
        struct Opened {
            id: String,
        }
        let keep = format!("{}s", keep.as_secs());
        let names = [name];
        let call = self
            .api
            .open_point_in_time(OpenPointInTimeParts::Index(&names))
            .keep_alive(&keep)
            .request_timeout(SEARCH_TIMEOUT);
        let opened: Opened = read(call.send().await).await?;
        Ok(opened.id)
    }

    /// Lets a state of an index go.
    pub async fn close_point_in_time(&self, id: &str) -> Result<(), ClientError> {
        let call = self.api.close_point_in_time().request_timeout(SEARCH_TIMEOUT);
        done(call.body(json!({ "id": id })).send().await).await
    }

    /// Writes documents through an alias that exists, and answers their fates in order.
    pub async fn bulk(&self, alias: &str, lines: Vec<String>) -> Result<Vec<BulkItem>, ClientError> {
        #[derive(Deserialize)]
        struct Written {
            items: Vec<Action>,
        }
        #[derive(Deserialize)]
        struct Action {
            index: BulkItem,
        }
        let call = self
            .api
            .bulk(BulkParts::Index(alias))
            .require_alias(true)
            .filter_path(&[
                "items.*.status",
                "items.*.error.type",
                "items.*.error.reason",
                "items.*.error.caused_by.reason",
            ])
            .body(lines);
        let written: Written = read(call.send().await).await?;
        Ok(written.items.into_iter().map(|action| action.index).collect())
    }

    /// The indexes whose names match, with their aliases and what was noted in them.
    pub async fn indexes(&self, pattern: &str) -> Result<Indexes, ClientError> {
        let indices = self.api.indices();
        let patterns = [pattern];
        let call = indices
            .get(IndicesGetParts::Index(&patterns))
            .allow_no_indices(true)
            .expand_wildcards(&[ExpandWildcards::Open])
            .filter_path(&["*.aliases", "*.mappings._meta"])
            .request_timeout(SEARCH_TIMEOUT);
        read(call.send().await).await
    }

    /// Makes an index unless it exists.
    pub async fn create_index(&self, name: &str, definition: Value) -> Result<(), ClientError> {
        let indices = self.api.indices();
        let call = indices.create(IndicesCreateParts::Index(name)).body(definition);
        match done(call.send().await).await {
            Err(ClientError::Refused { kind, .. }) if kind == "resource_already_exists_exception" => Ok(()),
            made => made,
        }
    }

    /// Removes indexes, as far as they exist.
    pub async fn delete_indexes(&self, names: &[String]) -> Result<(), ClientError> {
        for name in names {
            let indices = self.api.indices();
            let names = [name.as_str()];
            let call = indices
                .delete(IndicesDeleteParts::Index(&names))
                .ignore_unavailable(true);
            done(call.send().await).await?;
        }
        Ok(())
    }

    /// Makes all writes visible.
    pub async fn refresh(&self, name: &str) -> Result<(), ClientError> {
        let indices = self.api.indices();
        done(indices.refresh(IndicesRefreshParts::Index(&[name])).send().await).await
    }

    /// Changes aliases in one step.
    pub async fn update_aliases(&self, actions: Value) -> Result<(), ClientError> {
        let indices = self.api.indices();
        done(
            indices
                .update_aliases()
                .body(json!({ "actions": actions }))
                .send()
                .await,
        )
        .await
    }
}

async fn done(response: Result<Response, elasticsearch::Error>) -> Result<(), ClientError> {
    let _: Value = read(response).await?;
    Ok(())
}

async fn read<T: DeserializeOwned>(
    response: Result<Response, elasticsearch::Error>,
) -> Result<T, ClientError> {
    let response = response.map_err(|error| unavailable(&error))?;
    let status = response.status_code().as_u16();
    let body = response.bytes().await.map_err(|error| unavailable(&error))?;
    if (200..300).contains(&status) {
        Ok(serde_json::from_slice(&body)?)
    } else {
        Err(refused(
            status,
            &serde_json::from_slice(&body).unwrap_or_default(),
        ))
    }
}

impl BulkItem {
    /// Why the document was not written: `None` if it was, or if the index has a later one; an error if no document can
    /// be written now.
    pub fn rejection(&self, index: Uuid) -> IndexResult<Option<String>> {
        match self.status {
            200..=299 | 409 => Ok(None),
            404 => Err(IndexError::NoSuchIndex(index)),
            // A full disk makes the index read-only.
            403 | 408 | 429 | 502..=504 => Err(IndexError::Unavailable(self.reason())),
            _ => Ok(Some(self.reason())),
        }
    }

    fn reason(&self) -> String {
        let error = self.error.as_ref();
        let texts = ["/type", "/reason", "/caused_by/reason"]
            .into_iter()
            .filter_map(|place| error?.pointer(place)?.as_str());
        shortened(&texts.collect::<Vec<_>>().join(": "))
    }
}

impl SearchAnswer {
    /// The documents, in order.
    pub fn into_hits(self) -> Vec<Hit> {
        self.hits.hits
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_is_rejected_only_if_it_is_to_blame() {
        let item = |status| BulkItem {
            status,
            error: Some(json!({ "type": "t", "reason": "r" })),
        };
        let id = Uuid::now_v7();

        assert_eq!(item(201).rejection(id).unwrap(), None);
        assert_eq!(item(409).rejection(id).unwrap(), None);
        assert_eq!(item(400).rejection(id).unwrap().as_deref(), Some("t: r"));
        assert!(matches!(item(404).rejection(id), Err(IndexError::NoSuchIndex(_))));
        for status in [403, 429, 503] {
            assert!(
                matches!(item(status).rejection(id), Err(IndexError::Unavailable(_))),
                "{status}"
            );
        }
    }
}
