//! Addresses, in and out.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use souk_clients::user::AddressRecord;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;
use validator::Validate;

use crate::domain::{Address, AddressChange, Place};

/// One of one's own addresses.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct AddressPath {
    /// Id of the address.
    pub(super) address_id: Uuid,
}

/// A new address.
#[derive(Debug, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = CreateAddress)]
pub struct CreateAddressBody {
    /// Who receives it.
    #[validate(length(min = 1, max = 200), custom(function = "souk_address::one_line"))]
    #[schema(min_length = 1, max_length = 200, example = "Aygun Aliyeva")]
    name: String,
    /// Street and house.
    #[validate(length(min = 1, max = 200), custom(function = "souk_address::one_line"))]
    #[schema(min_length = 1, max_length = 200, example = "Nizami 12, apt. 5")]
    line1: String,
    /// What else is needed to find it.
    #[validate(length(min = 1, max = 200))]
    #[schema(min_length = 1, max_length = 200)]
    line2: Option<String>,
    /// City.
    #[validate(length(min = 1, max = 100), custom(function = "souk_address::one_line"))]
    #[schema(min_length = 1, max_length = 100, example = "Baku")]
    city: String,
    /// State, province or district.
    #[validate(length(min = 1, max = 100))]
    #[schema(min_length = 1, max_length = 100)]
    region: Option<String>,
    /// Postal code, in the form of its country.
    #[validate(length(min = 1, max = 20))]
    #[schema(min_length = 1, max_length = 20, example = "AZ1000")]
    postal_code: Option<String>,
    /// ISO 3166-1 alpha-2, in capitals.
    #[validate(custom(function = "souk_address::country"))]
    #[schema(min_length = 2, max_length = 2, pattern = "^[A-Z]{2}$", example = "AZ")]
    country: String,
    /// Whom to call on delivery.
    #[validate(length(min = 3, max = 32))]
    #[schema(min_length = 3, max_length = 32, example = "+994 12 345 67 89")]
    phone_number: Option<String>,
    /// Make it the default.
    #[serde(default)]
    is_default: bool,
}

/// A partial change of an address; what is absent stays.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = EditAddress)]
pub struct EditAddressBody {
    /// Who receives it.
    #[validate(length(min = 1, max = 200), custom(function = "souk_address::one_line"))]
    #[schema(min_length = 1, max_length = 200)]
    name: Option<String>,
    /// Street and house.
    #[validate(length(min = 1, max = 200), custom(function = "souk_address::one_line"))]
    #[schema(min_length = 1, max_length = 200)]
    line1: Option<String>,
    /// What else is needed to find it; `null` removes it.
    #[serde(default, deserialize_with = "souk_http::nullable")]
    #[validate(length(min = 1, max = 200))]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 200)]
    line2: Option<Option<String>>,
    /// City.
    #[validate(length(min = 1, max = 100), custom(function = "souk_address::one_line"))]
    #[schema(min_length = 1, max_length = 100, example = "Ganja")]
    city: Option<String>,
    /// State, province or district; `null` removes it.
    #[serde(default, deserialize_with = "souk_http::nullable")]
    #[validate(length(min = 1, max = 100))]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 100)]
    region: Option<Option<String>>,
    /// Postal code, in the form of its country; `null` removes it.
    #[serde(default, deserialize_with = "souk_http::nullable")]
    #[validate(length(min = 1, max = 20))]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 20, example = "AZ2000")]
    postal_code: Option<Option<String>>,
    /// ISO 3166-1 alpha-2, in capitals.
    #[validate(custom(function = "souk_address::country"))]
    #[schema(min_length = 2, max_length = 2, pattern = "^[A-Z]{2}$", example = "AZ")]
    country: Option<String>,
    /// Whom to call on delivery; `null` removes it.
    #[serde(default, deserialize_with = "souk_http::nullable")]
    #[validate(length(min = 3, max = 32))]
    #[schema(value_type = Option<String>, min_length = 3, max_length = 32)]
    phone_number: Option<Option<String>>,
    /// `true` makes it the default.
    is_default: Option<bool>,
}

/// An address of one's own book.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = Address)]
pub struct AddressBody {
    /// Id.
    pub(super) id: Uuid,
    /// Who receives it.
    #[schema(example = "Aygun Aliyeva")]
    name: String,
    /// Street and house.
    #[schema(example = "Nizami 12, apt. 5")]
    line1: String,
    /// What else is needed to find it.
    line2: Option<String>,
    /// City.
    #[schema(example = "Baku")]
    city: String,
    /// State, province or district.
    region: Option<String>,
    /// Postal code.
    #[schema(example = "AZ1000")]
    postal_code: Option<String>,
    /// ISO 3166-1 alpha-2.
    #[schema(example = "AZ")]
    country: String,
    /// Whom to call on delivery.
    phone_number: Option<String>,
    /// Whether it is the one to suggest; one of a book is.
    is_default: bool,
    /// When it was added.
    created_at: DateTime<Utc>,
}

impl From<CreateAddressBody> for (Place, bool) {
    fn from(body: CreateAddressBody) -> Self {
        let place = Place {
            name: body.name,
            line1: body.line1,
            line2: body.line2,
            city: body.city,
            region: body.region,
            postal_code: body.postal_code,
            country: body.country,
            phone_number: body.phone_number,
        };
        (place, body.is_default)
    }
}

impl From<EditAddressBody> for AddressChange {
    fn from(body: EditAddressBody) -> Self {
        Self {
            name: body.name,
            line1: body.line1,
            line2: body.line2,
            city: body.city,
            region: body.region,
            postal_code: body.postal_code,
            country: body.country,
            phone_number: body.phone_number,
            is_default: body.is_default,
        }
    }
}

impl From<Address> for AddressBody {
    fn from(address: Address) -> Self {
        let place = address.place;
        Self {
            id: address.id,
            name: place.name,
            line1: place.line1,
            line2: place.line2,
            city: place.city,
            region: place.region,
            postal_code: place.postal_code,
            country: place.country,
            phone_number: place.phone_number,
            is_default: address.is_default,
            created_at: address.created_at,
        }
    }
}

impl From<Address> for AddressRecord {
    fn from(address: Address) -> Self {
        let place = address.place;
        Self {
            id: address.id,
            name: place.name,
            line1: place.line1,
            line2: place.line2,
            city: place.city,
            region: place.region,
            postal_code: place.postal_code,
            country: place.country,
            phone_number: place.phone_number,
        }
    }
}
