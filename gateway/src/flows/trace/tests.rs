use serde_json::json;
use souk_clients::trace::{HandledEventBody, ParkedEventBody, WrittenBody};

use super::*;
use souk_clients::parked::ParkedState;

fn at(text: &str) -> chrono::DateTime<Utc> {
    format!("2026-03-01T{text}Z").parse().unwrap()
}

/// Who must hear of a new order.
const READERS: [&str; 3] = ["analytics-svc.events", "cart-svc.orders", "product-svc.orders"];

/// An order that was placed and nothing more, with its event written, published, and handled by `handled`.
fn facts(handled: &[&str]) -> Facts {
    let order: OrderStory = serde_json::from_value(json!({
        "id": Uuid::from_u128(1), "number": "SK-7F3K-9Q2M", "status": "processing", "created_at": at("10:00:00"),
        "timeline": [{"at": at("10:00:00"), "actor": "customer", "what": "placed"}],
    }))
    .unwrap();
    let mut facts = Facts::new(order);
    facts.written.push(("order-svc", created()));
    facts.handled = handled.iter().map(|queue| done(queue)).collect();
    facts
}

fn created() -> WrittenBody {
    WrittenBody {
        event_id: Uuid::from_u128(2),
        kind: "order.created".to_owned(),
        exchange: "order_events".to_owned(),
        subject: Uuid::from_u128(1).to_string(),
        order_id: Some(Uuid::from_u128(1)),
        written_at: at("10:00:00.010"),
        published_at: Some(at("10:00:00.020")),
        correlation_id: Some("a-request".to_owned()),
        causation_id: Some("a-request".to_owned()),
    }
}

fn done(queue: &str) -> HandledEventBody {
    HandledEventBody {
        queue: queue.to_owned(),
        event_id: Uuid::from_u128(2),
        at: at("10:00:00.050"),
    }
}

fn parked(state: ParkedState) -> ParkedEventBody {
    ParkedEventBody {
        queue: "cart-svc.orders".to_owned(),
        event_id: Uuid::from_u128(2),
        at: at("10:00:01"),
        state: state.into(),
    }
}

fn missing(trace: &Trace) -> Vec<(Why, Option<&str>)> {
    trace.missing.iter().map(|one| (one.why, one.queue)).collect()
}

#[test]
fn a_story_that_everybody_has_heard_is_complete() {
    let trace = facts(&READERS).tell(at("10:05:00"));

    assert!(trace.is_complete() && !trace.expired, "{trace:?}");
    let steps: Vec<_> = trace
        .steps
        .iter()
        .map(|step| (step.kind, step.service, step.lag_ms, step.since_placed_ms))
        .collect();
    assert_eq!(
        steps,
        [
            (StepKind::Timeline, "order-svc", None, 0),
            (StepKind::Written, "order-svc", None, 10),
            (StepKind::Published, "order-svc", Some(10), 20),
            (StepKind::Handled, "analytics-svc", Some(40), 50),
            (StepKind::Handled, "cart-svc", Some(40), 50),
            (StepKind::Handled, "product-svc", Some(40), 50),
        ]
    );
    assert_eq!(trace.steps[1].caused_by.as_deref(), Some("a-request"));
}

#[test]
fn a_queue_that_has_not_handled_its_event_is_named() {
    let trace = facts(&["analytics-svc.events", "product-svc.orders"]).tell(at("10:05:00"));

    assert_eq!(missing(&trace), [(Why::NotHandled, Some("cart-svc.orders"))]);
    assert!(!trace.is_complete());
}

#[test]
fn a_service_that_is_away_is_not_taken_for_one_that_has_lost_something() {
    let mut facts = facts(&["analytics-svc.events", "product-svc.orders"]);
    facts.unavailable.insert("cart-svc");

    let trace = facts.tell(at("10:05:00"));

    assert_eq!(missing(&trace), [(Why::Unavailable, Some("cart-svc.orders"))]);
    assert_eq!(trace.unavailable, ["cart-svc"]);
}

#[test]
fn an_event_that_is_not_published_is_missing_once() {
    let mut facts = facts(&[]);
    facts.written[0].1.published_at = None;

    let trace = facts.tell(at("10:05:00"));

    assert_eq!(missing(&trace), [(Why::NotPublished, None)]);
}

#[test]
fn an_entry_without_its_event_is_missing() {
    let mut facts = facts(&[]);
    facts.written.clear();

    let trace = facts.tell(at("10:05:00"));

    assert_eq!(missing(&trace), [(Why::NotWritten, None)]);
    assert_eq!(trace.missing[0].what, "order.created");
}

#[test]
fn what_is_parked_waits_until_an_operator_gives_it_up() {
    let of = |state| {
        let mut facts = facts(&["analytics-svc.events", "product-svc.orders"]);
        facts.parked.push(parked(state));
        facts.tell(at("10:05:00"))
    };

    let cart = Some("cart-svc.orders");
    assert_eq!(missing(&of(ParkedState::Parked)), [(Why::Parked, cart)]);
    assert_eq!(missing(&of(ParkedState::Replaying)), [(Why::Parked, cart)]);
    assert_eq!(missing(&of(ParkedState::Replayed)), [(Why::NotHandled, cart)]);
    assert_eq!(missing(&of(ParkedState::Dropped)), []);
    assert!(
        of(ParkedState::Dropped)
            .steps
            .iter()
            .any(|step| step.kind == StepKind::Parked)
    );
}

#[test]
fn what_is_too_old_to_be_known_is_expired_and_not_missing() {
    let long_after = at("10:05:00") + TimeDelta::days(15);

    let with_its_event = facts(&[]).tell(long_after);
    let mut forgotten = facts(&[]);
    forgotten.written.clear();
    let without = forgotten.tell(long_after);

    for trace in [with_its_event, without] {
        assert!(trace.expired && trace.is_complete(), "{trace:?}");
    }
}

#[test]
fn spans_that_touch_are_one() {
    let mut story = facts(&[]).order;
    let mut later = story.timeline[0].clone();
    later.at = at("10:01:00");
    story.timeline.push(later.clone());
    later.at = at("12:00:00");
    story.timeline.push(later);

    let spans: Vec<_> = spans(&story).iter().map(|span| (span.from, span.to)).collect();

    assert_eq!(
        spans,
        [(at("09:59:30"), at("10:02:00")), (at("11:59:30"), at("12:01:00"))]
    );
}

#[test]
fn a_request_is_looked_for_when_its_id_was_made_or_lately() {
    let now = at("12:00:00");
    let span = |from, to| Span {
        from: at(from),
        to: at(to),
    };
    let made = at("10:00:00").timestamp_millis().unsigned_abs();
    let id = uuid::Builder::from_unix_timestamp_millis(made, &[7; 10]).into_uuid();

    assert_eq!(around(&id.to_string(), now), span("09:59:30", "10:01:00"));
    for made_up in ["checkout-7", &Uuid::from_u128(7).to_string()] {
        assert_eq!(around(made_up, now), span("11:00:00", "12:00:00"));
    }
}
