//! The versions of all documents, page by page through a point in time.

use std::time::Duration;

use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::ElasticsearchIndex;
use super::client::{Hit, Target};
use super::conditions::term;
use super::mapping::{ID, STATE};
use crate::domain::Kind;
use crate::index::{IndexError, IndexResult};

/// The server answers no more at once.
const PAGE: usize = 10_000;
/// How long the point in time is kept between two pages.
const KEEP: Duration = Duration::from_secs(60);

impl ElasticsearchIndex {
    pub(super) async fn all_versions(&self, kind: Kind) -> IndexResult<Vec<(Uuid, i64)>> {
        let opened = self.client.open_point_in_time(self.names.active(), KEEP).await;
        let mut target = Target::PointInTime(opened.map_err(|error| error.in_search())?);
        let versions = self.read_versions(&mut target, kind).await;
        if let Target::PointInTime(id) = &target
            && let Err(error) = self.client.close_point_in_time(id).await
        {
            tracing::debug!(%error, "Search index: a point in time was not closed and ends by itself");
        }
        versions
    }

    async fn read_versions(&self, target: &mut Target<'_>, kind: Kind) -> IndexResult<Vec<(Uuid, i64)>> {
        let mut versions = Vec::new();
        let mut after = Value::Null;
        loop {
            let hits = self.ask(target, request(kind, &after)).await?.into_hits();
            let Some(last) = hits.last() else {
                return Ok(versions);
            };
            after = json!(last.sort);
            let is_last = hits.len() < PAGE;
            for hit in hits {
                let version = version(&hit);
                versions.push(version.ok_or_else(|| IndexError::failed("a document has no id or version"))?);
            }
            if is_last {
                return Ok(versions);
            }
        }
    }
}

fn request(kind: Kind, after: &Value) -> Map<String, Value> {
    let mut body = Map::new();
    let mut insert = |name: &str, value| body.insert(name.to_owned(), value);
    insert("size", json!(PAGE));
    insert(
        "query",
        json!({ "bool": { "filter": [term(STATE, kind.as_str())] } }),
    );
    insert("sort", json!([{ ID: "asc" }]));
    insert("_source", json!(false));
    insert("version", json!(true));
    insert("track_total_hits", json!(false));
    if !after.is_null() {
        insert("search_after", after.clone());
    }
    body
}

fn version(hit: &Hit) -> Option<(Uuid, i64)> {
    let id = hit.sort.first()?.as_str()?.parse().ok()?;
    Some((id, hit.version?))
}
