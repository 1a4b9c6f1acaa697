//! `cargo xtask trace`: where is my order?

use std::process::ExitCode;

use anyhow::{Result, bail};
use serde_json::Value;

use crate::instance::Instance;
use crate::operator::{answer, array, operator, plain, text};

/// Tells the story of an order, as the operator of the instance.
pub fn run(instance: &Instance, order: &str) -> Result<ExitCode> {
    // It becomes part of an address.
    if order.is_empty()
        || !order
            .bytes()
            .all(|c| c.is_ascii_alphanumeric() || b"-_.".contains(&c))
    {
        bail!("{order:?} is neither the id nor the number of an order, nor the id of a request");
    }
    let story = answer(&operator(instance)?, "GET", &format!("/ops/trace/{order}"), None)?;
    print!("{}", told(&story));
    let is_complete = story.get("complete") == Some(&Value::Bool(true));
    Ok(ExitCode::from(u8::from(!is_complete)))
}

fn told(story: &Value) -> String {
    let mut lines = vec![format!(
        "order {}, {}, {}, placed at {}",
        text(story, "number"),
        text(story, "order_id"),
        text(story, "status"),
        text(story, "placed_at")
    )];
    lines.extend(array(story, "steps").iter().map(step));
    for missing in array(story, "missing") {
        lines.push(format!(
            "missing: {} of {} {} ({})",
            text(missing, "what"),
            text(missing, "service"),
            text(missing, "queue"),
            text(missing, "why")
        ));
    }
    for service in array(story, "unavailable") {
        lines.push(format!("{} cannot be asked just now", plain(service)));
    }
    if story.get("expired") == Some(&Value::Bool(true)) {
        lines.push("a part is older than the 14 days for which events are kept".to_owned());
    }
    if story.get("complete") == Some(&Value::Bool(true)) {
        lines.push("nothing is missing".to_owned());
    }
    lines.join("\n") + "\n"
}

/// When, where and what; how long it took since the event was written.
fn step(step: &Value) -> String {
    let lag = match step.get("lag_ms").and_then(Value::as_i64) {
        Some(lag) => format!("after {lag} ms"),
        None => String::new(),
    };
    let line = format!(
        "{:>10} ms  {:<13}  {:<9}  {:<26}  {:<22}  {lag}",
        text(step, "since_placed_ms"),
        text(step, "service"),
        text(step, "kind"),
        text(step, "what"),
        text(step, "queue")
    );
    line.trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_story_reads_from_top_to_bottom_and_ends_with_what_is_missing() {
        let story = json!({
            "order_id": "0192", "number": "SK-7F3K-9Q2M", "status": "processing", "placed_at": "2026-03-01T10:00:00Z",
            "complete": false, "expired": false, "unavailable": ["cart-svc"],
            "steps": [
                {"since_placed_ms": 0, "service": "order-svc", "kind": "timeline", "what": "placed",
                 "queue": null, "lag_ms": null},
                {"since_placed_ms": 40, "service": "product-svc", "kind": "handled", "what": "order.created",
                 "queue": "product-svc.orders", "lag_ms": 30},
            ],
            "missing": [{"what": "order.created", "service": "cart-svc", "queue": "cart-svc.orders",
                         "why": "unavailable"}],
        });

        let told = told(&story);

        let words: Vec<Vec<&str>> = told
            .lines()
            .map(|line| line.split_whitespace().collect())
            .collect();
        assert_eq!(words[1], ["0", "ms", "order-svc", "timeline", "placed"]);
        assert_eq!(words[2][2..5], ["product-svc", "handled", "order.created"]);
        assert!(
            told.contains("after 30 ms\nmissing: order.created of cart-svc cart-svc.orders (unavailable)\n")
        );
        assert!(told.ends_with("cart-svc cannot be asked just now\n"), "{told}");
    }
}
