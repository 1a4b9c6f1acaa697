//! One line per event: a sentence, its values as fields, and the flow it belongs to.

use std::fmt::{self, Debug, Write as _};

use serde_json::{Map, Value};
use tracing::field::{Field, Visit};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::time::{FormatTime, SystemTime};
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields};
use tracing_subscriber::registry::LookupSpan;

use crate::Flow;

/// One JSON object per line.
pub struct JsonLines {
    pub service: &'static str,
}

/// For people at a terminal.
pub struct PrettyLines {
    pub service: &'static str,
    pub colours: bool,
}

impl<S, N> FormatEvent<S, N> for JsonLines
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(&self, _: &FmtContext<'_, S, N>, mut out: Writer<'_>, event: &Event<'_>) -> fmt::Result {
        out.write_str("{\"time\":\"")?;
        SystemTime.format_time(&mut out)?;
        out.write_char('"')?;
        let mut line = Line { out, written: Ok(()) };
        line.put_text("level", event.metadata().level().as_str());
        line.put_text("service", self.service);
        line.put_text("target", event.metadata().target());
        Flow::with(|flow| {
            line.put_text("request_id", &flow.request_id);
            let trace_id = flow.traceparent.trace_id;
            line.put("trace_id", |out| write!(out, "\"{trace_id:032x}\""));
            if let Some(cause) = &flow.causation_id {
                line.put_text("causation_id", cause);
            }
        });
        event.record(&mut line);
        line.written?;
        line.out.write_str("}\n")
    }
}

/// A JSON object, written as it comes and where it belongs: log lines are on the path of every request.
struct Line<'a> {
    out: Writer<'a>,
    written: fmt::Result,
}

impl Line<'_> {
    fn put_text(&mut self, name: &str, value: &str) {
        self.put(name, |out| write_text(out, value));
    }

    /// What JSON writes without quotes.
    fn put_plain(&mut self, name: &str, value: impl fmt::Display) {
        self.put(name, |out| write!(out, "{value}"));
    }

    fn put(&mut self, name: &str, value: impl FnOnce(&mut Writer<'_>) -> fmt::Result) {
        self.written = self
            .written
            .and_then(|()| self.out.write_char(','))
            .and_then(|()| write_text(&mut self.out, name))
            .and_then(|()| self.out.write_char(':'))
            .and_then(|()| value(&mut self.out));
    }
}

/// A JSON string. Hardly any text holds something that must be escaped.
fn write_text(out: &mut Writer<'_>, text: &str) -> fmt::Result {
    if text
        .bytes()
        .any(|byte| byte < b' ' || byte == b'"' || byte == b'\\')
    {
        return out.write_str(&serde_json::to_string(text).map_err(|_| fmt::Error)?);
    }
    out.write_char('"')?;
    out.write_str(text)?;
    out.write_char('"')
}

impl Visit for Line<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.put_text(field.name(), &format!("{value:?}"));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.put_text(field.name(), value);
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.put_plain(field.name(), value);
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.put_plain(field.name(), value);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.put_plain(field.name(), value);
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        if value.is_finite() {
            self.put_plain(field.name(), value);
        } else {
            self.put_plain(field.name(), "null");
        }
    }
}

impl<S, N> FormatEvent<S, N> for PrettyLines
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(&self, _: &FmtContext<'_, S, N>, mut out: Writer<'_>, event: &Event<'_>) -> fmt::Result {
        let mut fields = Map::new();
        event.record(&mut Fields(&mut fields));
        let message = fields.remove("message").unwrap_or_default();
        let level = *event.metadata().level();
        let (on, off) = if self.colours {
            (colour(level), "\x1b[0m")
        } else {
            ("", "")
        };
        let time = now();
        let clock = time.get(11..23).unwrap_or(&time);
        write!(
            out,
            "{clock} {on}{level:>5}{off} {:<14} {}",
            self.service,
            text(&message)
        )?;
        for (name, value) in &fields {
            write!(out, "  {name}={}", text(value))?;
        }
        writeln!(out)
    }
}

fn now() -> String {
    let mut time = String::new();
    // Writing into a String cannot fail.
    let _ = SystemTime.format_time(&mut Writer::new(&mut time));
    time
}

fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

fn colour(level: Level) -> &'static str {
    match level {
        Level::ERROR => "\x1b[31m",
        Level::WARN => "\x1b[33m",
        Level::INFO => "\x1b[32m",
        Level::DEBUG | Level::TRACE => "\x1b[2m",
    }
}

struct Fields<'a>(&'a mut Map<String, Value>);

impl Fields<'_> {
    fn put(&mut self, field: &Field, value: impl Into<Value>) {
        self.0.insert(field.name().to_owned(), value.into());
    }
}

impl Visit for Fields<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        let mut text = String::new();
        let _ = write!(text, "{value:?}");
        self.put(field, text);
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.put(field, value);
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.put(field, value);
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.put(field, value);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.put(field, value);
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.put(field, value);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use tracing_subscriber::layer::SubscriberExt;

    use super::*;

    #[derive(Clone, Default)]
    struct Sink(Arc<Mutex<Vec<u8>>>);

    impl std::io::Write for Sink {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    fn boxed(lines: impl Subscriber + Send + Sync) -> Box<dyn Subscriber + Send + Sync> {
        Box::new(lines)
    }

    fn lines(format: impl FnOnce(Sink) -> Box<dyn Subscriber + Send + Sync>, log: impl FnOnce()) -> String {
        let sink = Sink::default();
        tracing::subscriber::with_default(format(sink.clone()), log);
        let bytes = sink.0.lock().unwrap().clone();
        String::from_utf8(bytes).unwrap()
    }

    #[tokio::test]
    async fn a_json_line_carries_sentence_fields_and_request() {
        let flow = Flow::begin();
        let json = |sink: Sink| {
            let layer = tracing_subscriber::fmt::layer().with_writer(move || sink.clone());
            let layer = layer.event_format(JsonLines { service: "test-svc" });
            boxed(tracing_subscriber::registry().with(layer))
        };

        let request_id = flow.request_id.clone();
        let text = flow
            .scope(async { lines(json, || tracing::info!(order.id = 7, "Order 7 was accepted")) })
            .await;

        let line: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(line["message"], "Order 7 was accepted");
        assert_eq!(line["order.id"], 7);
        assert_eq!(line["request_id"], request_id.as_str());
        assert_eq!(line["service"], "test-svc");
    }

    #[test]
    fn a_json_line_is_json_whatever_it_says() {
        let json = |sink: Sink| {
            let layer = tracing_subscriber::fmt::layer().with_writer(move || sink.clone());
            let layer = layer.event_format(JsonLines { service: "test-svc" });
            boxed(tracing_subscriber::registry().with(layer))
        };
        let nasty = "a \"quote\", a \\, a\nline, ü and \u{7}";

        let text = lines(json, || {
            tracing::info!(nasty, debug = ?nasty, ratio = f64::NAN, half = 0.5, done = true, left = -1, "{nasty}");
        });

        assert_eq!(text.lines().count(), 1, "{text}");
        let line: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(
            (line["nasty"].as_str(), line["message"].as_str()),
            (Some(nasty), Some(nasty))
        );
        assert_eq!(line["debug"], format!("{nasty:?}"));
        assert_eq!((&line["ratio"], &line["half"]), (&Value::Null, &Value::from(0.5)));
        assert_eq!(
            (&line["done"], &line["left"]),
            (&Value::from(true), &Value::from(-1))
        );
    }

    #[test]
    fn a_pretty_line_reads_alone() {
        let pretty = |sink: Sink| {
            let layer = tracing_subscriber::fmt::layer().with_writer(move || sink.clone());
            let layer = layer.event_format(PrettyLines {
                service: "test-svc",
                colours: false,
            });
            boxed(tracing_subscriber::registry().with(layer))
        };

        let text = lines(pretty, || tracing::warn!(queue = "a.b", "Queue is slow"));

        assert!(
            text.contains(" WARN test-svc       Queue is slow  queue=a.b\n"),
            "{text}"
        );
    }
}
