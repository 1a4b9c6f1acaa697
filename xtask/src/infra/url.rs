//! Just enough of URLs to change the login and the database of a Postgres URL.

use anyhow::{Context, Result};

/// The same server, with another login (if given) and another database.
pub fn with_login(url: &str, login: Option<(&str, &str)>, database: &str) -> Result<String> {
    let (scheme, rest) = url
        .split_once("://")
        .context("A database URL looks like postgres://user:password@host/name")?;
    let (rest, query) = match rest.split_once('?') {
        Some((rest, query)) => (rest, format!("?{query}")),
        None => (rest, String::new()),
    };
    let authority = rest.split_once('/').map_or(rest, |(authority, _)| authority);
    let (old_login, host) = match authority.rsplit_once('@') {
        Some((login, host)) => (format!("{login}@"), host),
        None => (String::new(), authority),
    };
    let login = login.map_or(old_login, |(user, password)| format!("{user}:{password}@"));
    Ok(format!("{scheme}://{login}{host}/{database}{query}"))
}

/// The same login and path at another port of this machine.
pub fn with_port(url: &str, port: u16) -> Result<String> {
    let (scheme, rest) = url.split_once("://").context("A URL has a scheme")?;
    let end = rest.find(['/', '?']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at(end);
    let login = authority
        .rsplit_once('@')
        .map_or(String::new(), |(login, _)| format!("{login}@"));
    Ok(format!("{scheme}://{login}127.0.0.1:{port}{path}"))
}

/// The URL without its password, and the password: arguments can be read by everyone on the machine.
pub fn without_password(url: &str) -> (String, String) {
    let split = || {
        let (scheme, rest) = url.split_once("://")?;
        let end = rest.find(['/', '?']).unwrap_or(rest.len());
        let (authority, path) = rest.split_at_checked(end)?;
        let (login, host) = authority.rsplit_once('@')?;
        let (user, password) = login.split_once(':')?;
        Some((format!("{scheme}://{user}@{host}{path}"), decode(password)))
    };
    split().unwrap_or_else(|| (url.to_owned(), String::new()))
}

/// Undo percent-encoding.
fn decode(text: &str) -> String {
    let mut parts = text.split('%');
    let mut bytes = parts.next().unwrap_or_default().as_bytes().to_vec();
    for part in parts {
        let code = part
            .get(..2)
            .and_then(|digits| u8::from_str_radix(digits, 16).ok());
        match (code, part.get(2..)) {
            (Some(code), Some(rest)) => {
                bytes.push(code);
                bytes.extend(rest.bytes());
            }
            _ => {
                bytes.push(b'%');
                bytes.extend(part.bytes());
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn login_and_database_are_replaced_and_the_rest_stays() {
        let url = "postgres://admin:pw@db.example:5432/postgres?sslmode=require";

        assert_eq!(
            with_login(url, Some(("cart_svc", "x")), "cart_svc").unwrap(),
            "postgres://cart_svc:x@db.example:5432/cart_svc?sslmode=require"
        );
        assert_eq!(
            with_login("postgresql://h/a", None, "b").unwrap(),
            "postgresql://h/b"
        );
        assert!(with_login("nonsense", None, "b").is_err());
    }

    #[test]
    fn a_port_is_replaced_and_the_login_stays() {
        let moved = |url| with_port(url, 7).unwrap();

        assert_eq!(
            moved("amqp://souk:p@127.0.0.1:1/souk"),
            "amqp://souk:p@127.0.0.1:7/souk"
        );
        assert_eq!(moved("redis://h?x=1"), "redis://127.0.0.1:7?x=1");
    }

    #[test]
    fn a_password_is_taken_out_and_decoded() {
        assert_eq!(
            without_password("postgres://admin:p%40w@h:1/db?sslmode=require"),
            (
                "postgres://admin@h:1/db?sslmode=require".to_owned(),
                "p@w".to_owned()
            )
        );
        assert_eq!(
            without_password("postgres://h/db"),
            ("postgres://h/db".to_owned(), String::new())
        );
    }
}
