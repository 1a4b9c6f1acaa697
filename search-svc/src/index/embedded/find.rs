//! A search in the embedded index.

use std::sync::Arc;

use tantivy::collector::TopDocs;
use tantivy::collector::sort_key::{NaturalComparator, SegmentSortKeyComputer, SortKeyComputer};
use tantivy::columnar::ColumnValues;
use tantivy::query::{
    BooleanQuery, ConstScoreQuery, DisjunctionMaxQuery, Occur, Query as TantivyQuery, TermQuery,
};
use tantivy::schema::{IndexRecordOption, Value};
use tantivy::{DocAddress, DocId, Score, Searcher, SegmentReader, TantivyDocument, Term};

use super::schema::Fields;
use super::words::Lookup;
use crate::domain::Query;
use crate::index::{Hit, IndexError};

/// Finds what fits the query, best first.
pub fn find(searcher: &Searcher, fields: &Fields, query: &Query) -> Result<Vec<Hit>, IndexError> {
    if query.limit == 0 {
        return Ok(Vec::new());
    }
    let top = TopDocs::with_limit(query.limit).order_by(ByScoreThenId);
    let found: Vec<(Place, DocAddress)> = searcher.search(&translate(fields, query)?, &top)?;
    let mut hits = Vec::with_capacity(found.len());
    for ((score, ..), address) in found {
        let row: TantivyDocument = searcher.doc(address)?;
        let card = row
            .get_first(fields.card)
            .and_then(|value| value.as_str())
            .unwrap_or_default();
        hits.push(Hit {
            card: serde_json::from_str(card)?,
            score,
        });
    }
    Ok(hits)
}

fn translate(fields: &Fields, query: &Query) -> tantivy::Result<BooleanQuery> {
    let kind = Term::from_field_text(fields.kind, query.kind.as_str());
    let kind: Box<dyn TantivyQuery> = Box::new(TermQuery::new(kind, IndexRecordOption::Basic));
    let mut lookup = Lookup::default();
    let mut groups: Vec<(Occur, Box<dyn TantivyQuery>)> = Vec::with_capacity(query.groups.len());
    for group in &query.groups {
        let clauses = group.iter().map(|clause| lookup.query(fields, clause));
        let best = DisjunctionMaxQuery::new(clauses.collect::<tantivy::Result<_>>()?);
        groups.push((Occur::Should, Box::new(best)));
    }
    let words: Box<dyn TantivyQuery> = Box::new(BooleanQuery::new(groups));
    Ok(BooleanQuery::new(vec![
        (Occur::Must, Box::new(ConstScoreQuery::new(kind, 0.0))),
        (Occur::Must, words),
    ]))
}

/// Score, then id: a later id is newer and comes first.
type Place = (Score, u64, u64);

/// Multiplies the score by the document's rank and settles ties by the id, as every backend has to.
struct ByScoreThenId;

struct Columns {
    rank: Arc<dyn ColumnValues<f64>>,
    id_high: Arc<dyn ColumnValues<u64>>,
    id_low: Arc<dyn ColumnValues<u64>>,
}

impl SortKeyComputer for ByScoreThenId {
    type SortKey = Place;
    type Child = Columns;
    type Comparator = NaturalComparator;

    fn requires_scoring(&self) -> bool {
        true
    }

    fn segment_sort_key_computer(&self, segment: &SegmentReader) -> tantivy::Result<Columns> {
        let [rank, id_high, id_low] = Fields::COLUMNS;
        let columns = segment.fast_fields();
        Ok(Columns {
            rank: columns.f64(rank)?.first_or_default_col(1.0),
            id_high: columns.u64(id_high)?.first_or_default_col(0),
            id_low: columns.u64(id_low)?.first_or_default_col(0),
        })
    }
}

impl SegmentSortKeyComputer for Columns {
    type SortKey = Place;
    type SegmentSortKey = Place;
    type SegmentComparator = NaturalComparator;

    fn segment_sort_key(&mut self, doc: DocId, score: Score) -> Place {
        #[expect(clippy::as_conversions, reason = "a rank is near 1 and was an f32")]
        let rank = self.rank.get_val(doc) as Score;
        (score * rank, self.id_high.get_val(doc), self.id_low.get_val(doc))
    }

    fn convert_segment_sort_key(&self, place: Place) -> Place {
        place
    }
}
