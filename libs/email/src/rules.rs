//! Rules for `#[validate(custom(function = ".."))]`.

use validator::ValidationError;

use crate::{EmailAddress, InvalidEmailAddress};

/// An address that mail can be sent to: what [`EmailAddress::parse`] accepts.
///
/// # Errors
/// `email`.
pub fn email_address(text: &str) -> Result<(), ValidationError> {
    EmailAddress::parse(text)
        .map(drop)
        .map_err(|InvalidEmailAddress| {
            ValidationError::new("email").with_message(InvalidEmailAddress.to_string().into())
        })
}
