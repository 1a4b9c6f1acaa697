//! How many typing errors a word may have.

/// How many typing errors a word may have: long words two, short ones one, the shortest and numbers none.
pub fn tolerance(word: &str) -> u8 {
    // A digit is never a slip: size 42 is not size 43.
    if word.contains(|letter: char| letter.is_numeric()) {
        return 0;
    }
    match word.chars().count() {
        0..=2 => 0,
        3..=5 => 1,
        _ => 2,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn longer_words_forgive_more() {
        assert_eq!(
            ["tv", "hat", "shoes", "lether", "42", "iphone14"].map(tolerance),
            [0, 1, 1, 2, 0, 0]
        );
    }
}
