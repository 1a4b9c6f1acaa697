//! HTTP on loopback.

use std::io::Read;
use std::time::Duration;

use anyhow::{Context, Result};
use serde_json::Value;
use ureq::http::Response;
use ureq::{Agent, Body};

/// The status that a GET on loopback answers; `None` if nobody answers.
pub fn status_of(port: u16, path: &str) -> Option<u16> {
    let response = agent(Duration::from_secs(5)).get(url(port, path)).call();
    response.ok().map(|response| response.status().as_u16())
}

/// The status and the text that a GET answers.
pub fn get(url: &str) -> Result<(u16, String)> {
    let response = agent(Duration::from_secs(30)).get(url).call();
    let mut response = response.with_context(|| format!("GET {url} got no answer"))?;
    Ok((response.status().as_u16(), response.body_mut().read_to_string()?))
}

/// Calls of the API of a running mesh, on behalf of somebody.
#[derive(Clone)]
pub struct Api {
    base: String,
    headers: Vec<(&'static str, String)>,
    agent: Agent,
}

impl Api {
    /// Nobody yet, over connections of its own.
    pub fn at(gateway_url: &str) -> Self {
        Self {
            base: format!("{gateway_url}/api/v1"),
            headers: Vec::new(),
            agent: agent(Duration::from_secs(30)),
        }
    }

    /// Logs in.
    pub fn log_in(gateway_url: &str, email: &str, password: &str) -> Result<Self> {
        let api = Self::at(gateway_url);
        let login = serde_json::json!({"email": email, "password": password});
        let (status, body) = api.call("POST", "/auth/login", Some(&login))?;
        let token = body.get("access_token").and_then(Value::as_str);
        let token = token.with_context(|| format!("{email} could not log in: {status} {body}"))?;
        Ok(api.acting_as(token))
    }

    /// On behalf of whoever has this token, over the same connections.
    pub fn acting_as(&self, token: &str) -> Self {
        self.with("authorization", format!("Bearer {token}"))
    }

    /// With this `Idempotency-Key`.
    pub fn with_key(&self, key: &str) -> Self {
        self.with("idempotency-key", key.to_owned())
    }

    fn with(&self, name: &'static str, value: String) -> Self {
        let mut api = self.clone();
        api.headers.push((name, value));
        api
    }

    /// The status and the body of an answer; null if it has none.
    pub fn call(&self, method: &str, path: &str, body: Option<&Value>) -> Result<(u16, Value)> {
        let (status, text) = self.ask(method, path, body)?;
        Ok((status, serde_json::from_str(&text).unwrap_or(Value::Null)))
    }

    /// The status and the text of an answer.
    pub fn ask(&self, method: &str, path: &str, body: Option<&Value>) -> Result<(u16, String)> {
        let mut response = self.send(method, path, body)?;
        let text = response.body_mut().read_to_string()?;
        Ok((response.status().as_u16(), text))
    }

    /// The status of an answer whose body has begun; the rest is not waited for.
    pub fn begin(&self, path: &str) -> Result<u16> {
        let mut response = self.send("GET", path, None)?;
        let mut first = [0; 1024];
        response.body_mut().as_reader().read_exact(&mut first)?;
        Ok(response.status().as_u16())
    }

    fn send(&self, method: &str, path: &str, body: Option<&Value>) -> Result<Response<Body>> {
        let mut request = ureq::http::Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.base))
            .header("content-type", "application/json");
        for (name, value) in &self.headers {
            request = request.header(*name, value);
        }
        let request = request.body(body.map(Value::to_string).unwrap_or_default())?;
        self.agent
            .run(request)
            .with_context(|| format!("{method} {path} got no answer: does the mesh run?"))
    }
}

/// One that knows no proxy, and to which a refusal is an answer.
fn agent(patience: Duration) -> Agent {
    Agent::config_builder()
        .proxy(None)
        .http_status_as_error(false)
        .max_redirects(0)
        .timeout_connect(Some(Duration::from_secs(1)))
        .timeout_global(Some(patience))
        .build()
        .new_agent()
}

fn url(port: u16, path: &str) -> String {
    format!("http://127.0.0.1:{port}{path}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_at_home_is_no_status() {
        assert_eq!(status_of(1, "/"), None);
    }
}
