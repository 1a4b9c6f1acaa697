//! Texts of the environment as typed values.
//!
//! The field's type decides how a text is read, so that a password of digits stays a text.

use std::collections::BTreeMap;
use std::fmt::Display;

use serde::de::value::{MapDeserializer, SeqDeserializer};
use serde::de::{self, DeserializeOwned, Deserializer, IntoDeserializer, Visitor};
use serde::forward_to_deserialize_any;

/// What is wrong with the environment, as one sentence.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EnvError {
    /// A required variable is not set.
    #[error("The environment variable {0} is not set.")]
    Missing(String),
    /// A variable cannot be read as what it should be.
    #[error("The environment variable {name} is wrong: {reason}.")]
    Wrong {
        /// The variable.
        name: String,
        /// What it should have been.
        reason: String,
    },
    /// A variable holds what is good enough for development only.
    #[error("SOUK_ENV is production, and {name} {reason}.")]
    Unfit {
        /// The variable.
        name: String,
        /// What is the matter with it, going on from its name.
        reason: String,
    },
    /// Something else that the settings struct refused.
    #[error("The environment is wrong: {0}.")]
    Other(String),
}

impl EnvError {
    fn at(self, variable: &str) -> Self {
        match self {
            Self::Other(reason) => Self::Wrong {
                name: variable.to_owned(),
                reason,
            },
            named => named,
        }
    }
}

impl de::Error for EnvError {
    fn custom<T: Display>(message: T) -> Self {
        Self::Other(message.to_string())
    }

    fn missing_field(field: &'static str) -> Self {
        Self::Missing(field.to_ascii_uppercase())
    }

    fn invalid_type(_: de::Unexpected<'_>, expected: &dyn de::Expected) -> Self {
        Self::Other(format!("it must be {expected}"))
    }

    fn invalid_value(_: de::Unexpected<'_>, expected: &dyn de::Expected) -> Self {
        Self::Other(format!("it must be {expected}"))
    }

    fn unknown_variant(_: &str, expected: &'static [&'static str]) -> Self {
        Self::Other(format!("it must be one of {}", expected.join(", ")))
    }
}

/// Reads a settings struct; variable names are its field names in upper case.
pub fn read<T: DeserializeOwned>(set: BTreeMap<String, String>) -> Result<T, EnvError> {
    let fields = set
        .into_iter()
        .map(|(name, text)| (name.to_ascii_lowercase(), Text { name, text }));
    T::deserialize(MapDeserializer::new(fields))
}

struct Text {
    name: String,
    text: String,
}

impl<'de> IntoDeserializer<'de, EnvError> for Text {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

macro_rules! parsed {
    ($($method:ident => $visit:ident, $must_be:literal;)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, EnvError> {
            let value = self.text.trim().parse().map_err(|_| EnvError::Other($must_be.into()).at(&self.name))?;
            visitor.$visit(value).map_err(|error: EnvError| error.at(&self.name))
        }
    )*};
}

impl<'de> Deserializer<'de> for Text {
    type Error = EnvError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, EnvError> {
        visitor
            .visit_string(self.text)
            .map_err(|error: EnvError| error.at(&self.name))
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, EnvError> {
        match self.text.trim().to_ascii_lowercase().as_str() {
            "true" | "1" | "on" | "yes" => visitor.visit_bool(true),
            "false" | "0" | "off" | "no" => visitor.visit_bool(false),
            _ => Err(EnvError::Other("it must be true or false".into()).at(&self.name)),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, EnvError> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, EnvError> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, EnvError> {
        let variant: de::value::StrDeserializer<'_, EnvError> = self.text.as_str().into_deserializer();
        variant
            .deserialize_enum(name, variants, visitor)
            .map_err(|error| error.at(&self.name))
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, EnvError> {
        let Self { name, text } = self;
        let item = |item: &str| Text {
            name: name.clone(),
            text: item.trim().to_owned(),
        };
        let items: Vec<Text> = text
            .split(',')
            .map(item)
            .filter(|item| !item.text.is_empty())
            .collect();
        visitor.visit_seq(SeqDeserializer::new(items.into_iter()))
    }

    parsed! {
        deserialize_i8 => visit_i8, "it must be a whole number in range";
        deserialize_i16 => visit_i16, "it must be a whole number in range";
        deserialize_i32 => visit_i32, "it must be a whole number in range";
        deserialize_i64 => visit_i64, "it must be a whole number in range";
        deserialize_u8 => visit_u8, "it must be a whole number in range";
        deserialize_u16 => visit_u16, "it must be a whole number in range";
        deserialize_u32 => visit_u32, "it must be a whole number in range";
        deserialize_u64 => visit_u64, "it must be a whole number in range";
        deserialize_f32 => visit_f32, "it must be a number";
        deserialize_f64 => visit_f64, "it must be a number";
    }

    forward_to_deserialize_any! {
        i128 u128 char str string bytes byte_buf unit unit_struct tuple tuple_struct map struct
        identifier ignored_any
    }
}
