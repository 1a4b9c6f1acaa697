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

fn customer(port: u16) -> Result<Person> {
    let email = format!("bench-{}@example.org", secrets::hex(8)?);
    let account =
        json!({"email": email, "password": PASSWORD, "first_name": "Bench", "last_name": "Customer"});
    post(port, "/api/v1/auth/register", &account, 201)?;
    let login = json!({"email": email, "password": PASSWORD});
    let tokens = post(port, "/api/v1/auth/login", &login, 200)?;
    let token = tokens
        .get("access_token")
        .and_then(Value::as_str)
        .context("A login brought no token")?;
    Ok(Person {
        login: login.to_string(),
        token: token.to_owned(),
    })
}

fn post(port: u16, path: &str, body: &Value, expected: u16) -> Result<Value> {
    let (status, text) = http::post(port, path, &body.to_string())?;
    if status != expected {
        bail!("POST {path} was answered {status}: {text}");
    }
    serde_json::from_str(&text).with_context(|| format!("POST {path} was answered something else than JSON"))
}
