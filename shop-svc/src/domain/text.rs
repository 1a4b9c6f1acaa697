//! Texts that people write, with their limits.

/// A text that is too short or too long.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TextError {
    /// The name of a shop.
    #[error("A name has 3 to 100 characters.")]
    Name,
    /// What a shop says of itself.
    #[error("This text has at most 1000 characters.")]
    About,
    /// Why something was decided.
    #[error("A reason has 1 to 1000 characters.")]
    Reason,
}

/// The name of a shop: 3 to 100 characters, without space around it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShopName(String);

/// What a shop says of itself: up to 1000 characters; an empty text is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct About(Option<String>);

/// Why something was decided: 1 to 1000 characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason(String);

impl ShopName {
    /// Accepts a name.
    ///
    /// # Errors
    /// [`TextError::Name`] when it is too short or too long.
    pub fn parse(text: &str) -> Result<Self, TextError> {
        bounded(text, 3, 100).map(Self).ok_or(TextError::Name)
    }

    /// The name, to read.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name.
    pub fn into_inner(self) -> String {
        self.0
    }
}

impl About {
    /// Accepts a text, or none.
    ///
    /// # Errors
    /// [`TextError::About`] when it is too long.
    pub fn parse(text: Option<&str>) -> Result<Self, TextError> {
        let Some(text) = text.filter(|text| !text.trim().is_empty()) else {
            return Ok(Self(None));
        };
        bounded(text, 1, 1000)
            .map(|text| Self(Some(text)))
            .ok_or(TextError::About)
    }

    /// The text.
    pub fn into_inner(self) -> Option<String> {
        self.0
    }
}

impl Reason {
    /// Accepts a reason.
    ///
    /// # Errors
    /// [`TextError::Reason`] when it is empty or too long.
    pub fn parse(text: &str) -> Result<Self, TextError> {
        bounded(text, 1, 1000).map(Self).ok_or(TextError::Reason)
    }

    /// The reason.
    pub fn into_inner(self) -> String {
        self.0
    }
}

// Postgres cannot keep NUL in a text.
fn bounded(text: &str, min: usize, max: usize) -> Option<String> {
    let text = text.trim();
    let fits = (min..=max).contains(&text.chars().count()) && !text.contains('\0');
    fits.then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_has_3_to_100_characters_and_no_space_around_it() {
        assert_eq!(
            ShopName::parse("  Şəki  ").map(ShopName::into_inner),
            Ok("Şəki".to_owned())
        );
        assert_eq!(ShopName::parse("ab "), Err(TextError::Name));
        assert_eq!(ShopName::parse(&"ə".repeat(101)), Err(TextError::Name));
        assert!(ShopName::parse(&"ə".repeat(100)).is_ok());
        assert_eq!(ShopName::parse("a\0bc"), Err(TextError::Name));
    }

    #[test]
    fn about_is_at_most_1000_characters_and_nothing_is_none() {
        assert_eq!(About::parse(Some("  ")).map(About::into_inner), Ok(None));
        assert_eq!(About::parse(None).map(About::into_inner), Ok(None));
        assert!(About::parse(Some(&"ə".repeat(1000))).is_ok());
        assert_eq!(About::parse(Some(&"ə".repeat(1001))), Err(TextError::About));
    }

    #[test]
    fn a_reason_says_something() {
        assert_eq!(Reason::parse(" \n"), Err(TextError::Reason));
        assert_eq!(
            Reason::parse(" late ").map(Reason::into_inner),
            Ok("late".to_owned())
        );
    }
}
