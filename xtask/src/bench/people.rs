//! Customers of this run.

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use crate::http::Api;
use crate::secrets;

const PASSWORD: &str = "seven brave otters";

/// Somebody with an account.
pub struct Person {
    /// Who they are.
    pub id: String,
    /// Where they are written to.
    pub email: String,
    /// What they log in with.
    pub login: Value,
    /// Their access token.
    pub token: String,
}

/// So many new customers, logged in.
pub fn customers(api: &Api, count: usize) -> Result<Vec<Person>> {
    (0..count).map(|_| customer(api)).collect()
}

/// A new customer, logged in.
pub fn customer(api: &Api) -> Result<Person> {
    let email = format!("bench-{}@example.org", secrets::hex(8)?);
    let account =
        json!({"email": email, "password": PASSWORD, "first_name": "Bench", "last_name": "Customer"});
    let made = post(api, "/auth/register", &account, 201)?;
    let id = made.get("id").and_then(Value::as_str);
    let mut person = Person {
        id: id.context("An account has no id")?.to_owned(),
        email: email.clone(),
        login: json!({"email": email, "password": PASSWORD}),
        token: String::new(),
    };
    person.log_in_again(api)?;
    Ok(person)
}

impl Person {
    /// Get another token.
    pub fn log_in_again(&mut self, api: &Api) -> Result<()> {
        let tokens = post(api, "/auth/login", &self.login, 200)?;
        tokens
            .get("access_token")
            .and_then(Value::as_str)
            .context("A login brought no token")?
            .clone_into(&mut self.token);
        Ok(())
    }
}

fn post(api: &Api, path: &str, body: &Value, expected: u16) -> Result<Value> {
    let (status, answer) = api.call("POST", path, Some(body))?;
    if status != expected {
        bail!("POST {path} was answered {status}: {answer}");
    }
    Ok(answer)
}
