//! Messages that no honest sender would send, each unreadable in its own way.

use anyhow::{Context, Result};
use souk_bus::MAX_BODY;
use souk_testkit::{RawMessage, RawPublisher, TextProperty, raw_long, raw_nested_tables, raw_short};
use uuid::Uuid;

/// How many ways there are.
pub const WAYS: u32 = 10;
/// A body that the broker takes and no reader should have to hold.
const HUGE: usize = 100 * 1024 * 1024;
/// Bytes that a reader keeps of a body that is too large.
const KEPT: usize = 64 * 1024;

/// What is wrong with a message of this way.
pub fn name(way: u32) -> &'static str {
    match way {
        0 => "broken JSON",
        1 => "NUL in its type",
        2 => "no UTF-8 in any property",
        3 => "no UTF-8 in its headers",
        4 => "headers nested without limit",
        5 => "headers of wrong types",
        6 => "a body nested without limit",
        7 => "another content type",
        8 => "no body",
        _ => "a body of 100 MB",
    }
}

/// A message for `queue` that nobody can read, and nobody has sent before.
pub fn message(way: u32, queue: &str) -> RawMessage {
    let unique = format!("{{\"broken\": \"{}\"", Uuid::new_v4().simple());
    let plain = RawMessage::to(queue, unique.clone()).with(TextProperty::Type, b"order.created");
    let header = |name: &[u8], kind: &[u8], value: &[u8]| [&raw_short(name), kind, value].concat();
    match way {
        0 => plain,
        1 => RawMessage::to(queue, unique).with(TextProperty::Type, b"order\0created"),
        2 => TextProperty::ALL
            .into_iter()
            .fold(RawMessage::to(queue, unique), |message, property| {
                message.with(property, b"\xff\0\xc3\x28")
            }),
        3 => plain.with_headers(header(b"trace\xffparent", b"S", &raw_long(b"\0\xfe"))),
        4 => plain.with_headers(raw_nested_tables()),
        5 => plain.with_headers(
            [
                header(b"traceparent", b"t", &[1]),
                header(b"x-parked-reason", b"V", b""),
                header(b"x-delivery-count", b"S", &raw_long(b"many")),
            ]
            .concat(),
        ),
        6 => RawMessage::to(queue, unique + &"[".repeat(100_000)),
        7 => plain.with(TextProperty::ContentType, b"text/html"),
        8 => RawMessage::to(queue, ""),
        _ => {
            let mut body = unique.into_bytes();
            body.resize(HUGE, b' ');
            RawMessage::to(queue, body)
        }
    }
}

/// How operators see its body.
pub fn shown(message: &RawMessage) -> String {
    let kept = if message.body.len() > MAX_BODY {
        message.body.get(..KEPT).unwrap_or_default()
    } else {
        &message.body
    };
    String::from_utf8_lossy(kept).into_owned()
}

/// Sends a message past everybody; sent twice it is parked once.
///
/// # Errors
/// When the broker is away.
pub async fn send(amqp_url: &str, message: RawMessage) -> Result<()> {
    let url = amqp_url.to_owned();
    let send = move || RawPublisher::connect(&url)?.publish(&message);
    tokio::task::spawn_blocking(send)
        .await?
        .context("A hostile message was not sent")
}
