//! Events: none is kept back, none is lost, none waits for a decision.

use std::collections::BTreeMap;

use souk_contracts::topology::QUEUES;
use souk_contracts::{Exchange, Queue};

use super::databases;
use super::question::{Asks, Pair, Question, Relation, Side};

const UNTOLD: &str = "
select id::text, format('%s, decided at %s, %s attempts', routing_key, created_at, attempts)
from outbox where published_at is null order by id";

const PARKED: &str = "
select id::text, format('%s in %s, %s: %s', coalesce(kind, 'unknown'), queue, state, reason)
from parked where state in ('parked', 'replaying') order by id";

const UNKNOWN_TYPES: &str = "
select queue || ' ' || kind, format('since %s', first_seen_at)
from unknown_types where parked_since is null order by (queue || ' ' || kind) collate \"C\"";

// A thing that is wished for anew has another number, and so is another wish.
const UNINDEXED: &str = "
select kind || ' ' || id || ' ' || seq, 'waits for the indexer' from index_queue
order by (kind || ' ' || id || ' ' || seq) collate \"C\"";

const SEARCH_DRIFT: &str = "
select item ->> 'kind' || ' ' || (item ->> 'id'), format('%s, as the comparison of %s found', sort, finished_at)
from (select result, finished_at from maintenance_jobs where kind = 'drift' and status = 'done' order by id desc limit 1) job,
     unnest(array['missing', 'left_over', 'outdated']) as sort, jsonb_array_elements(result -> sort -> 'items') as item
order by (item ->> 'kind' || ' ' || (item ->> 'id')) collate \"C\"";

const REJECTED: &str = "
select kind || ' ' || id, reason from rejected_documents order by (kind || ' ' || id) collate \"C\"";

/// What is asked.
pub fn questions() -> Vec<Question> {
    vec![
        Question::broken(
            "outboxes",
            "every event that was decided is told",
            &databases::ALL,
            "outbox where published_at is null",
            UNTOLD,
        ),
        Question {
            name: "deliveries",
            about: "every event that was told is taken in, parked or dropped by each queue that wants it",
            asks: Asks::Copied(deliveries()),
        },
        Question::broken(
            "parked messages",
            "no message waits for a decision",
            &databases::ALL,
            "parked where state in ('parked', 'replaying')",
            PARKED,
        ),
        Question::broken(
            "unknown types",
            "no queue waits for a build that knows its types",
            &databases::ALL,
            "unknown_types where parked_since is null",
            UNKNOWN_TYPES,
        ),
        Question::broken(
            "index queue",
            "everything that is to be indexed is",
            &["search_svc"],
            "index_queue",
            UNINDEXED,
        ),
        Question::broken(
            "search drift",
            "the last comparison of the search index with its source found nothing",
            &["search_svc"],
            "maintenance_jobs where kind = 'drift' and status = 'done'",
            SEARCH_DRIFT,
        ),
        Question::broken(
            "rejected documents",
            "the search index can keep every document",
            &["search_svc"],
            "rejected_documents",
            REJECTED,
        ),
    ]
}

/// A pair for each queue, in the order of their names.
fn deliveries() -> Vec<Pair> {
    let queues: BTreeMap<&str, &Queue> = QUEUES.iter().map(|queue| (queue.name, *queue)).collect();
    queues
        .into_values()
        .map(|queue| Pair {
            name: queue.name,
            original: told(queue),
            copy: taken_in(queue),
            relation: Relation::Within,
        })
        .collect()
}

/// What was told of what the queue wants. A row of the inbox is kept for at least 14 days after it was handled, one of the
/// outbox for 14 days after it was written, and each is removed in its own time: the last day proves nothing.
fn told(queue: &Queue) -> Side {
    let mut wanted: BTreeMap<&'static str, Vec<String>> = BTreeMap::new();
    for (exchange, pattern) in queue.bindings {
        let mut condition = format!("exchange = '{}'", exchange.name());
        if *pattern != "#" {
            condition.push_str(&format!(" and routing_key = '{pattern}'"));
        }
        for database in writers(*exchange) {
            wanted.entry(database).or_default().push(condition.clone());
        }
    }
    let query = |conditions: Vec<String>| {
        format!(
            "select id::text, routing_key from outbox
             where published_at > now() - interval '13 days' and ({}) order by id",
            conditions.join(" or ")
        )
    };
    Side {
        who: "told",
        queries: wanted
            .into_iter()
            .map(|(database, conditions)| (database, query(conditions)))
            .collect(),
    }
}

/// What has taken effect, or was put before an operator who has not sent it again.
fn taken_in(queue: &Queue) -> Side {
    let name = queue.name;
    let inbox = format!("select event_id::text, null from inbox where queue = '{name}' order by event_id");
    let parked = format!(
        "select lower(event_id), null from parked
         where queue = '{name}' and state <> 'replayed' and event_id is not null
         order by lower(event_id) collate \"C\""
    );
    let reader = databases::ALL
        .into_iter()
        .find(|database| database.replace('_', "-") == queue.service());
    Side {
        who: "taken in",
        queries: reader
            .into_iter()
            .flat_map(|database| [(database, inbox.clone()), (database, parked.clone())])
            .collect(),
    }
}

/// Whose events go through an exchange.
fn writers(exchange: Exchange) -> &'static [&'static str] {
    match exchange {
        Exchange::User => &["user_svc"],
        // Ratings of products, too.
        Exchange::Shop => &["product_svc", "shop_svc"],
        Exchange::Product => &["product_svc"],
        Exchange::Order => &["order_svc"],
        Exchange::Wishlist => &["wishlist_svc"],
    }
}

#[cfg(test)]
mod tests {
    use souk_contracts::EVENTS;

    use super::*;

    #[test]
    fn every_event_is_looked_for_where_it_is_written() {
        assert!(!EVENTS.is_empty());
        for event in EVENTS {
            let writer = event.source.trim_start_matches('/').replace('-', "_");

            assert!(
                writers(event.exchange).contains(&writer.as_str()),
                "{}",
                event.kind
            );
        }
    }

    #[test]
    fn every_queue_has_a_reader_and_someone_to_read() {
        assert_eq!(deliveries().len(), QUEUES.len());
        for pair in deliveries() {
            assert_eq!(pair.copy.queries.len(), 2, "{}", pair.name);
            assert!(!pair.original.queries.is_empty(), "{}", pair.name);
        }
    }
}
