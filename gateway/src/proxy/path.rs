//! One spelling per path, before any rule looks at it.

use std::borrow::Cow;

/// The path has no single meaning: two readers could take it for two different things.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Malformed {
    /// A `%` without two hexadecimal digits.
    #[error("A % must be followed by two hexadecimal digits.")]
    Percent,
    /// An encoded `/`, a `\`, or a control character.
    #[error("The path holds an encoded slash, a backslash or a control character.")]
    Separator,
    /// Something encoded twice.
    #[error("The path is encoded twice.")]
    Twice,
    /// `//`, or a segment `.` or `..`.
    #[error("The path holds an empty segment, . or ..")]
    Segment,
}

/// The path in its normal form (RFC 3986, 6.2.2): nothing is encoded that need not be, and what is has
/// upper-case digits. Paths that could be read in two ways are refused, not repaired.
///
/// # Errors
/// What is ambiguous about it.
pub fn normalise(path: &str) -> Result<Cow<'_, str>, Malformed> {
    let normal = if path.contains(['%', '\\']) {
        Cow::Owned(decode(path)?)
    } else {
        Cow::Borrowed(path)
    };
    let mut segments = normal.split('/').skip(1).peekable();
    while let Some(segment) = segments.next() {
        // An empty segment at the end is a trailing slash.
        let empty = segment.is_empty() && segments.peek().is_some();
        // What follows a `;` is a parameter to some servers.
        let name = segment.split(';').next().unwrap_or(segment);
        if empty || name == "." || name == ".." {
            return Err(Malformed::Segment);
        }
    }
    Ok(normal)
}

fn decode(path: &str) -> Result<String, Malformed> {
    let mut normal = String::with_capacity(path.len());
    let mut rest = path;
    while let Some(at) = rest.find(['%', '\\']) {
        let (before, from) = rest.split_at(at);
        normal.push_str(before);
        if from.starts_with('\\') {
            return Err(Malformed::Separator);
        }
        let byte = encoded(from).ok_or(Malformed::Percent)?;
        rest = from.get(3..).unwrap_or_default();
        match byte {
            b'/' | b'\\' | 0..=0x1f | 0x7f => return Err(Malformed::Separator),
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                normal.push(char::from(byte))
            }
            other => normal.push_str(&format!("%{other:02X}")),
        }
    }
    normal.push_str(rest);
    // Looked for at the end: what follows a `%25` may have been encoded itself.
    let twice = normal
        .match_indices("%25")
        .filter_map(|(at, _)| normal.get(at + 2..))
        .any(|from| encoded(from).is_some());
    if twice { Err(Malformed::Twice) } else { Ok(normal) }
}

/// The byte that a text stands for whose first character is the `%`, or in its place.
fn encoded(text: &str) -> Option<u8> {
    let digits = text.get(1..3)?;
    if digits.bytes().all(|b| b.is_ascii_hexdigit()) {
        u8::from_str_radix(digits, 16).ok()
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_thing_has_one_spelling() {
        for (path, normal) in [
            ("/", "/"),
            ("/api/v1/cart", "/api/v1/cart"),
            ("/api/v1/cart/", "/api/v1/cart/"),
            ("/api/v1/%63a%72t", "/api/v1/cart"),
            ("/a/%c3%bc%20x", "/a/%C3%BC%20x"),
            ("/a/50%25", "/a/50%25"),
            ("/a/50%25%25x", "/a/50%25%25x"),
            ("/a/50%252", "/a/50%252"),
            ("/a/...", "/a/..."),
            ("/a/.well-known", "/a/.well-known"),
        ] {
            assert_eq!(normalise(path).as_deref(), Ok(normal), "{path}");
        }
    }

    #[test]
    fn what_could_be_read_in_two_ways_is_refused() {
        for (path, why) in [
            ("//api", Malformed::Segment),
            ("/api//v1", Malformed::Segment),
            ("/api/./v1", Malformed::Segment),
            ("/api/../internal", Malformed::Segment),
            ("/api/..", Malformed::Segment),
            ("/api/..;x=1/internal", Malformed::Segment),
            ("/api/%2e%2E/internal", Malformed::Segment),
            ("/api/.%2e/internal", Malformed::Segment),
            ("/api%2finternal", Malformed::Separator),
            ("/api%5Cinternal", Malformed::Separator),
            ("/api\\internal", Malformed::Separator),
            ("/api/%00", Malformed::Separator),
            ("/api/%0d%0ax", Malformed::Separator),
            ("/api/%252e%252e/internal", Malformed::Twice),
            ("/api/%25%32%65./internal", Malformed::Twice),
            ("/api/%252%65./internal", Malformed::Twice),
            ("/api/%25252e", Malformed::Twice),
            ("/api/%", Malformed::Percent),
            ("/api/%2", Malformed::Percent),
            ("/api/%zz", Malformed::Percent),
            ("/api/%+1", Malformed::Percent),
            ("/api/%ü", Malformed::Percent),
        ] {
            assert_eq!(normalise(path), Err(why), "{path}");
        }
    }
}
