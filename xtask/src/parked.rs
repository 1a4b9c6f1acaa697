//! `cargo xtask parked`: what services of the running mesh could not handle.

use anyhow::{Result, bail};
use serde_json::{Value, json};

use crate::cli::{Decision, ParkedCommand};
use crate::http::Api;
use crate::instance::Instance;
use crate::operator::{answer, array, operator, plain};

/// Runs a command, as the operator of the instance.
pub fn run(instance: &Instance, command: &ParkedCommand) -> Result<()> {
    let api = operator(instance)?;
    match command {
        ParkedCommand::List {
            queue,
            kind,
            cause,
            state,
            limit,
        } => {
            let filters = [("queue", queue), ("type", kind), ("cause", cause)];
            let filters = filters.map(|(name, value)| (name, value.as_deref()));
            list(&api, &filters, state, *limit)
        }
        ParkedCommand::Show { id } => {
            let shown = answer(&api, "GET", &format!("/ops/parked/{id}"), None)?;
            println!("{shown:#}");
            Ok(())
        }
        ParkedCommand::Replay(decision) => decide(&api, decision, "replay", "POST", "/replay"),
        ParkedCommand::Drop(decision) => decide(&api, decision, "drop", "DELETE", ""),
        ParkedCommand::Types => types(&api),
        ParkedCommand::ParkType { queue, kind } => {
            let wanted = json!({"queue": queue, "type": kind});
            answer(&api, "POST", "/ops/parked/types", Some(&wanted))?;
            println!("{kind} of {queue} is parked from now on");
            Ok(())
        }
    }
}

fn types(api: &Api) -> Result<()> {
    let found = answer(api, "GET", "/ops/parked/types", None)?;
    for away in array(&found, "unavailable") {
        println!("{} cannot be asked just now", plain(away));
    }
    for unknown in array(&found, "items") {
        let field = |name| unknown.get(name).map(plain).unwrap_or_default();
        println!(
            "{:<24}  {:<26}  since {}  {}",
            field("queue"),
            field("type"),
            field("first_seen_at"),
            match unknown.get("parked_since").and_then(Value::as_str) {
                Some(since) => format!("parked since {since}"),
                None => "the queue waits".to_owned(),
            }
        );
    }
    Ok(())
}

fn list(api: &Api, filters: &[(&str, Option<&str>)], state: &str, limit: usize) -> Result<()> {
    let (mut shown, mut cursor) = (0, None);
    while shown < limit {
        let mut path = format!("/ops/parked?limit={}", (limit - shown).min(100));
        if state != "all" {
            path.push_str(&format!("&state={state}"));
        }
        for (name, value) in filters.iter().chain([&("cursor", cursor.as_deref())]) {
            if let Some(value) = value {
                path.push_str(&format!("&{name}={value}"));
            }
        }
        let page = answer(api, "GET", &path, None)?;
        for away in array(&page, "unavailable") {
            println!("{} cannot be asked just now", plain(away));
        }
        let items = array(&page, "items");
        for item in items {
            let field = |name| item.get(name).map(plain).unwrap_or_default();
            println!(
                "{}  {:<9}  {:<24}  {:<26}  {}  {}",
                field("id"),
                field("state"),
                field("queue"),
                field("type"),
                field("last_failed_at"),
                field("reason")
            );
        }
        shown += items.len();
        cursor = page.get("next_cursor").and_then(Value::as_str).map(str::to_owned);
        if cursor.is_none() {
            break;
        }
    }
    println!(
        "{shown} messages{}",
        if cursor.is_some() { ", and more" } else { "" }
    );
    Ok(())
}

fn decide(api: &Api, decision: &Decision, what: &str, method: &str, ending: &str) -> Result<()> {
    match (&decision.id, &decision.queue) {
        (Some(id), _) => {
            let after = answer(api, method, &format!("/ops/parked/{id}{ending}"), None)?;
            println!("{id} is {}", after.get("state").map(plain).unwrap_or_default());
        }
        (None, Some(queue)) => {
            let path = format!("/ops/parked/{what}");
            let mut wanted = json!({"queue": queue});
            if let (Some(cause), Some(wanted)) = (&decision.cause, wanted.as_object_mut()) {
                wanted.insert("cause".to_owned(), json!(cause));
            }
            let after = answer(api, "POST", &path, Some(&wanted))?;
            println!(
                "{what}: {} messages of {queue}",
                after.get("messages").map(plain).unwrap_or_default()
            );
        }
        (None, None) => bail!("Say which one: an id, or --queue"),
    }
    Ok(())
}
