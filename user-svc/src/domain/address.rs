//! Address books.

use chrono::{DateTime, Utc};
use uuid::Uuid;

/// How many addresses a user may keep.
pub const MOST_ADDRESSES: i64 = 50;

/// Where something can be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Who receives it.
    pub name: String,
    /// Street and house.
    pub line1: String,
    /// What else is needed to find it.
    pub line2: Option<String>,
    /// City.
    pub city: String,
    /// State, province or district.
    pub region: Option<String>,
    /// Postal code.
    pub postal_code: Option<String>,
    /// ISO 3166-1 alpha-2.
    pub country: String,
    /// Whom to call on delivery.
    pub phone_number: Option<String>,
}

/// An address of a user's book.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    /// Id.
    pub id: Uuid,
    /// Whose.
    pub user_id: Uuid,
    /// Where it is.
    pub place: Place,
    /// Whether it is the one to suggest.
    pub is_default: bool,
    /// When it was added.
    pub created_at: DateTime<Utc>,
}

/// A partial change: `None` leaves a field as it is, `Some(None)` removes it.
#[derive(Debug, Clone, Default)]
pub struct AddressChange {
    /// New recipient.
    pub name: Option<String>,
    /// New street and house.
    pub line1: Option<String>,
    /// What else is needed.
    pub line2: Option<Option<String>>,
    /// New city.
    pub city: Option<String>,
    /// New region.
    pub region: Option<Option<String>>,
    /// New postal code.
    pub postal_code: Option<Option<String>>,
    /// New country.
    pub country: Option<String>,
    /// New phone number.
    pub phone_number: Option<Option<String>>,
    /// `true` makes it the default.
    pub is_default: Option<bool>,
}

/// Why an address is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// The postal code is not one of that country.
    #[error("Postal codes of this country have another form.")]
    PostalCode,
    /// The book is full.
    #[error("An address book holds at most {MOST_ADDRESSES} addresses.")]
    TooMany,
    /// The default can only be handed on.
    #[error("One address is the default: make another one the default instead.")]
    NoDefault,
}

impl Place {
    fn checked(self) -> Result<Self, AddressError> {
        match &self.postal_code {
            Some(code) if !souk_address::is_postal_code(&self.country, code) => Err(AddressError::PostalCode),
            _ => Ok(self),
        }
    }
}

impl Address {
    /// A new address beside `others`; the first one is the default.
    ///
    /// # Errors
    /// [`AddressError::PostalCode`] or [`AddressError::TooMany`].
    pub fn add(
        user_id: Uuid,
        place: Place,
        is_default: bool,
        others: i64,
        at: DateTime<Utc>,
    ) -> Result<Self, AddressError> {
        if others >= MOST_ADDRESSES {
            return Err(AddressError::TooMany);
        }
        Ok(Self {
            id: Uuid::now_v7(),
            user_id,
            place: place.checked()?,
            is_default: is_default || others == 0,
            created_at: at,
        })
    }

    /// Applies a change.
    ///
    /// # Errors
    /// [`AddressError::PostalCode`], also when only the country changed; [`AddressError::NoDefault`].
    pub fn edit(&mut self, change: AddressChange) -> Result<(), AddressError> {
        if self.is_default && change.is_default == Some(false) {
            return Err(AddressError::NoDefault);
        }
        let old = self.place.clone();
        self.place = Place {
            name: change.name.unwrap_or(old.name),
            line1: change.line1.unwrap_or(old.line1),
            line2: change.line2.unwrap_or(old.line2),
            city: change.city.unwrap_or(old.city),
            region: change.region.unwrap_or(old.region),
            postal_code: change.postal_code.unwrap_or(old.postal_code),
            country: change.country.unwrap_or(old.country),
            phone_number: change.phone_number.unwrap_or(old.phone_number),
        }
        .checked()?;
        self.is_default |= change.is_default == Some(true);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place() -> Place {
        Place {
            name: "Aygun".into(),
            line1: "Nizami 12".into(),
            line2: None,
            city: "Baku".into(),
            region: None,
            postal_code: Some("AZ1000".into()),
            country: "AZ".into(),
            phone_number: None,
        }
    }

    fn address(is_default: bool, others: i64) -> Result<Address, AddressError> {
        Address::add(Uuid::now_v7(), place(), is_default, others, Utc::now())
    }

    #[test]
    fn the_first_address_is_the_default() {
        assert!(address(false, 0).unwrap().is_default);
        assert!(!address(false, 1).unwrap().is_default);
        assert!(address(true, 1).unwrap().is_default);
    }

    #[test]
    fn a_full_book_takes_no_more() {
        assert!(address(false, MOST_ADDRESSES - 1).is_ok());
        assert_eq!(address(false, MOST_ADDRESSES), Err(AddressError::TooMany));
    }

    #[test]
    fn another_country_wants_another_postal_code() {
        let mut address = address(false, 0).unwrap();
        let to_germany = |postal_code| AddressChange {
            country: Some("DE".into()),
            postal_code,
            ..AddressChange::default()
        };

        assert_eq!(address.edit(to_germany(None)), Err(AddressError::PostalCode));
        assert_eq!(address.edit(to_germany(Some(Some("10115".into())))), Ok(()));
        assert_eq!(address.place.city, "Baku");
    }

    #[test]
    fn the_default_is_only_handed_on() {
        let mut address = address(false, 0).unwrap();
        let other = AddressChange {
            is_default: Some(false),
            ..AddressChange::default()
        };

        assert_eq!(address.edit(other), Err(AddressError::NoDefault));
    }
}
