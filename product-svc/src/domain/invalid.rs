//! A value that a field cannot take.

/// What is wrong with one field of a request, for whoever sent it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{detail}")]
pub struct Invalid {
    /// JSON pointer of the field, `/variations/0/price`.
    pub pointer: String,
    /// What kind of mistake, as a stable word.
    pub code: &'static str,
    /// The same in a sentence.
    pub detail: String,
}

impl Invalid {
    /// A mistake in the field `pointer`.
    pub fn new(pointer: impl Into<String>, code: &'static str, detail: impl Into<String>) -> Self {
        Self {
            pointer: pointer.into(),
            code,
            detail: detail.into(),
        }
    }

    /// The same mistake, seen from a document that holds this one at `prefix`.
    pub fn under(self, prefix: &str) -> Self {
        Self {
            pointer: format!("{prefix}{}", self.pointer),
            ..self
        }
    }
}
