//! Parts of texts, as `like` and an index of trigrams (`pg_trgm`) find them.

/// A pattern for texts that contain `part`, in which the wildcards of `like` stand for themselves.
pub fn containing(part: &str) -> String {
    let literal = part.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
    format!("%{literal}%")
}

/// Whether an index of trigrams can find `part`: it has three letters or digits in a row. Any other part is looked for in
/// every row.
pub fn has_trigram(part: &str) -> bool {
    part.split(|c: char| !c.is_alphanumeric())
        .any(|run| run.chars().nth(2).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wildcards_of_a_part_stand_for_themselves() {
        assert_eq!(containing(r"100%_\"), r"%100\%\_\\%");
    }

    #[test]
    fn three_letters_or_digits_in_a_row_can_be_found() {
        for part in ["boots", "x-100%", "sku_1", "şəkər", "日本語"] {
            assert!(has_trigram(part), "{part}");
        }
        for part in ["", "ab", "%%%", "___", "\\", "a_b", "a-b-c-d", "日本"] {
            assert!(!has_trigram(part), "{part}");
        }
    }
}
