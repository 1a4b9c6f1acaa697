//! Which rows of a segment fit the words of a search, and how well.
//!
//! Term by term: the postings of the heaviest clauses are read first, and within a group of clauses a row is scored by
//! the first one that holds. No row is compared with another, so the time depends only on the length of the postings.

use tantivy::schema::IndexRecordOption;
use tantivy::{DocSet, SegmentReader, TERMINATED};

use super::schema::Fields;
use crate::domain::TextQuery;

const BITS: usize = 64;

/// A set of rows.
pub struct RowSet(Vec<u64>);

impl RowSet {
    fn new(rows: usize) -> Self {
        Self(vec![0; rows.div_ceil(BITS)])
    }

    /// Adds a row; `false` if it was there.
    fn insert(&mut self, row: usize) -> bool {
        let bit = 1_u64 << (row % BITS);
        match self.0.get_mut(row / BITS) {
            Some(word) => {
                let is_new = *word & bit == 0;
                *word |= bit;
                is_new
            }
            None => false,
        }
    }

    fn clear(&mut self) {
        self.0.fill(0);
    }

    fn extend(&mut self, other: &Self) {
        self.0
            .iter_mut()
            .zip(&other.0)
            .for_each(|(word, more)| *word |= more);
    }

    /// The rows in order.
    pub fn iter(&self) -> impl Iterator<Item = usize> + '_ {
        self.0.iter().enumerate().flat_map(|(at, word)| {
            let mut left = *word;
            std::iter::from_fn(move || {
                (left != 0).then(|| {
                    let bit = left.trailing_zeros();
                    left &= left - 1;
                    at * BITS + usize::try_from(bit).unwrap_or_default()
                })
            })
        })
    }
}

/// The rows that fit.
pub struct Scored {
    /// Which.
    pub rows: RowSet,
    /// The sum of weights by row.
    pub scores: Vec<f32>,
}

/// Scores all rows of a segment.
pub fn score(segment: &SegmentReader, fields: &Fields, query: &TextQuery) -> tantivy::Result<Scored> {
    let rows = usize::try_from(segment.max_doc()).unwrap_or_default();
    let mut scored = Scored {
        rows: RowSet::new(rows),
        scores: vec![0.0; rows],
    };
    let mut in_group = RowSet::new(rows);
    for group in &query.groups {
        in_group.clear();
        for clause in group {
            for word in &clause.terms {
                let term = fields.term(clause.field, word);
                let index = segment.inverted_index(term.field())?;
                let Some(mut postings) = index.read_postings(&term, IndexRecordOption::Basic)? else {
                    continue;
                };
                let mut row = postings.doc();
                while row != TERMINATED {
                    let at = usize::try_from(row).unwrap_or(usize::MAX);
                    if in_group.insert(at)
                        && let Some(score) = scored.scores.get_mut(at)
                    {
                        *score += clause.weight;
                    }
                    row = postings.advance();
                }
            }
        }
        scored.rows.extend(&in_group);
    }
    Ok(scored)
}
