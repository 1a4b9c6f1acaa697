//! Text analysis, the same for documents and queries and for every backend: fold, cut into words, stem.

mod fold;
mod stop_words;
mod typo;

use std::ops::Range;
use std::sync::LazyLock;

use frostem::{Algorithm, Stemmer};
use unicode_normalization::char::is_combining_mark;

pub use fold::fold;
pub use stop_words::is_stop_word;
pub use typo::tolerance;

/// Longer words are cut: nobody types them, and they would fill the dictionary.
const LONGEST_WORD: usize = 64;

/// Longer words are found only as a whole.
const MAX_DICTIONARY_CHARS: usize = 32;

static ENGLISH: LazyLock<Stemmer> = LazyLock::new(|| Stemmer::new(Algorithm::English));

/// One word of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// The folded word.
    pub word: String,
    /// Its stem, often the word itself.
    pub stem: String,
    /// Where it stands in the text, in bytes.
    pub place: Range<usize>,
}

/// The words of a text, in order.
pub fn tokens(text: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut start = None;
    for (at, letter) in text.char_indices() {
        // A mark belongs to the letter before it.
        let inside = letter.is_alphanumeric() || (start.is_some() && is_combining_mark(letter));
        match (start, inside) {
            (None, true) => start = Some(at),
            (Some(begin), false) => {
                tokens.extend(token(text, begin..at));
                start = None;
            }
            _ => {}
        }
    }
    if let Some(begin) = start {
        tokens.extend(token(text, begin..text.len()));
    }
    tokens
}

/// What an index keeps of a text: each word and, where it differs, its stem, separated by spaces.
pub fn index_text(text: &str) -> String {
    let mut words = String::with_capacity(text.len() * 2);
    for token in tokens(text) {
        push(&mut words, &token.word);
        if token.stem != token.word {
            push(&mut words, &token.stem);
        }
    }
    words
}

/// Whether a word may stand for an unfinished or mistyped one. Numbers and codes are left out: a digit is never a
/// slip, and there would be one for every product.
pub fn is_dictionary_word(word: &str) -> bool {
    let letters = word.chars().filter(|letter| letter.is_alphabetic()).count();
    let others = word.chars().count() - letters;
    letters >= 2 && letters >= others && letters + others <= MAX_DICTIONARY_CHARS
}

/// A text with nothing left but its letters and digits, to recognize SKUs and whole titles.
pub fn alnum_key(text: &str) -> String {
    fold(text)
        .chars()
        .filter(|letter| letter.is_alphanumeric())
        .take(LONGEST_WORD * 4)
        .collect()
}

fn token(text: &str, place: Range<usize>) -> Option<Token> {
    let word: String = fold(text.get(place.clone())?)
        .chars()
        .filter(|c| c.is_alphanumeric())
        .take(LONGEST_WORD)
        .collect();
    // Some letters have no plain form left, such as a lone modifier.
    (!word.is_empty()).then(|| Token {
        stem: stem(&word),
        word,
        place,
    })
}

/// English endings only, and only on plain letters; what else ends like that loses it on both sides alike.
fn stem(word: &str) -> String {
    if word.bytes().all(|byte| byte.is_ascii_lowercase()) {
        ENGLISH.stem(word).into_owned()
    } else {
        word.to_owned()
    }
}

fn push(words: &mut String, word: &str) {
    if !words.is_empty() {
        words.push(' ');
    }
    words.push_str(word);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        tokens(text).into_iter().map(|token| token.word).collect()
    }

    #[test]
    fn a_text_is_cut_where_letters_and_digits_end() {
        assert_eq!(
            words("Blue suede-shoes, size 42!"),
            ["blue", "suede", "shoes", "size", "42"]
        );
        assert_eq!(words("Women's T-shirt"), ["women", "s", "t", "shirt"]);
        assert_eq!(words("  \t--- "), Vec::<String>::new());
        assert_eq!(words("qırmızı ayaqqabı"), ["qirmizi", "ayaqqabi"]);
    }

    #[test]
    fn a_token_knows_its_place_in_the_raw_text() {
        let text = "Şirin alma: cafe\u{301}!";

        let places: Vec<&str> = tokens(text).into_iter().map(|token| &text[token.place]).collect();

        assert_eq!(places, ["Şirin", "alma", "cafe\u{301}"]);
    }

    #[test]
    fn endings_do_not_matter() {
        for (one, other) in [("shoe", "shoes"), ("running", "runs"), ("batteries", "battery")] {
            assert_eq!(stem(one), stem(other));
        }
        assert_eq!(stem("42s"), "42s");
    }

    #[test]
    fn index_text_holds_words_and_stems() {
        assert_eq!(index_text("Blue suede shoes"), "blue suede sued shoes shoe");
        assert_eq!(index_text(""), "");
    }

    #[test]
    fn a_code_is_the_same_however_it_is_grouped() {
        assert_eq!(alnum_key("AB-12 34/x"), alnum_key("ab1234X"));
    }

    #[test]
    fn an_endless_word_is_cut() {
        assert_eq!(words(&"x".repeat(5000))[0].len(), LONGEST_WORD);
    }
}
