//! Lists in pages that stay in order while rows are added.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::de::{DeserializeOwned, Error as _, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::{IntoParams, ToSchema};
use validator::Validate;

use crate::{Problem, strict};

/// One page of a list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Page<T> {
    /// The items, in the list's order.
    pub items: Vec<T>,
    /// Pass it as `cursor` to get the next page; `null` on the last one.
    #[schema(required, example = json!(null))]
    pub next_cursor: Option<String>,
}

impl<T> Page<T> {
    /// A page from rows that were read with [`PageQuery::fetch`], one more than is shown.
    ///
    /// `key` tells the sort key of the last row shown: the next page begins after it.
    pub fn from_rows<K: Serialize>(mut rows: Vec<T>, query: &PageQuery, key: impl FnOnce(&T) -> K) -> Self {
        let shown = query.shown();
        let more = rows.len() > shown;
        rows.truncate(shown);
        let next_cursor = rows
            .last()
            .filter(|_| more)
            .map(|last| Cursor::encode(&key(last)));
        Self {
            items: rows,
            next_cursor,
        }
    }

    /// The same page with its items turned into something else.
    pub fn map<U>(self, turn: impl FnMut(T) -> U) -> Page<U> {
        Page {
            items: self.items.into_iter().map(turn).collect(),
            next_cursor: self.next_cursor,
        }
    }
}

/// `?limit=` and `?cursor=` of every list.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Validate, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PageQuery {
    /// How many items at most.
    #[serde(default, deserialize_with = "number")]
    #[validate(range(min = 1, max = 100))]
    #[param(value_type = Option<u32>, minimum = 1, maximum = 100, default = 20, example = 20)]
    pub limit: Option<u32>,
    /// `next_cursor` of the page before.
    #[validate(length(max = 1024))]
    #[param(max_length = 1024)]
    pub cursor: Option<String>,
}

impl PageQuery {
    /// How many items are shown.
    pub fn limit(&self) -> i64 {
        i64::from(self.limit.unwrap_or(20).clamp(1, 100))
    }

    /// How many rows to read: one more than is shown, to know whether there is a next page.
    pub fn fetch(&self) -> i64 {
        self.limit() + 1
    }

    /// The key after which the page begins; a cursor that is not ours is 422.
    pub fn after<K: DeserializeOwned>(&self) -> Result<Option<K>, Problem> {
        self.cursor.as_deref().map(Cursor::decode).transpose()
    }

    fn shown(&self) -> usize {
        usize::try_from(self.limit()).unwrap_or(20)
    }
}

/// A place in a list, opaque to clients.
pub struct Cursor;

impl Cursor {
    /// A sort key as a cursor.
    pub fn encode<K: Serialize>(key: &K) -> String {
        // Keys are plain tuples of ids, numbers and times; these always serialise.
        URL_SAFE_NO_PAD.encode(serde_json::to_vec(key).unwrap_or_default())
    }

    /// The sort key in a cursor; anything else is 422.
    pub fn decode<K: DeserializeOwned>(cursor: &str) -> Result<K, Problem> {
        let bytes = URL_SAFE_NO_PAD.decode(cursor).ok();
        bytes
            .and_then(|bytes| strict::from_slice(&bytes).ok())
            .ok_or_else(|| {
                Problem::invalid().field("/cursor", "wrong_cursor", "This cursor is not from this list.")
            })
    }
}

/// A number that may arrive as a text, which it does when this struct is flattened into another.
fn number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u32>, D::Error> {
    struct Number;

    impl Visitor<'_> for Number {
        type Value = Option<u32>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("u32")
        }

        fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Option<u32>, E> {
            text.parse()
                .map(Some)
                .map_err(|_| E::invalid_value(serde::de::Unexpected::Other("text"), &self))
        }

        fn visit_u64<E: serde::de::Error>(self, number: u64) -> Result<Option<u32>, E> {
            u32::try_from(number)
                .map(Some)
                .map_err(|_| E::custom("out of range"))
        }
    }

    deserializer.deserialize_any(Number).map_err(D::Error::custom)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_reads_back_and_a_foreign_one_is_refused() {
        let key = (1_299_i64, "01937f1c".to_owned());

        let cursor = Cursor::encode(&key);

        assert_eq!(Cursor::decode::<(i64, String)>(&cursor).unwrap(), key);
        for foreign in ["", "!", "e30", &Cursor::encode(&"x"), "%00"] {
            assert_eq!(
                Cursor::decode::<(i64, String)>(foreign).unwrap_err().status(),
                422
            );
        }
    }

    #[test]
    fn only_a_full_page_has_a_next_one() {
        let query = PageQuery {
            limit: Some(2),
            cursor: None,
        };

        let full = Page::from_rows(vec![1, 2, 3], &query, |n| *n);
        let last = Page::from_rows(vec![1, 2], &query, |n| *n);

        assert_eq!(
            (full.items, full.next_cursor),
            (vec![1, 2], Some(Cursor::encode(&2)))
        );
        assert_eq!((last.items, last.next_cursor), (vec![1, 2], None));
    }
}
