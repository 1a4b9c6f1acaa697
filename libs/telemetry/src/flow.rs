//! What a request carries along: its id, its trace, and what caused it.

use std::fmt;
use std::str::FromStr;
use std::time::{SystemTime, UNIX_EPOCH};

tokio::task_local! {
    static FLOW: Flow;
}

/// The thread that runs from a client's request through calls and events.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flow {
    /// The request that began it all; events carry it as `correlationid`.
    pub request_id: String,
    /// W3C trace context of the present step.
    pub traceparent: Traceparent,
    /// The event just before, when an event and not a request is being handled.
    pub causation_id: Option<String>,
}

impl Flow {
    /// A flow that begins here, with ids of its own.
    pub fn begin() -> Self {
        Self {
            request_id: new_id(),
            traceparent: Traceparent::random(),
            causation_id: None,
        }
    }

    /// A flow that goes on from what a caller sent; whatever is missing or malformed begins here.
    pub fn from_headers(request_id: Option<&str>, traceparent: Option<&str>) -> Self {
        let request_id = match request_id {
            Some(id) if is_request_id(id) => id.to_owned(),
            _ => new_id(),
        };
        let traceparent = match traceparent.and_then(|text| text.parse::<Traceparent>().ok()) {
            Some(parent) => parent.child(),
            None => Traceparent::random(),
        };
        Self {
            request_id,
            traceparent,
            causation_id: None,
        }
    }

    /// A flow that goes on from an event: `id` is the event's own.
    pub fn from_event(id: impl ToString, correlation_id: &str, traceparent: Option<&str>) -> Self {
        Self {
            causation_id: Some(id.to_string()),
            ..Self::from_headers(Some(correlation_id), traceparent)
        }
    }

    /// The flow of the running task, or a new one when there is none.
    pub fn current() -> Self {
        Self::try_current().unwrap_or_else(Self::begin)
    }

    /// The flow of the running task.
    pub fn try_current() -> Option<Self> {
        FLOW.try_with(Clone::clone).ok()
    }

    /// Looks at the flow of the running task without cloning it.
    pub fn with<T>(look: impl FnOnce(&Flow) -> T) -> Option<T> {
        FLOW.try_with(look).ok()
    }

    /// What caused the present step: the event being handled, else the request.
    pub fn causation(&self) -> &str {
        self.causation_id.as_deref().unwrap_or(&self.request_id)
    }

    /// Runs something as a part of this flow.
    pub fn enter<R>(self, run: impl FnOnce() -> R) -> R {
        FLOW.sync_scope(self, run)
    }

    /// Runs a future as a part of this flow.
    pub async fn scope<F: Future>(self, future: F) -> F::Output {
        FLOW.scope(self, future).await
    }
}

/// A UUIDv7 from the thread's own generator: the usual way asks the kernel for each.
fn new_id() -> String {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let millis = u64::try_from(since.as_millis()).unwrap_or_default();
    uuid::Builder::from_unix_timestamp_millis(millis, &rand::random())
        .into_uuid()
        .to_string()
}

/// Whether a request may be called so: ids come from outside and go into headers, logs and events.
pub fn is_request_id(id: &str) -> bool {
    (1..=64).contains(&id.len())
        && id
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b))
}

/// W3C trace context, version 00.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Traceparent {
    /// The whole trace.
    pub trace_id: u128,
    /// The present step in it.
    pub span_id: u64,
    /// Bit 0: sampled.
    pub flags: u8,
}

impl Traceparent {
    /// A new sampled trace.
    pub fn random() -> Self {
        Self {
            trace_id: rand::random::<u128>().max(1),
            span_id: rand::random::<u64>().max(1),
            flags: 1,
        }
    }

    /// The next step of the same trace.
    pub fn child(self) -> Self {
        Self {
            span_id: rand::random::<u64>().max(1),
            ..self
        }
    }
}

impl fmt::Display for Traceparent {
    /// Three times in every request, so it does without the formatter of numbers.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("00-")?;
        write_hex(f, &self.trace_id.to_be_bytes())?;
        f.write_str("-")?;
        write_hex(f, &self.span_id.to_be_bytes())?;
        f.write_str("-")?;
        write_hex(f, &[self.flags])
    }
}

/// At most sixteen bytes.
fn write_hex(f: &mut fmt::Formatter<'_>, bytes: &[u8]) -> fmt::Result {
    let mut text = [0; 32];
    let digits = text.get_mut(..bytes.len() * 2).ok_or(fmt::Error)?;
    hex::encode_to_slice(bytes, digits).map_err(|_| fmt::Error)?;
    f.write_str(std::str::from_utf8(digits).map_err(|_| fmt::Error)?)
}

/// The text is not a W3C `traceparent`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotATraceparent;

impl fmt::Display for NotATraceparent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a W3C traceparent")
    }
}

impl std::error::Error for NotATraceparent {}

impl FromStr for Traceparent {
    type Err = NotATraceparent;

    fn from_str(text: &str) -> Result<Self, NotATraceparent> {
        let mut parts = text.split('-');
        let mut next = |len: usize| {
            parts
                .next()
                .filter(|part| is_lower_hex(part, len))
                .ok_or(NotATraceparent)
        };
        let (version, trace, span, flags) = (next(2)?, next(32)?, next(16)?, next(2)?);
        // A later version may say more after the flags; version 00 may not, and ff is forbidden.
        if version == "ff" || (version == "00" && parts.next().is_some()) {
            return Err(NotATraceparent);
        }
        let parsed = Self {
            trace_id: u128::from_str_radix(trace, 16).map_err(|_| NotATraceparent)?,
            span_id: u64::from_str_radix(span, 16).map_err(|_| NotATraceparent)?,
            flags: u8::from_str_radix(flags, 16).map_err(|_| NotATraceparent)?,
        };
        if parsed.trace_id == 0 || parsed.span_id == 0 {
            Err(NotATraceparent)
        } else {
            Ok(parsed)
        }
    }
}

fn is_lower_hex(text: &str, len: usize) -> bool {
    text.len() == len
        && text
            .bytes()
            .all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SAMPLE: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    #[test]
    fn a_traceparent_reads_back_as_written() {
        let parsed: Traceparent = SAMPLE.parse().unwrap();

        assert_eq!(parsed.to_string(), SAMPLE);
        assert_eq!(parsed.child().trace_id, parsed.trace_id);
        assert_ne!(parsed.child().span_id, parsed.span_id);
    }

    #[test]
    fn malformed_traceparents_are_refused() {
        for text in [
            "",
            "00",
            "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
            "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more",
            "00-4bf92f3577b34da6a3ce929d0e0e473-00f067aa0ba902b7-01",
        ] {
            assert_eq!(text.parse::<Traceparent>(), Err(NotATraceparent), "{text}");
        }
    }

    #[test]
    fn unsafe_request_ids_are_replaced() {
        let long = "x".repeat(65);
        for id in ["", "a b", "a\"b", "ü", long.as_str()] {
            assert_ne!(Flow::from_headers(Some(id), None).request_id, id);
        }
        assert_eq!(
            Flow::from_headers(Some("abc-1.2_3"), None).request_id,
            "abc-1.2_3"
        );
    }

    #[test]
    fn a_new_id_is_a_uuid_of_its_time() {
        let (one, two) = (new_id(), new_id());

        assert_ne!(one, two);
        assert_eq!(uuid::Uuid::parse_str(&one).unwrap().get_version_num(), 7);
    }

    #[test]
    fn an_event_goes_on_with_the_request_that_began_it() {
        let flow = Flow::from_event("event-1", "request-1", Some(SAMPLE));

        assert_eq!(
            (flow.request_id.as_str(), flow.causation()),
            ("request-1", "event-1")
        );
        assert_eq!(
            flow.traceparent.trace_id,
            SAMPLE.parse::<Traceparent>().unwrap().trace_id
        );
    }

    #[tokio::test]
    async fn the_running_task_knows_its_flow() {
        let flow = Flow::begin();

        let seen = flow.clone().scope(async { Flow::current() }).await;

        assert_eq!(seen, flow);
        assert_eq!(Flow::try_current(), None);
    }
}
