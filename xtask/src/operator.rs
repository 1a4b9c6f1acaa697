//! What commands ask of a running mesh as its operator.

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::files;
use crate::http::Api;
use crate::instance::Instance;
use crate::mesh::run_path;

/// The API on behalf of the operator of the instance.
pub fn operator(instance: &Instance) -> Result<Api> {
    let run: Value = files::read_json(&run_path(instance))?.with_context(|| {
        format!(
            "No mesh runs in the {} instance: run `cargo xtask up`",
            instance.label()
        )
    })?;
    let text = |pointer: &str| {
        let value = run.pointer(pointer).and_then(Value::as_str);
        value.with_context(|| format!("run.json has no {pointer}"))
    };
    Api::log_in(
        text("/gateway_url")?,
        text("/admin/email")?,
        text("/admin/password")?,
    )
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
