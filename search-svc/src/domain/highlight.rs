//! Marks in a text what a search found in it.

use std::ops::Range;

use super::analysis::tokens;
use super::query::TextQuery;

const OPEN: &str = "<em>";
const CLOSE: &str = "</em>";
const ELLIPSIS: char = '…';

/// The text as HTML with the words that were looked for in `<em>`; `None` if none of them is there.
pub fn mark(text: &str, query: &TextQuery) -> Option<String> {
    let found = found(text, query);
    (!found.is_empty()).then(|| render(text, 0..text.len(), &found))
}

/// Like [`mark`], but only what surrounds the first of the words, about `length` characters.
pub fn excerpt(text: &str, query: &TextQuery, length: usize) -> Option<String> {
    let found = found(text, query);
    let first = found.first()?;
    let part = around(text, first, length);
    let mut html = String::new();
    if part.start > 0 {
        html.push(ELLIPSIS);
    }
    html.push_str(&render(text, part.clone(), &found));
    if part.end < text.len() {
        html.push(ELLIPSIS);
    }
    Some(html)
}

fn found(text: &str, query: &TextQuery) -> Vec<Range<usize>> {
    tokens(text)
        .into_iter()
        .filter(|token| query.marks(token))
        .map(|token| token.place)
        .collect()
}

/// A part of the text of about that length that holds `first` and breaks between words.
fn around(text: &str, first: &Range<usize>, length: usize) -> Range<usize> {
    let before = text.get(..first.start).unwrap_or_default();
    let start = match before.char_indices().rev().nth(length / 4) {
        None => 0,
        Some((cut, _)) => after_gap(before, cut).unwrap_or(first.start),
    };
    let rest = text.get(start..).unwrap_or_default();
    let end = match rest.char_indices().nth(length) {
        None => text.len(),
        Some((cut, _)) => {
            let gap = rest
                .get(..cut)
                .and_then(|part| part.trim_end().rfind(char::is_whitespace));
            (start + gap.unwrap_or(cut)).max(first.end)
        }
    };
    start..end
}

/// Where the first word that begins after `cut` begins.
fn after_gap(text: &str, cut: usize) -> Option<usize> {
    let tail = text.get(cut..)?;
    let gap = tail.find(char::is_whitespace)?;
    let word = tail.get(gap..)?.find(|letter: char| !letter.is_whitespace())?;
    Some(cut + gap + word)
}

fn render(text: &str, part: Range<usize>, found: &[Range<usize>]) -> String {
    let mut html = String::with_capacity(part.len() + 16);
    let mut at = part.start;
    for place in found
        .iter()
        .filter(|place| place.start >= part.start && place.end <= part.end)
    {
        escape(text.get(at..place.start).unwrap_or_default(), &mut html);
        html.push_str(OPEN);
        escape(text.get(place.clone()).unwrap_or_default(), &mut html);
        html.push_str(CLOSE);
        at = place.end;
    }
    escape(text.get(at..part.end).unwrap_or_default(), &mut html);
    html
}

fn escape(text: &str, html: &mut String) {
    for letter in text.chars() {
        match letter {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            '\'' => html.push_str("&#39;"),
            other => html.push(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::dictionary::Dictionary;
    use super::*;

    fn parse(query: &str) -> TextQuery {
        let known = ["shoes", "shoe", "canta", "leather", "boots"].map(str::to_owned);
        TextQuery::parse(query, &Dictionary::new(known))
    }

    fn marked(text: &str, query: &str) -> Option<String> {
        mark(text, &parse(query))
    }

    #[test]
    fn found_words_are_marked_in_their_own_spelling() {
        assert_eq!(
            marked("Blue Suede SHOES", "shoe").as_deref(),
            Some("Blue Suede <em>SHOES</em>")
        );
        assert_eq!(
            marked("Qırmızı ÇANTA", "canta").as_deref(),
            Some("Qırmızı <em>ÇANTA</em>")
        );
        assert_eq!(
            marked("Leather boots", "lether bo").as_deref(),
            Some("<em>Leather</em> boots")
        );
        assert_eq!(marked("Leather boots", "glass"), None);
        assert_eq!(marked("", "glass"), None);
    }

    #[test]
    fn a_text_cannot_smuggle_in_markup() {
        let html = marked("<script>alert('shoes & \"socks\"')</script>", "shoes");

        let expected = "&lt;script&gt;alert(&#39;<em>shoes</em> &amp; &quot;socks&quot;&#39;)&lt;/script&gt;";
        assert_eq!(html.as_deref(), Some(expected));
    }

    #[test]
    fn an_excerpt_surrounds_the_first_find_and_breaks_between_words() {
        let text = format!(
            "{}a fine pair of shoes {}",
            "before ".repeat(40),
            "after ".repeat(40)
        );

        let html = excerpt(&text, &parse("shoes"), 60).unwrap();

        assert_eq!(
            html,
            "…a fine pair of <em>shoes</em> after after after after after after…"
        );
        assert_eq!(
            excerpt("just shoes", &parse("shoes"), 60).as_deref(),
            Some("just <em>shoes</em>")
        );
        assert_eq!(excerpt("nothing", &parse("shoes"), 60), None);
    }

    #[test]
    fn an_excerpt_of_an_unbroken_text_holds_the_find() {
        let text = format!("{}-shoes-{}", "ə".repeat(200), "ö".repeat(200));

        assert!(
            excerpt(&text, &parse("shoes"), 40)
                .unwrap()
                .contains("<em>shoes</em>")
        );
    }
}
