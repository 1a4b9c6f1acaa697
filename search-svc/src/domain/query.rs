//! What a search asks of an index: plain terms with weights, so that every backend gives the same answer.

use std::collections::HashSet;

use super::analysis::{Token, alnum_key, is_stop_word, tokens, tolerance};
use super::dictionary::Dictionary;

/// More words than this do not make a query clearer, only slower.
const MAX_WORDS: usize = 12;
/// The beginning of a word says something from here on.
const MIN_PREFIX_CHARS: usize = 3;
/// So many words are tried for an unfinished word, and as many for a mistyped one.
const MAX_EXPANSIONS: usize = 64;

const TITLE: f32 = 3.0;
const TAGS: f32 = 1.8;
// Above the best that a typo in a title can reach.
const ABOUT: f32 = 1.1;
const CODE: f32 = 4.0;
const WHOLE_TITLE: f32 = 1.5;

const STEM: f32 = 0.9;
const PREFIX: f32 = 0.5;
const ONE_TYPO: f32 = 0.3;
const TWO_TYPOS: f32 = 0.2;

/// The parts of a document that words are looked for in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Field {
    /// Title or name.
    Title,
    /// Shop name, categories, options, attributes, SKU.
    Tags,
    /// Description.
    About,
    /// SKU and barcode as one word each.
    Codes,
    /// The title as one word.
    WholeTitle,
}

/// A document with any of these terms in this field gets this weight.
#[derive(Debug, Clone, PartialEq)]
pub struct Clause {
    /// Where to look.
    pub field: Field,
    /// The terms, as the index keeps them.
    pub terms: Vec<String>,
    /// What it adds to the score.
    pub weight: f32,
}

/// The words of a search. A document fits if any clause holds; its score is its rank times the sum, over the groups,
/// of the heaviest clause that holds.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TextQuery {
    /// One group of clauses per word, and more for the query as a whole. The heaviest clause comes first.
    pub groups: Vec<Vec<Clause>>,
    /// Every word that counts as found, to be marked in texts.
    marked: HashSet<String>,
}

impl TextQuery {
    /// Reads what a person typed. Unfinished and mistyped words are replaced by the words they may mean.
    pub fn parse(text: &str, dictionary: &Dictionary) -> Self {
        let words = words(text);
        let mut query = Self::default();
        let last = words.len().saturating_sub(1);
        for (at, word) in words.iter().enumerate() {
            let expansions = Expansions::of(word, at == last, dictionary);
            query.groups.push(expansions.clauses());
            query.marked.extend(expansions.into_words());
        }
        let whole = alnum_key(text);
        if !words.is_empty() && !whole.is_empty() {
            let term = |field, weight| {
                vec![Clause {
                    field,
                    terms: vec![whole.clone()],
                    weight,
                }]
            };
            query.groups.push(term(Field::WholeTitle, WHOLE_TITLE));
            query.groups.push(term(Field::Codes, CODE));
        }
        query
    }

    /// Whether a word of a text is one that was looked for.
    pub fn marks(&self, token: &Token) -> bool {
        // A word is indexed under its stem as well, and looked for in both forms.
        self.marked.contains(&token.word) || self.marked.contains(&token.stem)
    }
}

/// The words to look for, at most [`MAX_WORDS`], without those that say nothing unless there are no others.
fn words(text: &str) -> Vec<Token> {
    let mut words: Vec<Token> = Vec::new();
    let mut seen = HashSet::new();
    // The last of equal words stays, because the last word may be unfinished.
    for token in tokens(text).into_iter().rev() {
        if seen.insert(token.word.clone()) {
            words.push(token);
        }
    }
    words.reverse();
    if !words.iter().all(|token| is_stop_word(&token.word)) {
        words.retain(|token| !is_stop_word(&token.word));
    }
    words.truncate(MAX_WORDS);
    words
}

/// What a word of the query may mean, by the share of the full weight that it is worth.
struct Expansions {
    shares: Vec<(f32, Vec<String>)>,
}

impl Expansions {
    fn of(token: &Token, may_be_unfinished: bool, dictionary: &Dictionary) -> Self {
        let mut shares = vec![(1.0, vec![token.word.clone()])];
        if token.stem != token.word {
            shares.push((STEM, vec![token.stem.clone()]));
        }
        if may_be_unfinished && token.word.chars().count() >= MIN_PREFIX_CHARS {
            shares.push((PREFIX, dictionary.completions(&token.word, MAX_EXPANSIONS)));
        }
        let typos = |word: &str, share: f32, errors: u8, worth: f32| {
            let found = dictionary.corrections(word, tolerance(word), MAX_EXPANSIONS);
            let words = found.into_iter().filter(|found| found.errors == errors);
            (share * worth, words.map(|found| found.word).collect::<Vec<_>>())
        };
        shares.push(typos(&token.word, 1.0, 1, ONE_TYPO));
        shares.push(typos(&token.word, 1.0, 2, TWO_TYPOS));
        // A stem of three letters is like too many others to be mistyped.
        if token.stem != token.word && token.stem.chars().count() > MIN_PREFIX_CHARS {
            shares.push(typos(&token.stem, STEM, 1, ONE_TYPO));
            shares.push(typos(&token.stem, STEM, 2, TWO_TYPOS));
        }
        let mut known = HashSet::new();
        shares.sort_by(|(a, _), (b, _)| b.total_cmp(a));
        for (_, words) in &mut shares {
            words.retain(|word| known.insert(word.clone()));
        }
        shares.retain(|(_, words)| !words.is_empty());
        Self { shares }
    }

    fn clauses(&self) -> Vec<Clause> {
        let mut clauses = Vec::with_capacity(self.shares.len() * 3);
        for (field, weight) in [(Field::Title, TITLE), (Field::Tags, TAGS), (Field::About, ABOUT)] {
            clauses.extend(self.shares.iter().map(|(share, words)| Clause {
                field,
                terms: words.clone(),
                weight: weight * share,
            }));
        }
        clauses.sort_by(|a, b| b.weight.total_cmp(&a.weight));
        clauses
    }

    fn into_words(self) -> impl Iterator<Item = String> {
        self.shares.into_iter().flat_map(|(_, words)| words)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(text: &str) -> Vec<String> {
        words(text).into_iter().map(|token| token.word).collect()
    }

    fn parse(text: &str, known: &[&str]) -> TextQuery {
        TextQuery::parse(
            text,
            &Dictionary::new(known.iter().map(|word| (*word).to_owned())),
        )
    }

    fn marks(text: &str, known: &str) -> bool {
        let token = tokens(known).remove(0);
        parse(text, &[&token.word, &token.stem]).marks(&token)
    }

    #[test]
    fn words_that_say_nothing_are_left_out_unless_there_are_no_others() {
        assert_eq!(typed("the shoes of the king"), ["shoes", "king"]);
        assert_eq!(typed("it"), ["it"]);
        assert_eq!(typed("?! -"), [""; 0]);
        assert!(parse("?! -", &[]).groups.is_empty());
    }

    #[test]
    fn a_word_counts_once_and_a_query_is_bounded() {
        assert_eq!(typed("red Red shoes RED"), ["shoes", "red"]);
        let many: String = (0..100).map(|n| format!("w{n} ")).collect();
        assert_eq!(typed(&many).len(), MAX_WORDS);
        assert_eq!(parse(&many, &[]).groups.len(), MAX_WORDS + 2);
    }

    #[test]
    fn an_exact_word_is_worth_more_than_a_similar_one() {
        let query = parse("lethers", &["lethersole", "leathers", "leatherx"]);
        let worth = |field, word: &str| {
            let clauses = query.groups[0].iter();
            let with = clauses.filter(|c| c.field == field && c.terms.contains(&word.to_owned()));
            with.map(|c| c.weight).reduce(f32::max)
        };
        // The rank of a document adds at most a tenth.
        assert!(worth(Field::About, "lethers") > worth(Field::Title, "leathers").map(|w| w * 1.1));
        assert!(worth(Field::Title, "lethers") > worth(Field::Tags, "lethers"));
        assert!(worth(Field::Title, "leathers") > worth(Field::Title, "leatherx"));
        assert!(worth(Field::Title, "lethersole") > worth(Field::Title, "leathers"));
        assert!(query.groups[0].is_sorted_by(|a, b| a.weight >= b.weight));
    }

    #[test]
    fn only_the_last_word_may_be_unfinished() {
        assert!(marks("lea boo", "boots"));
        assert!(!marks("lea boo", "leather"));
        assert!(!marks("bo", "boots"));
    }

    #[test]
    fn numbers_are_taken_literally() {
        assert!(!marks("iphone 14", "13"));
        assert!(marks("iphone 14", "14"));
    }

    #[test]
    fn a_slip_in_a_plural_still_finds_the_singular() {
        assert!(marks("sheos", "shoe"));
        assert!(!marks("bots", "box"));
    }
}
