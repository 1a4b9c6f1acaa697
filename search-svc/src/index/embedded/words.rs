//! Looks a word up in the dictionary of a field: as it is, as a beginning, or mistyped.

use std::collections::HashMap;
use std::sync::Arc;

use tantivy::query::{
    AutomatonWeight, ConstScoreQuery, DfaWrapper, EnableScoring, FuzzyTermQuery, Query, TermQuery, Weight,
};
use tantivy::schema::{Field, IndexRecordOption};

use super::schema::Fields;
use crate::domain::{Clause, Match};

/// Automata cost more to make than to run, and the same word is looked for in several fields.
#[derive(Default)]
pub struct Lookup<'a> {
    automata: HashMap<(&'a str, Match), Arc<DfaWrapper>>,
}

impl<'a> Lookup<'a> {
    /// The query of a clause.
    pub fn query(&mut self, fields: &Fields, clause: &'a Clause) -> tantivy::Result<Box<dyn Query>> {
        let term = fields.term(clause.field, &clause.word);
        let word: Box<dyn Query> = match clause.how {
            Match::Exact => Box::new(TermQuery::new(term, IndexRecordOption::Basic)),
            Match::Prefix | Match::Typo(_) => {
                let field = term.field();
                let automaton = match self.automata.entry((&clause.word, clause.how)) {
                    std::collections::hash_map::Entry::Occupied(made) => made.get().clone(),
                    std::collections::hash_map::Entry::Vacant(place) => {
                        let like = match clause.how {
                            Match::Typo(errors) => FuzzyTermQuery::new(term, errors, true),
                            Match::Prefix | Match::Exact => FuzzyTermQuery::new_prefix(term, 0, true),
                        };
                        place.insert(Arc::new(like.automaton()?)).clone()
                    }
                };
                Box::new(Like { field, automaton })
            }
        };
        Ok(Box::new(ConstScoreQuery::new(word, clause.weight)))
    }
}

/// Documents with a word in a field that an automaton accepts.
#[derive(Clone)]
struct Like {
    field: Field,
    automaton: Arc<DfaWrapper>,
}

impl std::fmt::Debug for Like {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Like")
            .field("field", &self.field)
            .finish_non_exhaustive()
    }
}

impl Query for Like {
    fn weight(&self, _: EnableScoring<'_>) -> tantivy::Result<Box<dyn Weight>> {
        Ok(Box::new(AutomatonWeight::<DfaWrapper>::new(
            self.field,
            self.automaton.clone(),
        )))
    }
}
