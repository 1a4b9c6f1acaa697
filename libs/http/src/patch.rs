//! JSON merge patch (RFC 7396): absent, null and a value are three different things.

use serde::{Deserialize, Deserializer};

/// For a field that a patch may remove: absent is `None`, `null` is `Some(None)`, a value `Some(Some(value))`.
///
/// Use as `#[serde(default, deserialize_with = "souk_http::nullable")]`.
///
/// # Errors
/// When the value is not a `T`.
pub fn nullable<'de, D, T>(deserializer: D) -> Result<Option<Option<T>>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    Option::<T>::deserialize(deserializer).map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Deserialize)]
    struct Patch {
        #[serde(default, deserialize_with = "nullable")]
        phone: Option<Option<String>>,
    }

    #[test]
    fn absent_null_and_value_differ() {
        let read = |text| serde_json::from_str::<Patch>(text).unwrap().phone;

        assert_eq!(read("{}"), None);
        assert_eq!(read(r#"{"phone": null}"#), Some(None));
        assert_eq!(read(r#"{"phone": "1"}"#), Some(Some("1".to_owned())));
    }
}
