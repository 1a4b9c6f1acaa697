//! Addresses, in and out.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

use crate::domain::Address;
use crate::{Error, Result};

/// Where an order goes.
#[derive(Debug, Clone, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Address)]
pub struct AddressBody {
    /// Who receives it.
    #[validate(length(min = 1, max = 200), custom(function = "souk_address::one_line"))]
    #[schema(min_length = 1, max_length = 200, example = "Aygun Aliyeva")]
    name: String,
    /// Street and house.
    #[validate(length(min = 1, max = 200), custom(function = "souk_address::one_line"))]
    #[schema(min_length = 1, max_length = 200, example = "Nizami 12, apt. 5")]
    line1: String,
    /// What else is needed to find it.
    #[validate(length(max = 200))]
    #[schema(max_length = 200)]
    line2: Option<String>,
    /// City.
    #[validate(length(min = 1, max = 100), custom(function = "souk_address::one_line"))]
    #[schema(min_length = 1, max_length = 100, example = "Baku")]
    city: String,
    /// State, province or district.
    #[validate(length(max = 100))]
    #[schema(max_length = 100)]
    region: Option<String>,
    /// Postal code, in the form of its country.
    #[validate(length(max = 20))]
    #[schema(max_length = 20, example = "AZ1000")]
    postal_code: Option<String>,
    /// ISO 3166-1 alpha-2, in capitals.
    #[validate(custom(function = "souk_address::country"))]
    #[schema(min_length = 2, max_length = 2, pattern = "^[A-Z]{2}$", example = "AZ")]
    country: String,
    /// Whom to call on delivery.
    #[validate(length(min = 3, max = 32))]
    #[schema(min_length = 3, max_length = 32, example = "+994 12 345 67 89")]
    phone_number: Option<String>,
}

impl TryFrom<AddressBody> for Address {
    type Error = Error;

    fn try_from(body: AddressBody) -> Result<Self> {
        if let Some(code) = &body.postal_code
            && !souk_address::is_postal_code(&body.country, code)
        {
            return Err(Error::Invalid {
                pointer: "/shipping_address/postal_code",
                code: "postal_code",
                detail: "Postal codes of this country have another form.",
            });
        }
        Ok(Self {
            name: body.name,
            line1: body.line1,
            line2: body.line2,
            city: body.city,
            region: body.region,
            postal_code: body.postal_code,
            country: body.country,
            phone_number: body.phone_number,
        })
    }
}

impl From<Address> for AddressBody {
    fn from(address: Address) -> Self {
        Self {
            name: address.name,
            line1: address.line1,
            line2: address.line2,
            city: address.city,
            region: address.region,
            postal_code: address.postal_code,
            country: address.country,
            phone_number: address.phone_number,
        }
    }
}
