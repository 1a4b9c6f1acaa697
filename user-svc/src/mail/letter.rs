//! What the mails say. Nothing of it comes from a user: who registers a stranger's address must not choose its words.

use actix_web::http::Uri;

use crate::domain::Purpose;

/// Where the links of mails lead: pages of the storefront that take the secret from the address and call the API.
#[derive(Debug, Clone)]
pub struct Storefront(String);

/// Not the address of a storefront.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("it must be http:// or https:// and a host, and may have a path")]
pub struct BadStorefront;

pub(super) struct Letter {
    pub subject: &'static str,
    pub text: String,
}

impl Storefront {
    /// Reads the storefront's address.
    ///
    /// # Errors
    /// When it is none, or has a query.
    pub fn parse(url: &str) -> Result<Self, BadStorefront> {
        let url = url.trim_end_matches('/');
        let uri: Uri = url.parse().map_err(|_| BadStorefront)?;
        let is_web = matches!(uri.scheme_str(), Some("http" | "https"));
        // A line of a mail holds 998 characters.
        let fits = url.is_ascii() && url.len() <= 500 && !url.contains(['?', '#']);
        if is_web && fits && uri.host().is_some() {
            Ok(Self(url.to_owned()))
        } else {
            Err(BadStorefront)
        }
    }

    /// The secret stands behind `#`, which browsers do not send: no server has it in its log.
    fn link(&self, page: &str, secret: &str) -> String {
        format!("{}/{page}#token={secret}", self.0)
    }

    pub(super) fn letter(&self, purpose: Purpose, secret: &str) -> Letter {
        match purpose {
            Purpose::VerifyEmail => Letter {
                subject: "Confirm your e-mail address",
                text: format!(
                    "Somebody, hopefully you, has registered at Souk with this e-mail address.\n\
                     To confirm that it is yours, open this page:\n\n{}\n\n\
                     The link works once, within three days. If it was not you, there is\n\
                     nothing to do.\n",
                    self.link("verify-email", secret)
                ),
            },
            Purpose::ResetPassword => Letter {
                subject: "Set a new password",
                text: format!(
                    "Somebody, hopefully you, has forgotten the password of the Souk account\n\
                     with this e-mail address. To set a new one, open this page:\n\n{}\n\n\
                     The link works once, within 30 minutes, and only if it is the latest one.\n\
                     If it was not you, there is nothing to do: your password stays as it is.\n",
                    self.link("reset-password", secret)
                ),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_storefront_is_a_web_address() {
        for good in [
            "https://souk.example.org",
            "http://localhost:3000/",
            "https://x.org/shop",
        ] {
            assert!(Storefront::parse(good).is_ok(), "{good}");
        }
        for bad in [
            "",
            "souk.example.org",
            "ftp://x",
            "https://",
            "https://x/?a=1",
            "https://\u{e4}.org",
        ] {
            assert!(Storefront::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_letter_holds_its_link_on_a_line_of_its_own() {
        let storefront = Storefront::parse("https://souk.example.org/").unwrap();

        for (purpose, page) in [
            (Purpose::VerifyEmail, "verify-email"),
            (Purpose::ResetPassword, "reset-password"),
        ] {
            let letter = storefront.letter(purpose, "s3cret");
            let link = format!("https://souk.example.org/{page}#token=s3cret");
            assert!(letter.text.lines().any(|line| line == link), "{}", letter.text);
            assert!(letter.text.is_ascii());
        }
    }
}
