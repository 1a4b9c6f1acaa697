//! Money: integer minor units and a currency, never a float.

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

/// An amount in minor units (qepik, cent) of a currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"amount": 1299, "currency": "AZN"}))]
pub struct Money {
    /// Minor units.
    pub amount: i64,
    /// ISO 4217 code.
    pub currency: Currency,
}

impl Money {
    /// `amount` minor units of `currency`.
    pub const fn new(amount: i64, currency: Currency) -> Self {
        Self { amount, currency }
    }

    /// Nothing, in a currency.
    pub const fn zero(currency: Currency) -> Self {
        Self::new(0, currency)
    }

    /// The sum; `None` when the currencies differ or it does not fit.
    pub fn checked_add(self, other: Self) -> Option<Self> {
        if self.currency != other.currency {
            return None;
        }
        Some(Self::new(self.amount.checked_add(other.amount)?, self.currency))
    }

    /// So many times this amount; `None` when it does not fit.
    pub fn checked_mul(self, quantity: i32) -> Option<Self> {
        Some(Self::new(
            self.amount.checked_mul(i64::from(quantity))?,
            self.currency,
        ))
    }
}

/// Three upper-case letters of ISO 4217.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(value_type = String, min_length = 3, max_length = 3, pattern = "^[A-Z]{3}$", example = "AZN")]
pub struct Currency([u8; 3]);

impl Currency {
    /// Azerbaijani manat, the default.
    pub const AZN: Self = Self(*b"AZN");

    /// The code.
    pub fn as_str(&self) -> &str {
        // Only ASCII letters get in, so the other branch is never taken.
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl FromStr for Currency {
    type Err = InvalidCurrency;

    fn from_str(code: &str) -> Result<Self, InvalidCurrency> {
        let bytes: [u8; 3] = code.as_bytes().try_into().map_err(|_| InvalidCurrency)?;
        if bytes.iter().all(u8::is_ascii_uppercase) {
            Ok(Self(bytes))
        } else {
            Err(InvalidCurrency)
        }
    }
}

impl TryFrom<String> for Currency {
    type Error = InvalidCurrency;

    fn try_from(code: String) -> Result<Self, InvalidCurrency> {
        code.parse()
    }
}

impl From<Currency> for String {
    fn from(currency: Currency) -> Self {
        currency.as_str().to_owned()
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl JsonSchema for Currency {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Currency".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "string", "pattern": "^[A-Z]{3}$"})
    }
}

/// The code is not three upper-case letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InvalidCurrency;

impl fmt::Display for InvalidCurrency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a currency is three upper-case letters of ISO 4217")
    }
}

impl std::error::Error for InvalidCurrency {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_currency_is_three_upper_case_letters() {
        assert_eq!("AZN".parse(), Ok(Currency::AZN));
        for code in ["azn", "AZ", "AZNN", "A1N", "₼", ""] {
            assert_eq!(code.parse::<Currency>(), Err(InvalidCurrency), "{code}");
        }
    }

    #[test]
    fn money_adds_only_within_one_currency_and_never_overflows() {
        let one = Money::new(1, Currency::AZN);

        assert_eq!(
            one.checked_add(Money::new(2, Currency::AZN)),
            Some(Money::new(3, Currency::AZN))
        );
        assert_eq!(one.checked_add(Money::new(2, Currency(*b"EUR"))), None);
        assert_eq!(one.checked_add(Money::new(i64::MAX, Currency::AZN)), None);
        assert_eq!(Money::new(i64::MAX, Currency::AZN).checked_mul(2), None);
        assert_eq!(
            Money::new(1299, Currency::AZN).checked_mul(3),
            Some(Money::new(3897, Currency::AZN))
        );
    }

    #[test]
    fn money_reads_as_amount_and_currency() {
        let json = r#"{"amount":1299,"currency":"AZN"}"#;

        let money: Money = serde_json::from_str(json).unwrap();

        assert_eq!(money, Money::new(1299, Currency::AZN));
        assert_eq!(serde_json::to_string(&money).unwrap(), json);
        assert!(serde_json::from_str::<Money>(r#"{"amount":1.5,"currency":"AZN"}"#).is_err());
        assert!(serde_json::from_str::<Money>(r#"{"amount":1,"currency":"manat"}"#).is_err());
    }
}
