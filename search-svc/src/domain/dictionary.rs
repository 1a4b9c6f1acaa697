//! All words of the index, to complete unfinished words and to correct mistyped ones.

use std::collections::BTreeSet;

use fst::{Automaton, IntoStreamer, Set, Streamer};
use levenshtein_automata::{DFA, Distance, LevenshteinAutomatonBuilder};

/// A new part is merged into the large one when it has so many words.
const MERGE_AT: usize = 2_000;
/// More words than this are not looked at for one unfinished or mistyped word.
const MAX_CANDIDATES: usize = 4_096;

/// An immutable set of words. Learning more makes a new one that shares the large part.
#[derive(Clone, Default)]
pub struct Dictionary {
    large: Option<std::sync::Arc<Set<Vec<u8>>>>,
    recent: std::sync::Arc<BTreeSet<String>>,
}

/// A word of the dictionary that is like a mistyped one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Correction {
    /// How many typing errors lie between them.
    pub errors: u8,
    /// The word.
    pub word: String,
}

impl Dictionary {
    /// A dictionary of these words.
    pub fn new(words: impl IntoIterator<Item = String>) -> Self {
        let words: BTreeSet<String> = words.into_iter().collect();
        Self {
            large: Set::from_iter(&words).ok().map(std::sync::Arc::new),
            recent: std::sync::Arc::default(),
        }
    }

    /// How many words it has.
    pub fn len(&self) -> usize {
        self.large.as_ref().map_or(0, |large| large.len()) + self.recent.len()
    }

    /// Whether it has no words.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether a word is known.
    pub fn contains(&self, word: &str) -> bool {
        self.recent.contains(word) || self.large.as_ref().is_some_and(|large| large.contains(word))
    }

    /// The same with more words.
    pub fn with(&self, words: impl IntoIterator<Item = String>) -> Self {
        let mut recent = self.recent.as_ref().clone();
        recent.extend(words.into_iter().filter(|word| !self.contains(word)));
        if recent.len() < MERGE_AT {
            return Self {
                large: self.large.clone(),
                recent: recent.into(),
            };
        }
        let mut all = recent;
        if let Some(large) = &self.large {
            all.extend(large.stream().into_strs().unwrap_or_default());
        }
        Self::new(all)
    }

    /// Words that go on from `beginning`, the shortest first.
    pub fn completions(&self, beginning: &str, limit: usize) -> Vec<String> {
        let mut words: Vec<String> = self
            .recent
            .range(beginning.to_owned()..)
            .take_while(|word| word.starts_with(beginning))
            .take(MAX_CANDIDATES)
            .cloned()
            .collect();
        if let Some(large) = &self.large {
            let automaton = fst::automaton::Str::new(beginning).starts_with();
            let mut found = large.search(automaton).into_stream();
            while let Some(word) = found.next().filter(|_| words.len() < MAX_CANDIDATES) {
                words.push(String::from_utf8_lossy(word).into_owned());
            }
        }
        words.retain(|word| word != beginning);
        words.sort_by(|a, b| (a.chars().count(), a).cmp(&(b.chars().count(), b)));
        words.truncate(limit);
        words
    }

    /// Words that differ from `mistyped` by at most `errors` insertions, deletions, replacements or swaps of
    /// neighbouring letters; the closest first. The word itself is not among them.
    pub fn corrections(&self, mistyped: &str, errors: u8, limit: usize) -> Vec<Correction> {
        let dfa = match errors {
            0 => return Vec::new(),
            1 => automata::ONE.build_dfa(mistyped),
            _ => automata::TWO.build_dfa(mistyped),
        };
        let mut found: Vec<Correction> = self
            .recent
            .iter()
            .filter_map(|word| correction(&dfa, word))
            .collect();
        if let Some(large) = &self.large {
            let mut stream = large.search(Accepting(&dfa)).into_stream();
            while let Some(word) = stream.next().filter(|_| found.len() < MAX_CANDIDATES) {
                found.extend(correction(&dfa, &String::from_utf8_lossy(word)));
            }
        }
        found.retain(|correction| correction.errors > 0);
        found.sort_unstable();
        found.truncate(limit);
        found
    }
}

fn correction(dfa: &DFA, word: &str) -> Option<Correction> {
    match dfa.eval(word) {
        Distance::Exact(errors) => Some(Correction {
            errors,
            word: word.to_owned(),
        }),
        Distance::AtLeast(_) => None,
    }
}

mod automata {
    use std::sync::LazyLock;

    use super::LevenshteinAutomatonBuilder;

    pub static ONE: LazyLock<LevenshteinAutomatonBuilder> =
        LazyLock::new(|| LevenshteinAutomatonBuilder::new(1, true));
    pub static TWO: LazyLock<LevenshteinAutomatonBuilder> =
        LazyLock::new(|| LevenshteinAutomatonBuilder::new(2, true));
}

/// The automaton as the dictionary walks it.
struct Accepting<'a>(&'a DFA);

impl Automaton for Accepting<'_> {
    type State = u32;

    fn start(&self) -> u32 {
        self.0.initial_state()
    }

    fn is_match(&self, state: &u32) -> bool {
        matches!(self.0.distance(*state), Distance::Exact(_))
    }

    fn can_match(&self, state: &u32) -> bool {
        *state != levenshtein_automata::SINK_STATE
    }

    fn accept(&self, state: &u32, byte: u8) -> u32 {
        self.0.transition(*state, byte)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dictionary() -> Dictionary {
        let large = ["boots", "book", "leather", "shoes"].map(str::to_owned);
        Dictionary::new(large).with(["boot", "bookshelf", "shoe"].map(str::to_owned))
    }

    #[test]
    fn an_unfinished_word_is_completed_by_the_shortest_words() {
        assert_eq!(dictionary().completions("boo", 3), ["book", "boot", "boots"]);
        assert_eq!(dictionary().completions("boots", 3), [""; 0]);
        assert_eq!(dictionary().completions("zzz", 3), [""; 0]);
    }

    #[test]
    fn each_slip_counts_once() {
        let words = |typed, errors| -> Vec<String> {
            let found = dictionary().corrections(typed, errors, 10);
            found.into_iter().map(|found| found.word).collect()
        };
        assert_eq!(words("shoos", 1), ["shoes"]);
        assert_eq!(words("sheos", 1), ["shoes"]);
        assert_eq!(words("lether", 1), ["leather"]);
        assert_eq!(words("shoes", 1), ["shoe"]);
        assert_eq!(words("boootss", 2), ["boots"]);
        assert_eq!(words("lethre", 1), [""; 0]);
        assert_eq!(words("boots", 0), [""; 0]);
    }

    #[test]
    fn words_are_merged_into_the_large_part() {
        let many = (0..MERGE_AT).map(|n| format!("word{n}"));

        let merged = dictionary().with(many);

        assert!(merged.recent.is_empty());
        assert_eq!(merged.len(), MERGE_AT + 7);
        assert!(merged.contains("leather") && merged.contains("word17") && merged.contains("shoe"));
    }
}
