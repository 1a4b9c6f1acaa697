//! The one character that Postgres cannot keep in a text: U+0000.

use serde_json::Value;

use crate::{Problem, reasons};

/// Refuses a JSON text that holds an escaped NUL, pointing at the field. (A bare one is not JSON.)
pub(crate) fn refuse_in_json(json: &[u8]) -> Result<(), Problem> {
    let escape = br"\u0000";
    if !json.windows(escape.len()).any(|window| window == escape) {
        return Ok(());
    }
    // Rare from here on. What is not JSON is told by whoever reads it.
    let found = serde_json::from_slice(json)
        .ok()
        .and_then(|value| pointer_to_nul(&value));
    found.map_or(Ok(()), |pointer| Err(refusal(pointer)))
}

/// Where a text holds a NUL; a key that does is told as its object.
fn pointer_to_nul(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => text.contains('\0').then(String::new),
        Value::Array(items) => items
            .iter()
            .enumerate()
            .find_map(|(index, item)| pointer_to_nul(item).map(|rest| format!("/{index}{rest}"))),
        Value::Object(fields) => fields.iter().find_map(|(key, field)| {
            if key.contains('\0') {
                return Some(String::new());
            }
            pointer_to_nul(field).map(|rest| format!("/{}{rest}", reasons::escaped(key)))
        }),
        Value::Null | Value::Bool(_) | Value::Number(_) => None,
    }
}

/// Refuses a path or query that holds an encoded NUL.
pub(crate) fn refuse_in_url(encoded: &str) -> Result<(), Problem> {
    if encoded.contains("%00") {
        Err(refusal(String::new()))
    } else {
        Ok(())
    }
}

fn refusal(pointer: String) -> Problem {
    Problem::invalid().field(
        pointer,
        "wrong_format",
        "Text must not hold the character U+0000.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pointer(json: &str) -> Option<String> {
        let problem = refuse_in_json(json.as_bytes()).err()?;
        Some(problem.to_body().errors.remove(0).pointer)
    }

    #[test]
    fn an_escaped_nul_is_pointed_at() {
        for (json, place) in [
            (r#"{"note": "a\u0000b"}"#, "/note"),
            (r#"{"note": "a\\\u0000b"}"#, "/note"),
            (r#"{"lines": ["a", {"x/y": "\u0000"}]}"#, "/lines/1/x~1y"),
            (r#"{"options": {"a\u0000b": "c"}}"#, "/options"),
            (r#""\u0000""#, ""),
        ] {
            assert_eq!(pointer(json).as_deref(), Some(place), "{json}");
        }
    }

    #[test]
    fn what_is_no_nul_or_no_json_passes() {
        for json in [
            r#"{"note": "a\\u0000b"}"#,
            r#"{"note": "a\u0001b"}"#,
            r#"{"note": "a\u0000b"#,
        ] {
            assert_eq!(pointer(json), None, "{json}");
        }
    }

    #[test]
    fn an_encoded_nul_is_found() {
        assert!(refuse_in_url("q=a%00b").is_err());
        assert!(refuse_in_url("q=a%2000b").is_ok());
    }
}
