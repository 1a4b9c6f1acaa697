//! JSON read as its schema says: an object only from an object, an enum value only from its text.
//!
//! serde's derived types also read a struct from an array of its fields, and a value of an enum from an object with one
//! member. Nobody means to offer that. [`Strict`] stands between a deserializer and the type, at every depth, and takes
//! both away. What a type buffers before it reads it is out of reach: `#[serde(flatten)]` and `#[serde(untagged)]` read
//! their members from a copy, so bodies do without them.

use std::fmt;

use serde::de::value::StrDeserializer;
use serde::de::{
    DeserializeOwned, DeserializeSeed, Deserializer, EnumAccess, Error, IgnoredAny, IntoDeserializer,
    MapAccess, SeqAccess, Unexpected, VariantAccess, Visitor,
};

/// A deserializer, visitor, seed or access that reads strictly, and hands on only what does.
pub(crate) struct Strict<T>(pub T);

/// A value of JSON text, read strictly.
///
/// # Errors
/// When the text is not JSON or does not fit.
pub(crate) fn from_slice<T: DeserializeOwned>(json: &[u8]) -> serde_json::Result<T> {
    let mut json = serde_json::Deserializer::from_slice(json);
    let value = T::deserialize(Strict(&mut json))?;
    json.end()?;
    Ok(value)
}

macro_rules! forward_deserialize {
    ($($method:ident)*) => {
        $(fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
            self.0.$method(Strict(visitor))
        })*
    };
}

impl<'de, D: Deserializer<'de>> Deserializer<'de> for Strict<D> {
    type Error = D::Error;

    forward_deserialize! {
        deserialize_any deserialize_bool
        deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64 deserialize_i128
        deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64 deserialize_u128
        deserialize_f32 deserialize_f64 deserialize_char deserialize_str deserialize_string
        deserialize_bytes deserialize_byte_buf deserialize_option deserialize_unit
        deserialize_seq deserialize_map deserialize_identifier deserialize_ignored_any
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        self.0.deserialize_unit_struct(name, Strict(visitor))
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        self.0.deserialize_newtype_struct(name, Strict(visitor))
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, len: usize, visitor: V) -> Result<V::Value, D::Error> {
        self.0.deserialize_tuple(len, Strict(visitor))
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        len: usize,
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        self.0.deserialize_tuple_struct(name, len, Strict(visitor))
    }

    /// Asks for a map, so that a sequence does not fit.
    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        self.0.deserialize_map(Strict(visitor))
    }

    /// Looks at the form first: which variants are texts, only the visitor knows.
    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        self.0.deserialize_any(StrictEnum(visitor))
    }

    fn is_human_readable(&self) -> bool {
        self.0.is_human_readable()
    }
}

macro_rules! forward_visit {
    ($($method:ident($kind:ty))*) => {
        $(fn $method<E: Error>(self, value: $kind) -> Result<V::Value, E> {
            self.0.$method(value)
        })*
    };
}

impl<'de, V: Visitor<'de>> Visitor<'de> for Strict<V> {
    type Value = V::Value;

    forward_visit! {
        visit_bool(bool) visit_char(char)
        visit_i8(i8) visit_i16(i16) visit_i32(i32) visit_i64(i64) visit_i128(i128)
        visit_u8(u8) visit_u16(u16) visit_u32(u32) visit_u64(u64) visit_u128(u128)
        visit_f32(f32) visit_f64(f64)
        visit_str(&str) visit_borrowed_str(&'de str) visit_string(String)
        visit_bytes(&[u8]) visit_borrowed_bytes(&'de [u8]) visit_byte_buf(Vec<u8>)
    }

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.expecting(f)
    }

    fn visit_none<E: Error>(self) -> Result<V::Value, E> {
        self.0.visit_none()
    }

    fn visit_unit<E: Error>(self) -> Result<V::Value, E> {
        self.0.visit_unit()
    }

    fn visit_some<D: Deserializer<'de>>(self, inner: D) -> Result<V::Value, D::Error> {
        self.0.visit_some(Strict(inner))
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, inner: D) -> Result<V::Value, D::Error> {
        self.0.visit_newtype_struct(Strict(inner))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, items: A) -> Result<V::Value, A::Error> {
        self.0.visit_seq(Strict(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<V::Value, A::Error> {
        self.0.visit_map(Strict(members))
    }
}

impl<'de, S: DeserializeSeed<'de>> DeserializeSeed<'de> for Strict<S> {
    type Value = S::Value;

    fn deserialize<D: Deserializer<'de>>(self, inner: D) -> Result<S::Value, D::Error> {
        self.0.deserialize(Strict(inner))
    }
}

impl<'de, A: SeqAccess<'de>> SeqAccess<'de> for Strict<A> {
    type Error = A::Error;

    fn next_element_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, A::Error> {
        self.0.next_element_seed(Strict(seed))
    }

    fn size_hint(&self) -> Option<usize> {
        self.0.size_hint()
    }
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for Strict<A> {
    type Error = A::Error;

    fn next_key_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, A::Error> {
        self.0.next_key_seed(Strict(seed))
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, A::Error> {
        self.0.next_value_seed(Strict(seed))
    }

    fn size_hint(&self) -> Option<usize> {
        self.0.size_hint()
    }
}

/// Reads an enum: a text names a variant without data, an object one with data.
struct StrictEnum<V>(V);

impl<'de, V: Visitor<'de>> Visitor<'de> for StrictEnum<V> {
    type Value = V::Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.expecting(f)
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<V::Value, E> {
        let name: StrDeserializer<'_, E> = name.into_deserializer();
        self.0.visit_enum(name)
    }

    fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<V::Value, A::Error> {
        self.0.visit_enum(Tagged(members))
    }
}

/// An object that may be a variant with data: its only member.
struct Tagged<A>(A);

impl<'de, A: MapAccess<'de>> Tagged<A> {
    fn data<S: DeserializeSeed<'de>>(mut self, seed: S) -> Result<S::Value, A::Error> {
        let data = self.0.next_value_seed(Strict(seed))?;
        match self.0.next_key::<IgnoredAny>()? {
            None => Ok(data),
            Some(_) => Err(A::Error::invalid_type(Unexpected::Map, &"a map with one member")),
        }
    }
}

impl<'de, A: MapAccess<'de>> EnumAccess<'de> for Tagged<A> {
    type Error = A::Error;
    type Variant = Self;

    fn variant_seed<S: DeserializeSeed<'de>>(mut self, seed: S) -> Result<(S::Value, Self), A::Error> {
        // An object without the name of a variant is no enum value of any kind.
        match self.0.next_key_seed(seed) {
            Ok(Some(variant)) => Ok((variant, self)),
            Ok(None) | Err(_) => Err(A::Error::invalid_type(Unexpected::Map, &"a string")),
        }
    }
}

impl<'de, A: MapAccess<'de>> VariantAccess<'de> for Tagged<A> {
    type Error = A::Error;

    fn unit_variant(self) -> Result<(), A::Error> {
        Err(A::Error::invalid_type(Unexpected::Map, &"a string"))
    }

    fn newtype_variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<S::Value, A::Error> {
        self.data(seed)
    }

    fn tuple_variant<V: Visitor<'de>>(self, len: usize, visitor: V) -> Result<V::Value, A::Error> {
        self.data(Tuple(len, visitor))
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, A::Error> {
        self.data(Fields(fields, visitor))
    }
}

struct Tuple<V>(usize, V);

impl<'de, V: Visitor<'de>> DeserializeSeed<'de> for Tuple<V> {
    type Value = V::Value;

    fn deserialize<D: Deserializer<'de>>(self, inner: D) -> Result<V::Value, D::Error> {
        inner.deserialize_tuple(self.0, self.1)
    }
}

struct Fields<V>(&'static [&'static str], V);

impl<'de, V: Visitor<'de>> DeserializeSeed<'de> for Fields<V> {
    type Value = V::Value;

    fn deserialize<D: Deserializer<'de>>(self, inner: D) -> Result<V::Value, D::Error> {
        inner.deserialize_struct("", self.0, self.1)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde::Deserialize;
    use serde_json::{Value, json};

    use super::*;

    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(rename_all = "snake_case")]
    enum Status {
        Shipped,
        Cancelled,
    }

    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(rename_all = "snake_case")]
    enum Place {
        Nowhere,
        Street(Street),
        Point(i32, i32),
        Box { number: u32 },
    }

    #[derive(Debug, PartialEq, Deserialize)]
    struct Street {
        name: String,
    }

    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(transparent)]
    struct Wrapped(Street);

    #[derive(Debug, PartialEq, Deserialize)]
    struct Order {
        status: Status,
        street: Option<Street>,
        streets: Vec<Street>,
        by_name: BTreeMap<String, Street>,
        wrapped: Wrapped,
        pair: (Street, u8),
        place: Place,
        anything: Value,
    }

    fn order() -> Value {
        let street = json!({ "name": "Nizami" });
        json!({
            "status": "shipped", "street": street, "streets": [street], "by_name": { "home": street },
            "wrapped": street, "pair": [street, 1], "place": { "street": street }, "anything": [1, { "a": null }],
        })
    }

    fn read<T: DeserializeOwned>(value: &Value) -> Result<T, String> {
        from_slice(value.to_string().as_bytes()).map_err(|error| error.to_string())
    }

    #[test]
    fn what_has_the_right_shape_is_read_as_ever() {
        let value = order();

        assert_eq!(read(&value), Ok(serde_json::from_value::<Order>(value).unwrap()));
    }

    #[test]
    fn an_array_is_no_object_at_any_depth() {
        let array = json!(["Nizami"]);
        for pointer in [
            "/street",
            "/streets/0",
            "/by_name/home",
            "/wrapped",
            "/pair/0",
            "/place/street",
        ] {
            let mut value = order();
            *value.pointer_mut(pointer).unwrap() = array.clone();

            assert!(
                serde_json::from_value::<Order>(value.clone()).is_ok(),
                "{pointer}"
            );
            let error = read::<Order>(&value).unwrap_err();
            assert!(error.contains("invalid type: sequence"), "{pointer}: {error}");
        }
        assert!(read::<Street>(&array).is_err());
    }

    #[test]
    fn a_variant_without_data_is_a_text_only() {
        assert_eq!(read(&json!("cancelled")), Ok(Status::Cancelled));
        for wrong in [
            json!({ "shipped": null }),
            json!({ "shipped": {} }),
            json!({}),
            json!([]),
            json!(["shipped"]),
            json!(0),
            json!(null),
        ] {
            let error = read::<Status>(&wrong).unwrap_err();
            assert!(error.contains("invalid type"), "{wrong}: {error}");
        }
        assert!(
            read::<Status>(&json!("lost"))
                .unwrap_err()
                .contains("unknown variant")
        );
    }

    #[test]
    fn a_variant_with_data_is_an_object_with_one_member() {
        assert_eq!(read(&json!("nowhere")), Ok(Place::Nowhere));
        assert_eq!(read(&json!({ "point": [1, 2] })), Ok(Place::Point(1, 2)));
        assert_eq!(
            read(&json!({ "box": { "number": 7 } })),
            Ok(Place::Box { number: 7 })
        );
        for wrong in [
            json!({ "box": [7] }),
            json!({ "street": ["Nizami"] }),
            json!({ "point": { "x": 1 } }),
            json!({ "nowhere": null }),
            json!({ "point": [1, 2], "more": 1 }),
            json!("street"),
        ] {
            assert!(read::<Place>(&wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn text_after_the_value_is_refused() {
        assert!(from_slice::<u8>(b"1 2").is_err());
    }
}
