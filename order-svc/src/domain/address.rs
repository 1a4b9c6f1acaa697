//! Where an order goes.

use serde::{Deserialize, Serialize};

/// An address as it was when the order was placed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Address {
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
