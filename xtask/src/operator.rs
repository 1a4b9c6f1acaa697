//! What commands ask of a running mesh as its operator.

use anyhow::{Result, bail};
use serde_json::Value;

use crate::http::Api;
use crate::instance::Instance;
use crate::mesh::Run;

/// The API on behalf of the operator of the instance.
pub fn operator(instance: &Instance) -> Result<Api> {
    let run = Run::read(instance)?;
    Api::log_in(&run.gateway_url, &run.admin.email, &run.admin.password)
}

/// The body of an answer that is no refusal.
pub fn answer(api: &Api, method: &str, path: &str, body: Option<&Value>) -> Result<Value> {
    let (status, body) = api.call(method, path, body)?;
    if status >= 300 {
        bail!("{status} {} {}", text(&body, "title"), text(&body, "detail"));
    }
    Ok(body)
}

/// The members of a list in a body.
pub fn array<'a>(body: &'a Value, name: &str) -> &'a [Value] {
    body.get(name)
        .and_then(Value::as_array)
        .map_or(&[], Vec::as_slice)
}

/// A field of a body as text; nothing if it is not there.
pub fn text(body: &Value, name: &str) -> String {
    body.get(name)
        .filter(|value| !value.is_null())
        .map(plain)
        .unwrap_or_default()
}

/// A value as text, without quotes.
pub fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
