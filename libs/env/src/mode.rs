//! Development or production: what a start may do without.

use serde::Deserialize;

use crate::{EnvError, Secret};

/// The passwords that our own documents show.
const DOCUMENTED: [&str; 1] = ["seven brave otters"];

/// Which rules a start follows: the value of `SOUK_ENV`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// Makes do with what there is.
    #[default]
    Development,
    /// Refuses to start without secrets of its own.
    Production,
}

impl Mode {
    /// Whether missing secrets keep a process from starting.
    pub fn is_production(self) -> bool {
        self == Self::Production
    }

    /// What the variable `name` says, which has to be set in production.
    ///
    /// # Errors
    /// When it is not.
    pub fn required<'a, T>(self, name: &str, value: Option<&'a T>) -> Result<Option<&'a T>, EnvError> {
        match value {
            None if self.is_production() => Err(self.unfit(name, "is not set")),
            value => Ok(value),
        }
    }

    /// The address of something that is opened by a password: in production, there is one, and it is not the user's
    /// own name.
    ///
    /// # Errors
    /// When anybody could guess it.
    pub fn url_with_password(self, name: &str, url: &Secret) -> Result<(), EnvError> {
        if !self.is_production() {
            return Ok(());
        }
        match login(url.reveal()) {
            None | Some((_, "")) => Err(self.unfit(name, "holds no password")),
            Some((user, password)) if user == password => {
                Err(self.unfit(name, "holds the user's name as its password"))
            }
            Some(_) => Ok(()),
        }
    }

    /// Where mail goes: in production, to a server.
    ///
    /// # Errors
    /// When it is not set, or mail would go nowhere.
    pub fn mail_url(self, name: &str, url: Option<&Secret>) -> Result<(), EnvError> {
        let Some(url) = self.required(name, url)? else {
            return Ok(());
        };
        let is_server = ["smtp://", "smtps://"].iter().any(|scheme| {
            let host = url.reveal().strip_prefix(scheme);
            host.is_some_and(|host| !host.is_empty())
        });
        if is_server || !self.is_production() {
            Ok(())
        } else {
            Err(self.unfit(name, "names no mail server (smtp:// or smtps://)"))
        }
    }

    /// A password that somebody chose: in production, none that our documents show.
    ///
    /// # Errors
    /// When everybody has read it.
    pub fn password(self, name: &str, password: &Secret) -> Result<(), EnvError> {
        if self.is_production() && DOCUMENTED.contains(&password.reveal()) {
            return Err(self.unfit(name, "is a password that the documents show"));
        }
        Ok(())
    }

    /// The refusal of a variable that will not do; `reason` goes on from its name.
    pub fn unfit(self, name: &str, reason: &str) -> EnvError {
        EnvError::Unfit {
            name: name.to_owned(),
            reason: reason.to_owned(),
        }
    }
}

/// User and password of a URL, wherever it holds them.
fn login(url: &str) -> Option<(&str, &str)> {
    let (_, rest) = url.split_once("://")?;
    let end = rest.find(['/', '?']).unwrap_or(rest.len());
    let (authority, after) = rest.split_at_checked(end)?;
    let user = authority.rsplit_once('@').map_or("", |(login, _)| login);
    if let Some((user, password)) = user.split_once(':') {
        return Some((user, password));
    }
    let (_, query) = after.split_once('?')?;
    let password = query.split('&').find_map(|pair| pair.strip_prefix("password="))?;
    Some((user, password))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(outcome: Result<(), EnvError>) -> Option<String> {
        outcome.err().map(|error| error.to_string())
    }

    fn url(url: &str) -> Option<String> {
        refusal(Mode::Production.url_with_password("REDIS_URL", &Secret::new(url)))
    }

    #[test]
    fn production_wants_passwords_in_urls() {
        for open in [
            "redis://localhost",
            "redis://localhost:6379/0",
            "redis://:@localhost",
            "postgres://souk@db/souk?sslmode=require",
            "postgres://db/a:b@c",
            "nonsense",
        ] {
            assert_eq!(
                url(open).as_deref(),
                Some("SOUK_ENV is production, and REDIS_URL holds no password."),
                "{open}"
            );
        }
        assert_eq!(
            url("amqp://guest:guest@rabbit/").as_deref(),
            Some("SOUK_ENV is production, and REDIS_URL holds the user's name as its password.")
        );
        for closed in [
            "redis://:pw@localhost",
            "amqp://souk:p%40w@rabbit:5672/%2f",
            "postgres://souk@db/souk?sslmode=require&password=pw",
        ] {
            assert_eq!(url(closed), None, "{closed}");
        }
    }

    #[test]
    fn production_wants_mail_to_arrive() {
        let mail =
            |url: Option<&str>| refusal(Mode::Production.mail_url("MAIL_URL", url.map(Secret::new).as_ref()));

        assert_eq!(
            mail(None).as_deref(),
            Some("SOUK_ENV is production, and MAIL_URL is not set.")
        );
        for nowhere in ["log", "file:///tmp/mail", "smtp://"] {
            assert_eq!(
                mail(Some(nowhere)).as_deref(),
                Some("SOUK_ENV is production, and MAIL_URL names no mail server (smtp:// or smtps://)."),
                "{nowhere}"
            );
        }
        assert_eq!(mail(Some("smtps://souk:pw@mail.example")), None);
    }

    #[test]
    fn production_wants_passwords_that_nobody_has_read() {
        let password = |text| refusal(Mode::Production.password("ADMIN_PASSWORD", &Secret::new(text)));

        assert_eq!(
            password("seven brave otters").as_deref(),
            Some("SOUK_ENV is production, and ADMIN_PASSWORD is a password that the documents show.")
        );
        assert_eq!(password("nobody knows this one"), None);
    }

    #[test]
    fn development_makes_do() {
        let mode = Mode::default();
        let open = Secret::new("redis://localhost");

        assert_eq!(refusal(mode.url_with_password("REDIS_URL", &open)), None);
        assert_eq!(refusal(mode.mail_url("MAIL_URL", None)), None);
        assert_eq!(
            refusal(mode.mail_url("MAIL_URL", Some(&Secret::new("log")))),
            None
        );
        let documented = Secret::new("seven brave otters");
        assert_eq!(refusal(mode.password("ADMIN_PASSWORD", &documented)), None);
    }
}
