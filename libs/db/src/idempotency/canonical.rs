//! The canonical form of a request body: the same for every spelling of it, and for every build that understands it.

use std::collections::BTreeMap;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

/// A name that no struct has as a member.
const FOREIGN_NAME: &str = "\u{1}";

/// The body as canonical JSON: members sorted by name, without those whose absence means the same.
///
/// What absence means is found by reading the body without the member. So it holds for each body type without a table of
/// defaults, members of free maps stay, and two bodies that differ never share one form: each form reads as its body.
pub(super) fn canonical_json<B: Serialize + DeserializeOwned>(body: &B) -> Vec<u8> {
    let full = serde_json::to_value(body).unwrap_or_default();
    let mut short = full.clone();
    let mut stripper = Stripper {
        full: &full,
        reread: reread::<B>,
        defaults: BTreeMap::new(),
        maps: BTreeMap::new(),
    };
    stripper.strip(&mut short, "", "");
    // A body type whose members depend on each other keeps all of them.
    let is_same = reread::<B>(short.clone()).is_some_and(|value| value == full);
    let mut text = Vec::new();
    write(if is_same { &short } else { &full }, &mut text);
    text
}

fn reread<B: Serialize + DeserializeOwned>(value: Value) -> Option<Value> {
    let body: B = serde_json::from_value(value).ok()?;
    serde_json::to_value(body).ok()
}

/// Removes members at their defaults. What it learns of one element of an array holds for the others, so the work depends
/// on how many members the body type has and not on how long the body is.
struct Stripper<'a> {
    full: &'a Value,
    reread: fn(Value) -> Option<Value>,
    /// By the pattern of a member: its default, if it has one.
    defaults: BTreeMap<String, Option<Value>>,
    /// By the pattern of an object: whether it takes members of any name.
    maps: BTreeMap<String, bool>,
}

impl Stripper<'_> {
    /// `at` is the JSON pointer of `value`; in `pattern`, arrays and maps have one name for all that they hold.
    fn strip(&mut self, value: &mut Value, at: &str, pattern: &str) {
        match value {
            Value::Array(items) => {
                for (index, item) in items.iter_mut().enumerate() {
                    self.strip(item, &format!("{at}/{index}"), &format!("{pattern}/-"));
                }
            }
            Value::Object(members) => self.strip_members(members, at, pattern),
            _ => {}
        }
    }

    fn strip_members(&mut self, members: &mut Map<String, Value>, at: &str, pattern: &str) {
        let is_map = self.is_map(members, at, pattern);
        let names: Vec<String> = members.keys().cloned().collect();
        for name in names {
            let step = name.replace('~', "~0").replace('/', "~1");
            let pattern = format!("{pattern}/{}", if is_map { "*" } else { &step });
            if !is_map && members.get(&name) == self.default_of(&name, at, &step, &pattern) {
                members.remove(&name);
            } else if let Some(member) = members.get_mut(&name) {
                self.strip(member, &format!("{at}/{step}"), &pattern);
            }
        }
    }

    fn is_map(&mut self, members: &Map<String, Value>, at: &str, pattern: &str) -> bool {
        if let Some(known) = self.maps.get(pattern) {
            return *known;
        }
        let Some(member) = members.values().next().cloned() else {
            return false;
        };
        let read = self.reread_with(at, |object| {
            object.insert(FOREIGN_NAME.to_owned(), member);
        });
        let kept = read.is_some_and(|value| value.pointer(&format!("{at}/{FOREIGN_NAME}")).is_some());
        self.maps.insert(pattern.to_owned(), kept);
        kept
    }

    fn default_of(&mut self, name: &str, at: &str, step: &str, pattern: &str) -> Option<&Value> {
        if !self.defaults.contains_key(pattern) {
            let read = self.reread_with(at, |object| {
                object.remove(name);
            });
            let default = read.and_then(|value| value.pointer(&format!("{at}/{step}")).cloned());
            self.defaults.insert(pattern.to_owned(), default);
        }
        self.defaults.get(pattern)?.as_ref()
    }

    /// How the body reads after a change of the object at `at`; `None` when it is refused.
    fn reread_with(&self, at: &str, change: impl FnOnce(&mut Map<String, Value>)) -> Option<Value> {
        let mut changed = self.full.clone();
        change(changed.pointer_mut(at)?.as_object_mut()?);
        (self.reread)(changed)
    }
}

/// JSON without spaces, members sorted by name whatever `serde_json` does.
fn write(value: &Value, text: &mut Vec<u8>) {
    match value {
        Value::Object(members) => {
            let sorted: BTreeMap<&String, &Value> = members.iter().collect();
            text.push(b'{');
            for (index, (name, member)) in sorted.into_iter().enumerate() {
                separate(index, text);
                text.extend(Value::from(name.as_str()).to_string().bytes());
                text.push(b':');
                write(member, text);
            }
            text.push(b'}');
        }
        Value::Array(items) => {
            text.push(b'[');
            for (index, item) in items.iter().enumerate() {
                separate(index, text);
                write(item, text);
            }
            text.push(b']');
        }
        scalar => text.extend(scalar.to_string().bytes()),
    }
}

fn separate(index: usize, text: &mut Vec<u8>) {
    if index > 0 {
        text.push(b',');
    }
}

#[cfg(test)]
mod tests;
