//! Why a value was refused, said without repeating the value.

use std::borrow::Cow;

use serde_path_to_error::{Path, Segment};
use validator::{ValidationError, ValidationErrors, ValidationErrorsKind};

use crate::Problem;

/// A value that does not fit its type, as a 422 with the pointer to it.
pub fn from_serde(path: &Path, message: &str) -> Problem {
    let mut pointer = pointer_to(path);
    let (code, detail) = explain(message);
    if let (Some(name), "required" | "unknown_field" | "duplicate_field") = (quoted(message), code) {
        // The path may or may not end with the field already.
        if !pointer.ends_with(&format!("/{}", escaped(name))) {
            pointer = format!("{pointer}/{}", escaped(name));
        }
    }
    Problem::invalid().field(pointer, code, detail)
}

/// Broken rules, as a 422 with one entry per field.
pub fn from_rules(errors: &ValidationErrors) -> Problem {
    let mut found = Vec::new();
    collect("", errors, &mut found);
    found.sort();
    found
        .into_iter()
        .fold(Problem::invalid(), |problem, (pointer, code, detail)| {
            problem.field(pointer, code, detail)
        })
}

fn pointer_to(path: &Path) -> String {
    let segment = |segment: &Segment| match segment {
        Segment::Seq { index } => Some(format!("/{index}")),
        Segment::Map { key } => Some(format!("/{}", escaped(key))),
        Segment::Enum { .. } | Segment::Unknown => None,
    };
    path.iter().filter_map(segment).collect()
}

/// Names come from the client: bounded, and escaped as RFC 6901 asks.
pub(crate) fn escaped(name: &str) -> String {
    name.chars()
        .take(64)
        .collect::<String>()
        .replace('~', "~0")
        .replace('/', "~1")
}

fn quoted(message: &str) -> Option<&str> {
    message.split('`').nth(1)
}

fn explain(message: &str) -> (&'static str, Cow<'static, str>) {
    // serde_json appends where in the text it happened.
    let message = message
        .rsplit_once(" at line ")
        .map_or(message, |(before, _)| before);
    // The last one: what comes before may be the client's own text.
    let expected = message
        .rsplit_once(", expected ")
        .map_or("", |(_, expected)| expected);
    if message.starts_with("missing field") {
        ("required", "This field is required.".into())
    } else if message.starts_with("unknown field") {
        ("unknown_field", "There is no such field here.".into())
    } else if message.starts_with("duplicate field") {
        ("duplicate_field", "This field may be given once.".into())
    } else if message.starts_with("unknown variant") {
        (
            "unknown_value",
            format!("Expected {}.", expected.replace('`', "")).into(),
        )
    } else if message.starts_with("invalid type") {
        ("wrong_type", format!("Expected {}.", plain(expected)).into())
    } else if message.starts_with("invalid value") {
        ("wrong_value", format!("Expected {}.", plain(expected)).into())
    } else {
        ("wrong_format", "This value does not have the right form.".into())
    }
}

/// Rust's names of types mean nothing to a client.
fn plain(expected: &str) -> &'static str {
    match expected {
        "a string" | "string" | "str" | "a character" => "a text",
        _ if expected.starts_with("enum ") => "a text",
        "a boolean" | "bool" => "true or false",
        "u8" | "u16" | "u32" | "u64" | "usize" => "a whole number, not negative and not too large",
        "i8" | "i16" | "i32" | "i64" | "isize" => "a whole number that is not too large",
        "f32" | "f64" => "a number",
        _ if expected.starts_with("struct") || expected.starts_with("a map") => "an object",
        _ if expected.contains("sequence") || expected.contains("array") => "a list",
        _ if expected.contains("UUID") => "a UUID",
        _ if expected.contains("date") => "an RFC 3339 time",
        _ => "another kind of value",
    }
}

fn collect(base: &str, errors: &ValidationErrors, found: &mut Vec<(String, String, String)>) {
    for (field, kind) in errors.errors() {
        let pointer = match field.as_ref() {
            // What validator calls the items of a list, and rules about the whole.
            "_tmp_validator" | "__all__" => base.to_owned(),
            name => format!("{base}/{}", escaped(name)),
        };
        match kind {
            ValidationErrorsKind::Struct(inner) => collect(&pointer, inner, found),
            ValidationErrorsKind::List(items) => {
                for (index, inner) in items {
                    collect(&format!("{pointer}/{index}"), inner, found);
                }
            }
            ValidationErrorsKind::Field(rules) => {
                found.extend(
                    rules
                        .iter()
                        .map(|rule| (pointer.clone(), rule.code.to_string(), broken(rule))),
                );
            }
        }
    }
}

fn broken(rule: &ValidationError) -> String {
    if let Some(message) = &rule.message {
        return message.to_string();
    }
    let bound = |name: &str| rule.params.get(name).map(|value| value.to_string());
    let unit = if rule.code == "length" { " long" } else { "" };
    match (rule.code.as_ref(), bound("equal"), bound("min"), bound("max")) {
        ("length" | "range", Some(equal), ..) => format!("It must be exactly {equal}{unit}."),
        ("length" | "range", _, Some(min), Some(max)) => format!("It must be {min} to {max}{unit}."),
        ("length" | "range", _, Some(min), None) => format!("It must be at least {min}{unit}."),
        ("length" | "range", _, None, Some(max)) => format!("It must be at most {max}{unit}."),
        ("email", ..) => "It must be an e-mail address.".to_owned(),
        ("url", ..) => "It must be a URL.".to_owned(),
        _ => "This value is not allowed.".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_client_sent_is_not_repeated() {
        for message in [
            "invalid type: string \"hunter2, expected hunter2\", expected u32 at line 1 column 7",
            "UUID parsing failed: found `hunter2` at 1",
            "unknown variant `hunter2`, expected `asc` or `desc`",
            "invalid value: string \"hunter2\", expected something of ours",
        ] {
            let (_, detail) = explain(message);
            assert!(!detail.contains("hunter2"), "{detail}");
        }
    }

    #[test]
    fn names_are_escaped_and_bounded() {
        assert_eq!(escaped("a/b~c"), "a~1b~0c");
        assert_eq!(escaped(&"x".repeat(100)).len(), 64);
    }
}
