//! Reading and writing the primitive types of AMQP 0-9-1.

/// Bytes that are read from the front.
#[derive(Clone, Copy)]
pub(super) struct Cursor<'a>(pub &'a [u8]);

impl<'a> Cursor<'a> {
    pub fn is_empty(self) -> bool {
        self.0.is_empty()
    }

    pub fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(taken)
    }

    pub fn octet(&mut self) -> Option<u8> {
        self.take(1)?.first().copied()
    }

    pub fn short(&mut self) -> Option<u16> {
        Some(u16::from_be_bytes(self.take(2)?.try_into().ok()?))
    }

    pub fn long(&mut self) -> Option<usize> {
        usize::try_from(u32::from_be_bytes(self.take(4)?.try_into().ok()?)).ok()
    }

    pub fn long_long(&mut self) -> Option<u64> {
        Some(u64::from_be_bytes(self.take(8)?.try_into().ok()?))
    }

    pub fn short_string(&mut self) -> Option<&'a [u8]> {
        let length = self.octet()?;
        self.take(usize::from(length))
    }

    /// What its own length precedes: long strings, tables, arrays.
    pub fn long_string(&mut self) -> Option<&'a [u8]> {
        let length = self.long()?;
        self.take(length)
    }
}

/// Appends text as a short string, escaped where it is not UTF-8, and cut where it is too long then.
pub(super) fn put_short_string(out: &mut Vec<u8>, bytes: &[u8]) {
    let text = escaped(bytes);
    out.push(u8::try_from(text.len()).unwrap_or(u8::MAX));
    out.extend_from_slice(text.as_bytes());
}

pub(super) fn put_long_string(out: &mut Vec<u8>, bytes: &[u8]) {
    out.extend_from_slice(&u32::try_from(bytes.len()).unwrap_or(u32::MAX).to_be_bytes());
    out.extend_from_slice(bytes);
}

/// Bytes as text of at most 255 bytes, with `\xff` for each byte that is not UTF-8.
fn escaped(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        for byte in chunk.invalid() {
            text.push_str(&format!("\\x{byte:02x}"));
        }
    }
    text.truncate(text.floor_char_boundary(usize::from(u8::MAX)));
    text
}
