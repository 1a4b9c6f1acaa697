//! Customers of this run.

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use crate::http;
use crate::secrets;

const PASSWORD: &str = "seven brave otters";

/// Somebody with an account.
pub struct Person {
    /// What they log in with.
    pub login: String,
    /// Their access token.
    pub token: String,
}

/// So many new customers, logged in through this gateway.
pub fn customers(port: u16, count: usize) -> Result<Vec<Person>> {
    (0..count).map(|_| customer(port)).collect()
}

/// A new customer, logged in.
pub fn customer(port: u16) -> Result<Person> {
    let email = format!("bench-{}@example.org", secrets::hex(8)?);
    let account =
        json!({"email": email, "password": PASSWORD, "first_name": "Bench", "last_name": "Customer"});
    post(port, "/api/v1/auth/register", &account.to_string(), 201)?;
    let mut person = Person {
        login: json!({"email": email, "password": PASSWORD}).to_string(),
        token: String::new(),
    };
    person.log_in_again(port)?;
    Ok(person)
}

impl Person {
    /// Get another token.
    pub fn log_in_again(&mut self, port: u16) -> Result<()> {
        let tokens = post(port, "/api/v1/auth/login", &self.login, 200)?;
        tokens
            .get("access_token")
            .and_then(Value::as_str)
            .context("A login brought no token")?
            .clone_into(&mut self.token);
        Ok(())
    }
}

fn post(port: u16, path: &str, body: &str, expected: u16) -> Result<Value> {
    let (status, text) = http::post(port, path, body)?;
    if status != expected {
        bail!("POST {path} was answered {status}: {text}");
    }
    serde_json::from_str(&text).with_context(|| format!("POST {path} was answered something else than JSON"))
}
