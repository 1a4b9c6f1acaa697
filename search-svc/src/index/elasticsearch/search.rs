//! A page of products by at most two searches of the server.

use serde_json::{Map, Value, json};

use super::ElasticsearchIndex;
use super::aggregations::{Aggregations, Counted};
use super::client::{Hit, SearchAnswer, Target};
use super::conditions::{Ignored, all, matching, of_both};
use super::facets::{Overview, overview};
use super::mapping::CARD;
use super::order::{self, Part};
use super::snapshots::Snapshots;
use crate::domain::{Card, Kind, ProductMatch, ProductPage, ProductSearch, ShopSearch, SnapshotUse};
use crate::index::{IndexError, IndexResult};

impl ElasticsearchIndex {
    pub(super) async fn find_products(&self, search: ProductSearch) -> IndexResult<ProductPage> {
        let mut target = self.target(&search.snapshot).await?;
        let wanted = search.limit.saturating_add(1);
        let mut parts = Part::of(&search).iter().copied();
        if search.hits_only {
            return self.find_hits(&search, &mut target, parts).await;
        }

        let part = parts.next().unwrap_or(Part::Whole);
        let body = request(
            &search,
            Some(part),
            wanted,
            overview(&search.filters, self.counted_at_once),
        );
        let mut answer = self.ask(&mut target, body).await?;
        let counted = Counted::read(std::mem::take(&mut answer.aggregations));
        let overview = Overview::read(&search.filters, &counted).map_err(IndexError::failed)?;
        let mut hits = matches(&search, part, answer)?;

        let part = parts.next().filter(|_| hits.len() < wanted);
        let details = overview.details(&search.filters);
        let mut counted = Counted::default();
        if part.is_some() || !details.is_empty() {
            let body = request(&search, part, wanted - hits.len(), details);
            let mut answer = self.ask(&mut target, body).await?;
            counted = Counted::read(std::mem::take(&mut answer.aggregations));
            if let Some(part) = part {
                hits.extend(matches(&search, part, answer)?);
            }
        }

        let has_more = hits.len() > search.limit;
        hits.truncate(search.limit);
        Ok(ProductPage {
            hits,
            has_more,
            total: overview.total,
            facets: overview
                .complete(&search.filters, &counted)
                .map_err(IndexError::failed)?,
            snapshot: match &target {
                Target::Latest(_) => None,
                Target::PointInTime(id) => Some(Snapshots::name(id)),
            },
        })
    }

    /// Only the hits: nothing is counted.
    async fn find_hits(
        &self,
        search: &ProductSearch,
        target: &mut Target<'_>,
        parts: impl Iterator<Item = Part>,
    ) -> IndexResult<ProductPage> {
        let wanted = search.limit.saturating_add(1);
        let mut hits = Vec::new();
        for part in parts {
            if hits.len() < wanted {
                let nothing = Aggregations::new(&search.filters);
                let body = request(search, Some(part), wanted - hits.len(), nothing);
                hits.extend(matches(search, part, self.ask(target, body).await?)?);
            }
        }
        let has_more = hits.len() > search.limit;
        hits.truncate(search.limit);
        Ok(ProductPage {
            hits,
            has_more,
            ..ProductPage::default()
        })
    }

    pub(super) async fn find_shops(&self, search: ShopSearch) -> IndexResult<Vec<Card>> {
        let mut body = Map::new();
        body.insert("size".to_owned(), json!(search.limit));
        body.insert("_source".to_owned(), json!([CARD]));
        body.insert("track_total_hits".to_owned(), json!(false));
        body.insert(
            "query".to_owned(),
            matching(Kind::Shop, Some(&search.text), &search.hidden_shops, true),
        );
        body.insert("sort".to_owned(), order::by_score());
        let answer = self.ask(&mut Target::Latest(self.names.active()), body).await?;
        answer.into_hits().into_iter().map(card).collect()
    }

    async fn target(&self, snapshot: &SnapshotUse) -> IndexResult<Target<'_>> {
        let active = self.names.active();
        Ok(match snapshot {
            SnapshotUse::Latest => Target::Latest(active),
            SnapshotUse::Open => Target::PointInTime(self.snapshots.open(&self.client, active).await?),
            SnapshotUse::Continue(name) => Target::PointInTime(self.snapshots.resume(name)?),
        })
    }

    /// Searches; a point in time may go on under another id.
    pub(super) async fn ask(
        &self,
        target: &mut Target<'_>,
        body: Map<String, Value>,
    ) -> IndexResult<SearchAnswer> {
        let answer = self.client.search(target, body).await;
        let mut answer = answer.map_err(|error| match target {
            Target::Latest(_) => error.in_search(),
            Target::PointInTime(_) => error.in_snapshot(),
        })?;
        if let Target::PointInTime(id) = target
            && let Some(next) = answer.pit_id.take()
        {
            *id = next;
        }
        Ok(answer)
    }
}

/// A search for the hits of a part, or for none, and for what is to be counted.
fn request(
    search: &ProductSearch,
    part: Option<Part>,
    size: usize,
    aggregations: Aggregations<'_>,
) -> Map<String, Value> {
    let mut body = Map::new();
    let mut insert = |name: &str, value| body.insert(name.to_owned(), value);
    let is_scored = part.is_some() && order::is_by_score(search);
    let query = matching(
        Kind::Product,
        search.text.as_deref(),
        &search.hidden_shops,
        is_scored,
    );
    insert("query", query);
    // The total is counted beside the facets, because hits may be only a part of it.
    insert("track_total_hits", json!(false));
    if !aggregations.is_empty() {
        insert("aggs", aggregations.into_body());
    }
    match part {
        None => {
            insert("size", json!(0));
        }
        Some(part) => {
            let mut conditions = of_both(&search.filters, Ignored::Nothing);
            conditions.extend(part.condition(search));
            insert("post_filter", all(conditions));
            insert("size", json!(size));
            insert("_source", json!([CARD]));
            insert("sort", order::keys(search, part));
            if let Some(after) = order::after(search, part) {
                insert("search_after", after);
            }
        }
    }
    body
}

fn matches(search: &ProductSearch, part: Part, answer: SearchAnswer) -> IndexResult<Vec<ProductMatch>> {
    let found = |hit: Hit| {
        let keys = hit.sort.clone();
        let card = card(hit)?;
        let position = order::position(search, part, &keys, card.id)
            .ok_or_else(|| IndexError::failed(format!("a hit was sorted by {keys:?}")))?;
        Ok(ProductMatch { card, position })
    };
    answer.into_hits().into_iter().map(found).collect()
}

fn card(mut hit: Hit) -> IndexResult<Card> {
    let card = hit.source.get_mut(CARD).map(Value::take).unwrap_or_default();
    serde_json::from_value(card).map_err(IndexError::failed)
}
