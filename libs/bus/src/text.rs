//! Text from outside, made fit to be logged, stored and shown.

/// The same text with each control character as `\u0000` and the like, and at most `max` characters long.
///
/// Postgres stores no NUL, and terminals obey control characters. Text that needs no change stays as it is.
pub fn printable(text: &str, max: usize) -> String {
    let mut shown = String::with_capacity(text.len().min(max));
    let mut left = max;
    for c in text.chars() {
        let piece = if is_unprintable(c) {
            format!("\\u{:04x}", u32::from(c))
        } else {
            c.to_string()
        };
        let length = piece.chars().count();
        if length > left {
            break;
        }
        shown.push_str(&piece);
        left -= length;
    }
    shown
}

/// Control characters, and those that turn the direction of the text around them.
fn is_unprintable(c: char) -> bool {
    c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_become_visible() {
        assert_eq!(
            printable("a\0b\u{1b}[31m\u{202e}", 100),
            "a\\u0000b\\u001b[31m\\u202e"
        );
    }

    #[test]
    fn plain_text_stays_and_twice_is_once() {
        assert_eq!(printable("größer \\u0000 ☃", 100), "größer \\u0000 ☃");
        let once = printable("a\0b", 100);
        assert_eq!(printable(&once, 100), once);
    }

    #[test]
    fn the_length_is_bounded_and_no_escape_is_cut() {
        assert_eq!(printable("☃☃☃", 2), "☃☃");
        assert_eq!(printable("ab\0", 7), "ab");
        assert_eq!(printable("ab\0", 8), "ab\\u0000");
    }
}
