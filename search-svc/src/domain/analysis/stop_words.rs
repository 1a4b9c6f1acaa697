//! Words that say nothing about a product. They are indexed all the same, so that a query of nothing else works.

/// Sorted, folded.
const STOP_WORDS: &[&str] = &[
    "a", "an", "and", "are", "as", "at", "be", "by", "for", "from", "icin", "ile", "in", "is", "it", "its",
    "of", "on", "or", "s", "that", "the", "this", "to", "ucun", "ve", "was", "with",
];

/// Whether a folded word may be left out of a query that has others.
pub fn is_stop_word(word: &str) -> bool {
    STOP_WORDS.binary_search(&word).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_sorted() {
        assert!(STOP_WORDS.is_sorted());
        assert!(is_stop_word("the") && is_stop_word("ve") && !is_stop_word("shoe"));
    }
}
