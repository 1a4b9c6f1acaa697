//! Values of columns that a later build may have written.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// An enum whose values are stored as words.
pub trait StoredWord: Copy + Eq + Sized {
    /// The word of the value.
    fn word(self) -> &'static str;

    /// The value of that word, if this build knows it.
    fn from_word(word: &str) -> Option<Self>;
}

/// A value of `T`, or a word that only a later build knows.
///
/// During a rolling upgrade, and after a rollback, two builds share tables. The earlier one shows an unknown word as it is
/// and decides nothing by it; an enum alone would make each read of such a row fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum OpenEnum<T> {
    /// A value that this build knows.
    Known(T),
    /// A word of a later build.
    Unknown(UnknownWord),
}

/// A word of a later build; of one with more than 48 bytes, the beginning.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct UnknownWord {
    bytes: [u8; UnknownWord::MAX],
    length: u8,
}

impl UnknownWord {
    const MAX: usize = 48;

    /// Keeps a word.
    pub fn new(word: &str) -> Self {
        let mut bytes = [0; Self::MAX];
        let mut length = 0;
        for char in word.chars() {
            let end = length + char.len_utf8();
            let Some(slot) = bytes.get_mut(length..end) else {
                break;
            };
            char.encode_utf8(slot);
            length = end;
        }
        Self {
            bytes,
            length: u8::try_from(length).unwrap_or_default(),
        }
    }

    /// The word.
    pub fn as_str(&self) -> &str {
        let bytes = self.bytes.get(..self.length.into()).unwrap_or_default();
        str::from_utf8(bytes).unwrap_or_default()
    }
}

impl fmt::Debug for UnknownWord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

impl fmt::Display for UnknownWord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl<T: StoredWord> OpenEnum<T> {
    /// The value of a stored word.
    pub fn read(word: &str) -> Self {
        T::from_word(word).map_or_else(|| Self::Unknown(UnknownWord::new(word)), Self::Known)
    }

    /// The word, as it is stored.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Known(value) => value.word(),
            Self::Unknown(word) => word.as_str(),
        }
    }

    /// The value, if this build knows it.
    pub fn known(self) -> Option<T> {
        self.decide().ok()
    }

    /// The value, for a decision.
    ///
    /// # Errors
    /// The word, if this build does not know it: then nothing may be decided.
    pub fn decide(self) -> Result<T, UnknownWord> {
        match self {
            Self::Known(value) => Ok(value),
            Self::Unknown(word) => Err(word),
        }
    }
}

impl<T> From<T> for OpenEnum<T> {
    fn from(value: T) -> Self {
        Self::Known(value)
    }
}

impl<T: PartialEq> PartialEq<T> for OpenEnum<T> {
    fn eq(&self, other: &T) -> bool {
        matches!(self, Self::Known(value) if value == other)
    }
}

impl<T: StoredWord> fmt::Display for OpenEnum<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl<T: StoredWord> Serialize for OpenEnum<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de, T: StoredWord> Deserialize<'de> for OpenEnum<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(|word| Self::read(&word))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    enum Light {
        Red,
        Green,
    }

    impl StoredWord for Light {
        fn word(self) -> &'static str {
            match self {
                Self::Red => "red",
                Self::Green => "green",
            }
        }

        fn from_word(word: &str) -> Option<Self> {
            [Self::Red, Self::Green]
                .into_iter()
                .find(|light| light.word() == word)
        }
    }

    #[test]
    fn a_word_is_shown_as_it_is() {
        for word in ["red", "green", "amber", "", "blinkənd"] {
            let light = OpenEnum::<Light>::read(word);
            assert_eq!(light.as_str(), word);
            assert_eq!(serde_json::to_value(light).ok(), Some(word.into()));
            assert_eq!(serde_json::from_value(word.into()).ok(), Some(light));
            assert_eq!(
                light.known().is_some(),
                light == Light::Red || light == Light::Green
            );
        }
        assert_eq!(
            OpenEnum::<Light>::read("amber").decide(),
            Err(UnknownWord::new("amber"))
        );
    }

    #[test]
    fn a_long_word_is_cut_between_characters() {
        let word = format!("{}ə", "x".repeat(47));

        assert_eq!(UnknownWord::new(&word).as_str(), "x".repeat(47));
        assert_eq!(UnknownWord::new(&word[..47]).as_str(), "x".repeat(47));
    }
}
