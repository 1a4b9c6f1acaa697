//! Rules for `#[validate(custom(function = ".."))]`.

use validator::ValidationError;

use crate::is_country;

/// One line of text with something in it.
///
/// # Errors
/// `blank` or `control_characters`.
pub fn one_line(text: &str) -> Result<(), ValidationError> {
    if text.trim().is_empty() {
        refused("blank", "It must not be blank.")
    } else if text.chars().any(char::is_control) {
        refused("control_characters", "It must be one line of text.")
    } else {
        Ok(())
    }
}

/// An assigned code of ISO 3166-1 alpha-2, in capitals.
///
/// # Errors
/// `country`.
pub fn country(code: &str) -> Result<(), ValidationError> {
    if is_country(code) {
        Ok(())
    } else {
        refused("country", "It must be an ISO 3166-1 alpha-2 code.")
    }
}

fn refused(code: &'static str, message: &'static str) -> Result<(), ValidationError> {
    Err(ValidationError::new(code).with_message(message.into()))
}
