//! Finding the handlers of messages, or why there is none.

use std::borrow::Cow;

use serde::Deserialize;
use souk_bus::Delivery;
use souk_contracts::Queue;
use souk_contracts::topology::UNBOUND;
use souk_db::DbError;
use uuid::Uuid;

use super::handler::Group;
use super::{ANY, Runner};

/// Characters of an event type, at most.
const MAX_KIND: usize = 100;

/// What the runner itself needs of an envelope.
#[derive(Deserialize)]
struct Attributes<'a> {
    id: Uuid,
    #[serde(rename = "type", borrow)]
    kind: Cow<'a, str>,
    #[serde(borrow, default)]
    source: Cow<'a, str>,
}

/// Messages that were read.
pub(super) struct Readable<E> {
    pub ids: Vec<Uuid>,
    /// In order, each with the key of its handler.
    pub groups: Vec<(&'static str, Box<dyn Group<E>>)>,
}

/// Why a message cannot be given to a handler.
pub(super) enum Unreadable {
    /// No build will ever read it.
    Broken(String),
    /// A newer build knows its type.
    UnknownType(String),
    /// Nothing here handles its type, and nothing says that a newer build does, unless the type was noted before: a
    /// message that is replayed has lost what it came through.
    Unhandled(String),
}

impl<E> Runner<E>
where
    E: From<DbError> + std::error::Error + Send + 'static,
{
    /// Reads messages and finds their handlers; the reason why it cannot be done otherwise.
    pub(super) fn read<'a>(
        &self,
        batch: impl Iterator<Item = &'a Delivery>,
    ) -> Result<Readable<E>, Unreadable> {
        let (mut ids, mut groups) = (Vec::new(), Vec::new());
        for delivery in batch {
            if let Some(complaint) = &delivery.malformed {
                return Err(Unreadable::Broken(format!(
                    "the message is malformed: {complaint}"
                )));
            }
            let attributes: Attributes<'_> = serde_json::from_slice(&delivery.body)
                .map_err(|error| Unreadable::Broken(format!("the envelope cannot be read: {error}")))?;
            let (key, handler) = self
                .handlers
                .get_key_value(attributes.kind.as_ref())
                .or_else(|| self.handlers.get_key_value(ANY))
                .ok_or_else(|| unhandled(self.queue, delivery, &attributes))?;
            let mut group = match groups.pop_if(|(last, _)| last == key) {
                Some((_, group)) => group,
                None => handler.group(),
            };
            group
                .push(&delivery.body)
                .map_err(|error| Unreadable::Broken(error.to_string()))?;
            groups.push((*key, group));
            ids.push(attributes.id);
        }
        Ok(Readable { ids, groups })
    }

    /// Whether this build has a handler for a type.
    pub(super) fn knows(&self, kind: &str) -> bool {
        self.handlers.contains_key(kind) || self.handlers.contains_key(ANY)
    }
}

/// A type without a handler: a newer build's, or nobody's.
fn unhandled(queue: &Queue, delivery: &Delivery, attributes: &Attributes<'_>) -> Unreadable {
    let kind = attributes.kind.as_ref();
    if may_be_of_a_newer_build(queue, delivery, attributes) {
        Unreadable::UnknownType(kind.to_owned())
    } else {
        Unreadable::Unhandled(kind.to_owned())
    }
}

/// Whether only a newer build can have had this message delivered here. The exchange and the routing key are the
/// broker's own words: through an exchange a message comes only where some build has bound the queue to its type.
/// One that was sent straight to the queue, as replays are, proves nothing and must not stop it.
fn may_be_of_a_newer_build(queue: &Queue, delivery: &Delivery, attributes: &Attributes<'_>) -> bool {
    let kind = attributes.kind.as_ref();
    let was_let_go = UNBOUND
        .iter()
        .any(|(of, _, pattern)| *of == queue && *pattern == kind);
    delivery.exchange.ends_with("_events")
        && delivery.routing_key == kind
        && delivery.kind.as_deref() == Some(kind)
        && delivery.message_id.as_deref() == Some(attributes.id.to_string().as_str())
        && is_type_name(kind)
        && is_service_name(attributes.source.as_ref())
        && delivery.source.as_deref().is_some_and(is_service_name)
        && !was_let_go
}

/// `order.item.created`: lower-case words with dots between them.
fn is_type_name(kind: &str) -> bool {
    kind.len() <= MAX_KIND && kind.contains('.') && kind.split('.').all(|word| is_word(word, '_'))
}

/// `/order-svc`.
fn is_service_name(source: &str) -> bool {
    let name = source
        .strip_prefix('/')
        .and_then(|name| name.strip_suffix("-svc"));
    source.len() <= MAX_KIND && name.is_some_and(|name| is_word(name, '-'))
}

fn is_word(word: &str, joint: char) -> bool {
    word.starts_with(|first: char| first.is_ascii_lowercase())
        && word
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == joint)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_types_and_services_are_recognised() {
        for good in [
            "user.created",
            "order.item.status_v2.updated",
            "review.created.v2",
        ] {
            assert!(is_type_name(good), "{good}");
        }
        for bad in [
            "",
            "created",
            "a\0b",
            "User.created",
            "user..created",
            "user.",
            "user.crea ted",
            "1.2",
        ] {
            assert!(!is_type_name(bad), "{bad}");
        }
        assert!(is_service_name("/review-svc") && is_service_name("/price-list-svc"));
        assert!(!is_service_name("review-svc") && !is_service_name("/-svc") && !is_service_name("/evil"));
    }
}
