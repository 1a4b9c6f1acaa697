//! Folding: every spelling of a word that people take for the same becomes one.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Lower case, without diacritics, in plain letters where there are some: `Ədəbiyyat` is `edebiyyat`.
pub fn fold(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    let mut folded = String::with_capacity(text.len());
    for letter in text
        .chars()
        .flat_map(char::to_lowercase)
        .nfkd()
        .filter(|letter| !is_combining_mark(*letter))
    {
        // Compatibility forms may decompose to capitals.
        letter
            .to_lowercase()
            .for_each(|letter| push_plain(letter, &mut folded));
    }
    folded
}

/// The letters that Unicode does not decompose, as people type them on a keyboard without them.
fn push_plain(letter: char, folded: &mut String) {
    match letter {
        'ə' | 'ǝ' => folded.push('e'),
        'ı' => folded.push('i'),
        'ø' => folded.push('o'),
        'đ' | 'ð' => folded.push('d'),
        'ł' => folded.push('l'),
        'ħ' => folded.push('h'),
        'ς' => folded.push('σ'),
        'ß' => folded.push_str("ss"),
        'æ' => folded.push_str("ae"),
        'œ' => folded.push_str("oe"),
        'þ' => folded.push_str("th"),
        other => folded.push(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn azerbaijani_and_turkish_letters_fold_to_plain_ones() {
        assert_eq!(fold("Ədəbiyyat"), "edebiyyat");
        assert_eq!(fold("ÇİÇƏK ŞÜŞƏ ÖĞÜD"), "cicek suse ogud");
        assert_eq!(fold("ışıq IŞIQ İşıq"), "isiq isiq isiq");
    }

    #[test]
    fn other_spellings_of_a_letter_fold_to_it() {
        assert_eq!(fold("Crème Brûlée"), "creme brulee");
        assert_eq!(fold("Straße Ærø"), "strasse aero");
        assert_eq!(fold("ＡＢＣ ﬁt №"), "abc fit no");
        assert_eq!(fold("Ёлка"), "елка");
    }

    #[test]
    fn composed_and_decomposed_letters_are_the_same() {
        assert_eq!(fold("cafe\u{301}"), fold("café"));
    }
}
