//! What a search asks of an index: plain clauses with weights, so that every backend gives the same answer.

use super::Kind;
use super::analysis::{Token, is_stop_word, squash, tokens, tolerance, within};

/// More words than this do not make a query clearer, only slower.
const MOST_WORDS: usize = 12;
/// The beginning of a word says something from here on.
const SHORTEST_PREFIX: usize = 3;

const TITLE: f32 = 3.0;
const TAGS: f32 = 1.8;
// Above the best that a typo in a title can reach.
const ABOUT: f32 = 1.1;
const CODE: f32 = 4.0;
const CODE_PREFIX: f32 = 1.0;
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
    /// Shop name, categories, options, attributes, article number.
    Tags,
    /// Description.
    About,
    /// The article number as one word.
    Code,
    /// The title as one word.
    WholeTitle,
}

/// How a word of the document may differ from the word of the query.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Match {
    /// Not at all.
    Exact,
    /// It may go on.
    Prefix,
    /// By so many typing errors, a swap of neighbors being one.
    Typo(u8),
}

/// A document with this word in this field gets this weight.
#[derive(Debug, Clone, PartialEq)]
pub struct Clause {
    /// Where to look.
    pub field: Field,
    /// How closely.
    pub how: Match,
    /// The folded word.
    pub word: String,
    /// What it is worth.
    pub weight: f32,
}

/// A search. A document fits if any clause holds; its score is its rank times the sum, over the groups, of the
/// heaviest clause that holds. Equal scores are ordered by id, the newest first.
#[derive(Debug, Clone, PartialEq)]
pub struct Query {
    /// What to find.
    pub kind: Kind,
    /// One group of clauses per word, and more for the query as a whole.
    pub groups: Vec<Vec<Clause>>,
    /// How many hits at most.
    pub limit: usize,
}

/// The words of a query, for asking an index and for marking what was found.
#[derive(Debug, Clone, PartialEq)]
pub struct Words {
    words: Vec<Token>,
    whole: String,
}

impl Words {
    /// Reads what a person typed.
    pub fn parse(text: &str) -> Self {
        let mut words: Vec<Token> = Vec::new();
        for token in tokens(text) {
            // The last of equal words stays, because the last word may be unfinished.
            words.retain(|word| word.word != token.word);
            words.push(token);
        }
        if !words.iter().all(|token| is_stop_word(&token.word)) {
            words.retain(|token| !is_stop_word(&token.word));
        }
        words.truncate(MOST_WORDS);
        Self {
            words,
            whole: squash(text),
        }
    }

    /// Whether there is nothing to look for.
    pub fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    /// The search for these words.
    pub fn query(&self, kind: Kind, limit: usize) -> Query {
        let last = self.words.len().saturating_sub(1);
        let mut groups: Vec<_> = self
            .words
            .iter()
            .enumerate()
            .map(|(at, word)| word_clauses(word, at == last))
            .collect();
        groups.push(vec![Clause::new(
            Field::WholeTitle,
            Match::Exact,
            &self.whole,
            WHOLE_TITLE,
        )]);
        if kind == Kind::Product {
            groups.push(self.code_clauses());
        }
        Query { kind, groups, limit }
    }

    /// Whether a word of a text is one that was looked for.
    pub fn hit(&self, token: &Token) -> bool {
        let last = self.words.len().saturating_sub(1);
        self.words.iter().enumerate().any(|(at, asked)| {
            let begun = token.word.starts_with(&asked.word) || token.stem.starts_with(&asked.word);
            (at == last && may_go_on(&asked.word) && begun) || same(asked, token) || similar(asked, token)
        })
    }

    fn code_clauses(&self) -> Vec<Clause> {
        let mut clauses = vec![Clause::new(Field::Code, Match::Exact, &self.whole, CODE)];
        if may_go_on(&self.whole) {
            clauses.push(Clause::new(Field::Code, Match::Prefix, &self.whole, CODE_PREFIX));
        }
        clauses
    }
}

impl Clause {
    fn new(field: Field, how: Match, word: &str, weight: f32) -> Self {
        Self {
            field,
            how,
            word: word.to_owned(),
            weight,
        }
    }
}

fn word_clauses(token: &Token, is_last: bool) -> Vec<Clause> {
    let mut clauses = Vec::new();
    for (field, weight) in [(Field::Title, TITLE), (Field::Tags, TAGS), (Field::About, ABOUT)] {
        clauses.push(Clause::new(field, Match::Exact, &token.word, weight));
        if is_last && may_go_on(&token.word) {
            clauses.push(Clause::new(field, Match::Prefix, &token.word, weight * PREFIX));
        }
        clauses.extend(typo_clauses(field, weight, &token.word));
        if token.stem != token.word {
            clauses.push(Clause::new(field, Match::Exact, &token.stem, weight * STEM));
            clauses.extend(typo_clauses(field, weight * STEM, forgiving(&token.stem)));
        }
    }
    clauses
}

/// Within two errors are also those within one, which are worth more.
fn typo_clauses(field: Field, weight: f32, word: &str) -> impl Iterator<Item = Clause> {
    let worth = [(1, ONE_TYPO), (2, TWO_TYPOS)];
    let most = tolerance(word);
    worth
        .into_iter()
        .filter(move |(typos, _)| *typos <= most)
        .map(move |(typos, share)| Clause::new(field, Match::Typo(typos), word, weight * share))
}

/// A stem of three letters is like too many others to be mistyped.
fn forgiving(stem: &str) -> &str {
    if stem.chars().count() > 3 { stem } else { "" }
}

fn may_go_on(word: &str) -> bool {
    word.chars().count() >= SHORTEST_PREFIX
}

fn same(asked: &Token, found: &Token) -> bool {
    // A word is indexed under its stem as well, and asked for in both forms.
    asked.word == found.word
        || asked.word == found.stem
        || asked.stem == found.stem
        || asked.stem == found.word
}

fn similar(asked: &Token, found: &Token) -> bool {
    let near = |asked: &str| {
        let most = tolerance(asked);
        most > 0 && (within(asked, &found.word, most) || within(asked, &found.stem, most))
    };
    near(&asked.word) || (asked.stem != asked.word && near(forgiving(&asked.stem)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        Words::parse(text)
            .words
            .into_iter()
            .map(|token| token.word)
            .collect()
    }

    fn token(text: &str) -> Token {
        tokens(text).remove(0)
    }

    #[test]
    fn words_that_say_nothing_are_left_out_unless_there_are_no_others() {
        assert_eq!(words("the shoes of the king"), ["shoes", "king"]);
        assert_eq!(words("it"), ["it"]);
        assert!(Words::parse("?! -").is_empty());
    }

    #[test]
    fn a_word_counts_once_and_a_query_is_bounded() {
        assert_eq!(words("red Red shoes RED"), ["shoes", "red"]);
        assert_eq!(
            words(&(0..100).map(|n| format!("w{n} ")).collect::<String>()).len(),
            MOST_WORDS
        );
    }

    #[test]
    fn what_was_meant_is_worth_more_than_what_is_like_it() {
        let clauses = word_clauses(&token("lethers"), true);
        let worth = |field, how| {
            clauses
                .iter()
                .find(|c| c.field == field && c.how == how && c.word == "lethers")
                .map(|c| c.weight)
        };
        // The rank of a document adds at most a tenth.
        assert!(worth(Field::About, Match::Exact) > worth(Field::Title, Match::Typo(1)).map(|w| w * 1.1));
        assert!(worth(Field::Title, Match::Exact) > worth(Field::Tags, Match::Exact));
        assert!(worth(Field::Title, Match::Typo(1)) > worth(Field::Title, Match::Typo(2)));
        assert!(worth(Field::Title, Match::Prefix) > worth(Field::Title, Match::Typo(1)));
    }

    #[test]
    fn only_the_last_word_may_be_unfinished() {
        let words = Words::parse("lea boo");

        assert!(words.hit(&token("boots")));
        assert!(!words.hit(&token("leather")));
        assert!(!Words::parse("bo").hit(&token("boots")));
    }

    #[test]
    fn numbers_are_taken_at_their_word() {
        assert!(!Words::parse("iphone 14").hit(&token("13")));
        assert!(Words::parse("iphone 14").hit(&token("14")));
    }

    #[test]
    fn a_slip_in_a_plural_still_finds_the_singular() {
        assert!(Words::parse("sheos").hit(&token("shoe")));
        assert!(!Words::parse("bots").hit(&token("box")));
    }
}
