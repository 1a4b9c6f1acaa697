//! Where an order goes.

use souk_clients::user::{AddressRecord, UserClient};
use uuid::Uuid;

use crate::domain::Address;
use crate::{Error, Result};

/// What a customer says of where an order goes.
#[derive(Debug, Clone)]
pub enum Destination {
    /// There.
    Given(Address),
    /// To this address of the customer's own book.
    Kept(Uuid),
}

impl From<AddressRecord> for Address {
    fn from(kept: AddressRecord) -> Self {
        Self {
            name: kept.name,
            line1: kept.line1,
            line2: kept.line2,
            city: kept.city,
            region: kept.region,
            postal_code: kept.postal_code,
            country: kept.country,
            phone_number: kept.phone_number,
        }
    }
}

impl Destination {
    /// The address itself, as it is now.
    ///
    /// # Errors
    /// [`Error::UnknownAddress`] when it is not in the customer's book; or user-svc is away.
    pub async fn address(&self, users: &UserClient, user_id: Uuid) -> Result<Address> {
        match self {
            Self::Given(address) => Ok(address.clone()),
            Self::Kept(id) => {
                let kept = users.address(user_id, *id).await?;
                kept.map(Address::from).ok_or(Error::UnknownAddress)
            }
        }
    }
}
