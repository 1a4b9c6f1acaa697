//! Finds `crate::<module>` paths in Rust source, without a parser.

/// A path into another room: the line it stands in, and the room.
#[derive(Debug, PartialEq, Eq)]
pub struct Arrow {
    /// Counted from 1.
    pub line: usize,
    /// The top-level module.
    pub module: String,
}

/// All paths that begin with `crate::`, and those into `souk_clients` as the module `clients`.
pub fn arrows(source: &str) -> Vec<Arrow> {
    let text = blank_comments_and_strings(source);
    let mut found = Vec::new();
    for (start, _) in text.match_indices("crate::") {
        let rest = text.get(start + "crate::".len()..).unwrap_or_default();
        if begins_word(&text, start) {
            let line = line_of(&text, start);
            found.extend(heads(rest).into_iter().map(|(offset, name)| Arrow {
                line: line + rest.get(..offset).unwrap_or_default().matches('\n').count(),
                module: module_of(&name),
            }));
        }
    }
    for (start, word) in text.match_indices("souk_clients") {
        let after = text.get(start + word.len()..).unwrap_or_default();
        if begins_word(&text, start) && !after.starts_with(is_word) {
            found.push(Arrow {
                line: line_of(&text, start),
                module: "clients".to_owned(),
            });
        }
    }
    found.sort_by_key(|arrow| arrow.line);
    found
}

/// What `lib.rs` gives a shorter name.
fn module_of(name: &str) -> String {
    match name {
        "Error" | "Result" => "error",
        "App" => "app",
        "Config" => "config",
        "AppState" => "state",
        other => other,
    }
    .to_owned()
}

/// The first names after `crate::`: one, or one for each branch of `{..}`.
fn heads(rest: &str) -> Vec<(usize, String)> {
    let Some(tree) = rest.strip_prefix('{') else {
        return vec![(0, rest.chars().take_while(|c| is_word(*c)).collect())];
    };
    let mut found = Vec::new();
    let mut depth = 0;
    let mut at_start = true;
    for (offset, c) in tree.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => at_start = true,
            c if at_start && is_word(c) => {
                at_start = false;
                let name = tree
                    .get(offset..)
                    .unwrap_or_default()
                    .chars()
                    .take_while(|c| is_word(*c))
                    .collect();
                found.push((offset + 1, name));
            }
            _ => {}
        }
    }
    found
}

fn begins_word(text: &str, start: usize) -> bool {
    let before = text.get(..start).unwrap_or_default();
    !before.ends_with(|c| is_word(c) || c == '$') && !before.ends_with("::")
}

fn line_of(text: &str, offset: usize) -> usize {
    text.get(..offset).unwrap_or_default().matches('\n').count() + 1
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// The same text, line for line, with comments and the content of strings replaced by blanks.
fn blank_comments_and_strings(source: &str) -> String {
    let mut out = String::with_capacity(source.len());
    let mut rest = source;
    while let Some(c) = rest.chars().next() {
        let length = match c {
            '/' if rest.starts_with("//") => rest.find('\n').unwrap_or(rest.len()),
            '/' if rest.starts_with("/*") => rest.find("*/").map_or(rest.len(), |end| end + 2),
            'r' if !out.ends_with(is_word) && raw_hashes(rest).is_some() => raw_length(rest),
            '"' => string_length(rest),
            '\'' if rest.starts_with("'\"'") => 3,
            _ => {
                out.push(c);
                rest = rest.get(c.len_utf8()..).unwrap_or_default();
                continue;
            }
        };
        let (skipped, after) = rest.split_at_checked(length).unwrap_or((rest, ""));
        out.extend(skipped.chars().map(|c| if c == '\n' { '\n' } else { ' ' }));
        rest = after;
    }
    out
}

fn string_length(text: &str) -> usize {
    let mut escaped = false;
    for (offset, c) in text.char_indices().skip(1) {
        match c {
            '"' if !escaped => return offset + 1,
            '\\' => escaped = !escaped,
            _ => escaped = false,
        }
    }
    text.len()
}

fn raw_hashes(text: &str) -> Option<usize> {
    let hashes = text.get(1..)?.chars().take_while(|c| *c == '#').count();
    text.get(1 + hashes..)?.starts_with('"').then_some(hashes)
}

fn raw_length(text: &str) -> usize {
    let hashes = raw_hashes(text).unwrap_or(0);
    let end = format!("\"{}", "#".repeat(hashes));
    let begin = 2 + hashes;
    text.get(begin..)
        .and_then(|rest| rest.find(&end))
        .map_or(text.len(), |at| begin + at + end.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(source: &str) -> Vec<(usize, String)> {
        arrows(source)
            .into_iter()
            .map(|arrow| (arrow.line, arrow.module))
            .collect()
    }

    #[test]
    fn single_and_inline_paths_are_found() {
        let source =
            "use crate::ops::cancel;\n\nfn f() { crate::store::save(); $crate::x::y(); other_crate::z(); }\n";

        assert_eq!(found(source), [(1, "ops".to_owned()), (3, "store".to_owned())]);
    }

    #[test]
    fn a_tree_gives_one_arrow_for_each_branch() {
        let source = "use crate::{\n    domain::{Order, Item},\n    Error, Result,\n};\n";

        assert_eq!(
            found(source),
            [
                (2, "domain".to_owned()),
                (3, "error".to_owned()),
                (3, "error".to_owned())
            ]
        );
    }

    #[test]
    fn comments_and_strings_do_not_count() {
        let source = "// crate::ops\n/* crate::ops */\nlet a = \"crate::ops \\\" crate::ops\";\n\
                      let b = r#\"crate::ops \" crate::ops\"#;\nlet c = '\"'; crate::store::x();\n";

        assert_eq!(found(source), [(5, "store".to_owned())]);
    }

    #[test]
    fn the_clients_of_other_services_are_a_module() {
        assert_eq!(
            found("use souk_clients::CartClient;\nuse souk_clients_x::Y;\n"),
            [(1, "clients".to_owned())]
        );
    }
}
