//! The content header of a message: its size and properties.

use super::MALFORMED;
use super::cursor::{Cursor, put_long_string, put_short_string};

/// Bytes of a content header, at most: it has to fit into a frame, also after the broker added to it.
const MAX_HEADER: usize = 64 * 1024;
/// Tables within tables, at most. The broker's own record of dead-lettering needs three.
const MAX_DEPTH: usize = 16;
/// Bytes of headers that are kept of a malformed message.
const MAX_KEPT: usize = 8 * 1024;

/// How a property is encoded.
#[derive(Clone, Copy)]
enum Kind {
    Text,
    Table,
    Fixed(usize),
}

/// The properties of the class `basic` in the order of their flags, from the highest bit on.
const PROPERTIES: [(&str, Kind); 14] = [
    ("content_type", Kind::Text),
    ("content_encoding", Kind::Text),
    ("headers", Kind::Table),
    ("delivery_mode", Kind::Fixed(1)),
    ("priority", Kind::Fixed(1)),
    ("correlation_id", Kind::Text),
    ("reply_to", Kind::Text),
    ("expiration", Kind::Text),
    ("message_id", Kind::Text),
    ("timestamp", Kind::Fixed(8)),
    ("type", Kind::Text),
    ("user_id", Kind::Text),
    ("app_id", Kind::Text),
    ("cluster_id", Kind::Text),
];

/// The content header of one message.
pub(super) struct ContentHeader<'a> {
    pub body_size: u64,
    /// Those that are set.
    properties: Vec<(usize, &'a [u8])>,
    /// What lapin could not read.
    pub complaint: Option<String>,
}

impl<'a> ContentHeader<'a> {
    /// Reads the payload of a header frame; `None` when it is not one of AMQP 0-9-1.
    pub fn read(payload: &'a [u8]) -> Option<Self> {
        let mut cursor = Cursor(payload);
        cursor.take(4)?;
        let mut header = Self {
            body_size: cursor.long_long()?,
            properties: Vec::new(),
            complaint: None,
        };
        let flags = cursor.short()?;
        for (at, (name, kind)) in PROPERTIES.iter().enumerate() {
            if flags & flag(at) == 0 {
                continue;
            }
            let value = match kind {
                Kind::Text => cursor.short_string()?,
                Kind::Table => cursor.long_string()?,
                Kind::Fixed(length) => cursor.take(*length)?,
            };
            header.complain(match kind {
                Kind::Text => std::str::from_utf8(value)
                    .is_err()
                    .then(|| format!("the property {name} is not UTF-8")),
                Kind::Table => table(value, 0).err().map(str::to_owned),
                Kind::Fixed(_) => None,
            });
            header.properties.push((at, value));
        }
        if !cursor.is_empty() {
            header.complain(Some("the properties are followed by more".to_owned()));
        }
        if payload.len() > MAX_HEADER {
            header.complain(Some(format!("the headers have {} bytes", payload.len())));
        }
        Some(header)
    }

    /// Notes what is wrong, unless something else is wrong already.
    pub fn complain(&mut self, complaint: Option<String>) {
        self.complaint = self.complaint.take().or(complaint);
    }

    /// The payload of a header frame that lapin can read, of a body of this size.
    pub fn rewrite(&self, body_size: u64) -> Vec<u8> {
        const BASIC: [u8; 4] = [0, 60, 0, 0];
        let headers_at = PROPERTIES.iter().position(|(name, _)| *name == "headers");
        let headers_at = headers_at.unwrap_or_default();
        let mut set = self.properties.clone();
        if !set.iter().any(|(at, _)| *at == headers_at) {
            set.push((headers_at, &[]));
            set.sort_by_key(|(at, _)| *at);
        }
        let mut out = BASIC.to_vec();
        out.extend_from_slice(&body_size.to_be_bytes());
        let flags = set.iter().fold(0, |flags, (at, _)| flags | flag(*at));
        out.extend_from_slice(&flags.to_be_bytes());
        for (at, value) in set {
            match PROPERTIES.get(at) {
                Some((_, Kind::Text)) => put_short_string(&mut out, value),
                Some((_, Kind::Table)) => put_long_string(&mut out, &self.headers(value)),
                Some((_, Kind::Fixed(_))) | None => out.extend_from_slice(value),
            }
        }
        out
    }

    /// The headers that are no tables, as far as they can be read, and the complaint.
    fn headers(&self, table: &[u8]) -> Vec<u8> {
        let mut kept = Vec::new();
        let mut cursor = Cursor(table);
        while let Some((key, kind, value)) = entry(&mut cursor) {
            let is_plain = !matches!(kind, b'F' | b'A');
            if is_plain && key != MALFORMED.as_bytes() && kept.len() + value.len() < MAX_KEPT {
                put_short_string(&mut kept, key);
                kept.push(kind);
                kept.extend_from_slice(value);
            }
        }
        put_short_string(&mut kept, MALFORMED.as_bytes());
        kept.push(b'S');
        put_long_string(
            &mut kept,
            self.complaint.as_deref().unwrap_or_default().as_bytes(),
        );
        kept
    }
}

fn flag(at: usize) -> u16 {
    (1_u16 << 15) >> at
}

/// Name, type and encoded value of the next entry of a table.
fn entry<'a>(cursor: &mut Cursor<'a>) -> Option<(&'a [u8], u8, &'a [u8])> {
    let name = cursor.short_string()?;
    let (kind, value) = value(cursor)?;
    Some((name, kind, value))
}

/// Type and encoded value, with the length that precedes it.
fn value<'a>(cursor: &mut Cursor<'a>) -> Option<(u8, &'a [u8])> {
    let kind = cursor.octet()?;
    let length = match kind {
        b't' | b'b' | b'B' => 1,
        b's' | b'U' | b'u' => 2,
        b'I' | b'i' | b'f' => 4,
        b'L' | b'l' | b'd' | b'T' => 8,
        b'D' => 5,
        b'V' => 0,
        b'S' | b'x' | b'F' | b'A' => 4 + Cursor(cursor.0).long()?,
        _ => return None,
    };
    Some((kind, cursor.take(length)?))
}

/// Whether lapin can read a table.
fn table(bytes: &[u8], depth: usize) -> Result<(), &'static str> {
    let mut cursor = Cursor(bytes);
    while !cursor.is_empty() {
        let (name, kind, value) = entry(&mut cursor).ok_or("the headers cannot be read")?;
        std::str::from_utf8(name).map_err(|_| "the name of a header is not UTF-8")?;
        nested(kind, value, depth)?;
    }
    Ok(())
}

fn array(bytes: &[u8], depth: usize) -> Result<(), &'static str> {
    let mut cursor = Cursor(bytes);
    while !cursor.is_empty() {
        let (kind, value) = value(&mut cursor).ok_or("the headers cannot be read")?;
        nested(kind, value, depth)?;
    }
    Ok(())
}

fn nested(kind: u8, value: &[u8], depth: usize) -> Result<(), &'static str> {
    let inner = value.get(4..).unwrap_or_default();
    match kind {
        b'F' | b'A' if depth == MAX_DEPTH => Err("the headers are nested too deeply"),
        b'F' => table(inner, depth + 1),
        b'A' => array(inner, depth + 1),
        _ => Ok(()),
    }
}
