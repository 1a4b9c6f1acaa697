//! From what services say to a story: pure.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};
use souk_clients::parked::ParkedState;
use souk_clients::trace::{HandledEventBody, OrderStory, ParkedEventBody, StoryEntry, WrittenBody};
use souk_contracts::topology::QUEUES;
use souk_contracts::{Exchange, Queue};
use uuid::Uuid;

/// Outbox and inbox are kept for at least 14 days, and each is removed in its own time.
const KEPT: TimeDelta = TimeDelta::days(13);

/// What services said.
pub struct Facts {
    /// The order.
    pub order: OrderStory,
    /// Who wrote which events.
    pub written: Vec<(&'static str, WrittenBody)>,
    /// What took effect.
    pub handled: Vec<HandledEventBody>,
    /// What could not be handled.
    pub parked: Vec<ParkedEventBody>,
    /// Who did not answer.
    pub unavailable: BTreeSet<&'static str>,
}

/// The story of an order.
#[derive(Debug)]
pub struct Trace {
    /// The order.
    pub order: OrderStory,
    /// What happened, oldest first.
    pub steps: Vec<Step>,
    /// What did not, though it must.
    pub missing: Vec<Missing>,
    /// Who did not answer.
    pub unavailable: Vec<&'static str>,
    /// Whether a part lies so far back that it was forgotten.
    pub expired: bool,
}

/// What a step is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum StepKind {
    /// An entry of the order's timeline.
    Timeline,
    /// An event was decided.
    Written,
    /// The broker had it.
    Published,
    /// It took effect.
    Handled,
    /// It could not be handled.
    Parked,
}

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// When.
    pub at: DateTime<Utc>,
    /// What kind of step.
    pub kind: StepKind,
    /// Where.
    pub service: &'static str,
    /// The entry, or the type of the event.
    pub what: String,
    /// The event.
    pub event_id: Option<Uuid>,
    /// The request or event that it came of.
    pub caused_by: Option<String>,
    /// The queue it came through.
    pub queue: Option<&'static str>,
    /// How long after the event was written.
    pub lag_ms: Option<i64>,
    /// How long after the order was placed.
    pub since_placed_ms: i64,
}

/// Why something did not happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// The timeline has it, and no event tells it.
    NotWritten,
    /// It was written, and the broker does not have it.
    NotPublished,
    /// The broker had it, and it did not take effect.
    NotHandled,
    /// It waits for an operator.
    Parked,
    /// The service that should tell is away.
    Unavailable,
}

/// Something that must happen and has not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Missing {
    /// Why.
    pub why: Why,
    /// Whose turn it is.
    pub service: &'static str,
    /// The type of the event.
    pub what: String,
    /// The event, if there is one.
    pub event_id: Option<Uuid>,
    /// The queue that it must come through.
    pub queue: Option<&'static str>,
}

impl Trace {
    /// Whether all that must have happened by now is known to have.
    pub fn is_complete(&self) -> bool {
        self.missing.is_empty() && self.unavailable.is_empty()
    }
}

impl Facts {
    /// Those of an order of which nothing else is known yet.
    pub fn new(order: OrderStory) -> Self {
        Self {
            order,
            written: Vec::new(),
            handled: Vec::new(),
            parked: Vec::new(),
            unavailable: BTreeSet::new(),
        }
    }

    /// Tells the story as it is known at `now`.
    pub fn tell(self, now: DateTime<Utc>) -> Trace {
        let mut telling = Telling {
            placed_at: self.order.created_at,
            forgotten_before: now - KEPT,
            steps: Vec::new(),
            missing: Vec::new(),
            expired: false,
        };
        telling.timeline(&self.order.timeline, &self.written);
        let mut told = BTreeSet::new();
        for (service, event) in &self.written {
            if told.insert(event.event_id) {
                telling.event(service, event, &self);
            }
        }
        let mut steps = telling.steps;
        steps.sort_by(|a, b| (a.at, a.kind, a.service).cmp(&(b.at, b.kind, b.service)));
        Trace {
            steps,
            missing: telling.missing,
            expired: telling.expired,
            unavailable: self.unavailable.into_iter().collect(),
            order: self.order,
        }
    }
}

/// A story while it is being told.
struct Telling {
    placed_at: DateTime<Utc>,
    forgotten_before: DateTime<Utc>,
    steps: Vec<Step>,
    missing: Vec<Missing>,
    expired: bool,
}

impl Telling {
    /// The order's own entries, and the events that must tell of them.
    fn timeline(&mut self, entries: &[StoryEntry], written: &[(&'static str, WrittenBody)]) {
        let mut due: BTreeMap<&'static str, usize> = BTreeMap::new();
        for entry in entries {
            let step = self.step(entry.at, StepKind::Timeline, "order-svc", &entry.what);
            self.steps.push(step);
            if entry.at < self.forgotten_before {
                self.expired = true;
            } else if let Some(kind) = told_by(&entry.what) {
                *due.entry(kind).or_default() += 1;
            }
        }
        for (kind, count) in due {
            let there = written.iter().filter(|(_, event)| event.kind == kind).count();
            for _ in there..count {
                self.missing.push(Missing {
                    why: Why::NotWritten,
                    service: "order-svc",
                    what: kind.to_owned(),
                    event_id: None,
                    queue: None,
                });
            }
        }
    }

    /// An event, and what became of it in each queue that wants it.
    fn event(&mut self, service: &'static str, event: &WrittenBody, facts: &Facts) {
        self.of_event(event.written_at, StepKind::Written, service, event);
        let Some(published_at) = event.published_at else {
            self.miss(Why::NotPublished, service, event, None);
            return;
        };
        self.of_event(published_at, StepKind::Published, service, event);
        let exchange = Exchange::named(&event.exchange);
        let wants = |queue: &&'static Queue| exchange.is_some_and(|from| queue.receives(from, &event.kind));
        for queue in QUEUES.iter().copied().filter(wants) {
            self.reader(queue, event, facts);
        }
    }

    fn reader(&mut self, queue: &'static Queue, event: &WrittenBody, facts: &Facts) {
        let is_it = |name: &str, id: Uuid| name == queue.name && id == event.event_id;
        let handled = facts
            .handled
            .iter()
            .find(|done| is_it(&done.queue, done.event_id));
        let mut last = None;
        for held in facts
            .parked
            .iter()
            .filter(|held| is_it(&held.queue, held.event_id))
        {
            self.through(held.at, StepKind::Parked, queue, event);
            last = Some(held.state);
        }
        let is = |states: &[ParkedState]| last.is_some_and(|last| states.iter().any(|state| last == *state));
        // In a state that only a later build knows, it waits for that build.
        let waits = last.is_some() && !is(&[ParkedState::Dropped, ParkedState::Replayed]);
        if let Some(done) = handled {
            self.through(done.at, StepKind::Handled, queue, event);
        } else if is(&[ParkedState::Dropped]) {
            // An operator has given it up: nothing is missing any more.
        } else if waits {
            self.miss(Why::Parked, queue.service(), event, Some(queue.name));
        } else if facts.unavailable.contains(queue.service()) {
            self.miss(Why::Unavailable, queue.service(), event, Some(queue.name));
        } else if event.written_at < self.forgotten_before {
            self.expired = true;
        } else {
            self.miss(Why::NotHandled, queue.service(), event, Some(queue.name));
        }
    }

    fn through(&mut self, at: DateTime<Utc>, kind: StepKind, queue: &'static Queue, event: &WrittenBody) {
        let step = self.event_step(at, kind, queue.service(), event);
        self.steps.push(Step {
            queue: Some(queue.name),
            ..step
        });
    }

    fn of_event(&mut self, at: DateTime<Utc>, kind: StepKind, service: &'static str, event: &WrittenBody) {
        let step = self.event_step(at, kind, service, event);
        self.steps.push(step);
    }

    fn event_step(
        &self,
        at: DateTime<Utc>,
        kind: StepKind,
        service: &'static str,
        event: &WrittenBody,
    ) -> Step {
        let lag = at.signed_duration_since(event.written_at).num_milliseconds();
        let is_first = kind == StepKind::Written;
        Step {
            event_id: Some(event.event_id),
            caused_by: event.causation_id.clone().filter(|_| is_first),
            lag_ms: Some(lag).filter(|_| !is_first),
            ..self.step(at, kind, service, &event.kind)
        }
    }

    fn step(&self, at: DateTime<Utc>, kind: StepKind, service: &'static str, what: &str) -> Step {
        Step {
            at,
            kind,
            service,
            what: what.to_owned(),
            event_id: None,
            caused_by: None,
            queue: None,
            lag_ms: None,
            since_placed_ms: at.signed_duration_since(self.placed_at).num_milliseconds(),
        }
    }

    fn miss(&mut self, why: Why, service: &'static str, event: &WrittenBody, queue: Option<&'static str>) {
        self.missing.push(Missing {
            why,
            service,
            what: event.kind.clone(),
            event_id: Some(event.event_id),
            queue,
        });
    }
}

/// The event that tells of an entry of the timeline.
fn told_by(what: &str) -> Option<&'static str> {
    match what {
        "placed" => Some("order.created"),
        "item_shipped" | "item_delivered" | "item_cancelled" => Some("order.item.status.updated"),
        "completed" => Some("order.completed"),
        "cancelled" => Some("order.cancelled"),
        _ => None,
    }
}
