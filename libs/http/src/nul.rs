//! The one character that Postgres cannot keep in a text: U+0000.

use crate::Problem;

/// Refuses a JSON text that holds an escaped NUL. (A bare one is not JSON.)
pub(crate) fn refuse_in_json(json: &[u8]) -> Result<(), Problem> {
    let escape = br"\u0000";
    let found = json.windows(escape.len()).enumerate().any(|(at, window)| {
        let before = json.get(..at).unwrap_or_default();
        // After an odd number of backslashes this one is itself escaped, and what follows is plain text.
        window == escape && before.iter().rev().take_while(|byte| **byte == b'\\').count() % 2 == 0
    });
    if found { Err(refusal()) } else { Ok(()) }
}

/// Refuses a path or query that holds an encoded NUL.
pub(crate) fn refuse_in_url(encoded: &str) -> Result<(), Problem> {
    if encoded.contains("%00") {
        Err(refusal())
    } else {
        Ok(())
    }
}

fn refusal() -> Problem {
    Problem::invalid().field("", "wrong_format", "Text must not hold the character U+0000.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_escaped_nul_is_found_and_a_spelled_out_one_is_not() {
        assert!(refuse_in_json(br#"{"note": "a\u0000b"}"#).is_err());
        assert!(refuse_in_json(br#"{"note": "a\\\u0000b"}"#).is_err());
        assert!(refuse_in_json(br#"{"note": "a\\u0000b"}"#).is_ok());
        assert!(refuse_in_json(br#"{"note": "a\u0001b"}"#).is_ok());
    }

    #[test]
    fn an_encoded_nul_is_found() {
        assert!(refuse_in_url("q=a%00b").is_err());
        assert!(refuse_in_url("q=a%2000b").is_ok());
    }
}
