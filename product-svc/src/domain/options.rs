//! Options: what tells one variation of a product from another.

use std::collections::BTreeMap;

use super::Invalid;
use super::product::MAX_NAME;

/// Most options of a variation.
const MAX_OPTIONS: usize = 10;
/// Longest value of an option.
const MAX_OPTION_VALUE: usize = 100;

/// Names and values such as size and color, with a key that is equal for equal combinations.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    values: BTreeMap<String, String>,
    key: String,
}

impl Options {
    /// Accepts options; spaces around names and values do not count.
    ///
    /// # Errors
    /// [`Invalid`] when they are too many, too long or empty, or when two names differ only in case.
    pub fn new(given: BTreeMap<String, String>) -> Result<Self, Invalid> {
        let refuse = |code, detail: String| Err(Invalid::new("/options", code, detail));
        if given.len() > MAX_OPTIONS {
            return refuse(
                "too-many",
                format!("A variation has at most {MAX_OPTIONS} options."),
            );
        }
        let mut values = BTreeMap::new();
        let mut folded = BTreeMap::new();
        for (name, value) in given {
            let (name, value) = (tidy(&name), tidy(&value));
            if name.is_empty() || name.chars().count() > MAX_NAME {
                return refuse("name", "The name of an option has 1 to 50 characters.".into());
            }
            if value.is_empty() || value.chars().count() > MAX_OPTION_VALUE {
                return refuse("value", "The value of an option has 1 to 100 characters.".into());
            }
            if folded.insert(name.to_lowercase(), value.to_lowercase()).is_some() {
                return refuse("repeated", format!("The option \"{name}\" is there twice."));
            }
            values.insert(name, value);
        }
        Ok(Self {
            values,
            key: canonical(&folded),
        })
    }

    /// These options with some set and some removed; a name that differs only in case is the same name.
    ///
    /// # Errors
    /// As [`Options::new`].
    pub fn merged(&self, patch: BTreeMap<String, Option<String>>) -> Result<Self, Invalid> {
        let mut values = self.values.clone();
        for (name, value) in patch {
            let folded = tidy(&name).to_lowercase();
            values.retain(|known, _| known.to_lowercase() != folded);
            if let Some(value) = value {
                values.insert(name, value);
            }
        }
        Self::new(values)
    }

    /// Options as they were accepted before.
    pub fn stored(values: BTreeMap<String, String>, key: String) -> Self {
        Self { values, key }
    }

    /// Name and value of each.
    pub fn values(&self) -> &BTreeMap<String, String> {
        &self.values
    }

    /// Equal for combinations that differ only in order or case.
    pub fn key(&self) -> &str {
        &self.key
    }
}

/// Spaces at the ends removed, those within made one.
fn tidy(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The control characters cannot come from outside: they are white space to `tidy`, or escaped here.
fn canonical(folded: &BTreeMap<String, String>) -> String {
    let escape = |text: &str| text.replace('\\', "\\\\").replace('=', "\\=").replace(';', "\\;");
    let pairs: Vec<String> = folded
        .iter()
        .map(|(name, value)| format!("{}={}", escape(name), escape(value)))
        .collect();
    pairs.join(";")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options(pairs: &[(&str, &str)]) -> Result<Options, Invalid> {
        Options::new(
            pairs
                .iter()
                .map(|(name, value)| ((*name).into(), (*value).into()))
                .collect(),
        )
    }

    #[test]
    fn a_combination_is_the_same_in_any_case_and_spacing() {
        let one = options(&[("Size", "XL"), ("color", "Dark  Red ")]).unwrap();
        let other = options(&[("Color", "dark red"), (" size", "xl")]).unwrap();

        assert_eq!(one.key(), other.key());
        assert_eq!(one.values().get("color").map(String::as_str), Some("Dark Red"));
    }

    #[test]
    fn a_patch_of_options_sets_and_removes_by_name() {
        let one = options(&[("size", "S"), ("color", "red")]).unwrap();
        let patch = BTreeMap::from([("Size".into(), Some("M".into())), ("color".into(), None)]);

        assert_eq!(one.merged(patch), options(&[("Size", "M")]));
    }

    #[test]
    fn different_combinations_have_different_keys() {
        let tricky = [
            options(&[("a", "b;c=d")]).unwrap(),
            options(&[("a", "b"), ("c", "d")]).unwrap(),
            options(&[("a", "b\\;c=d")]).unwrap(),
            options(&[("a=b", "c")]).unwrap(),
            options(&[("a", "b=c")]).unwrap(),
            options(&[]).unwrap(),
        ];

        let keys: std::collections::BTreeSet<_> = tricky.iter().map(Options::key).collect();

        assert_eq!(keys.len(), tricky.len());
    }

    #[test]
    fn options_are_bounded_and_not_repeated() {
        assert_eq!(
            options(&[("size", "S"), ("Size", "M")]).unwrap_err().code,
            "repeated"
        );
        assert_eq!(options(&[("", "S")]).unwrap_err().code, "name");
        assert_eq!(options(&[("size", "  ")]).unwrap_err().code, "value");
        let many = (0..=MAX_OPTIONS)
            .map(|n| (n.to_string(), "x".to_owned()))
            .collect();
        assert_eq!(Options::new(many).unwrap_err().code, "too-many");
    }
}
