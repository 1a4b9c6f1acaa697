//! Frames as they come, and as lapin can read them.

use std::collections::HashMap;

use super::MAX_BODY;
use super::content::ContentHeader;
use super::cursor::{Cursor, put_short_string};

const METHOD: u8 = 1;
const HEADER: u8 = 2;
const BODY: u8 = 3;
const HEARTBEAT: u8 = 8;
const FRAME_END: u8 = 0xce;
/// Type, channel and size.
const FRAME_START: usize = 7;
/// Bytes that are kept of a body that is too large.
const KEPT_BODY: u64 = 64 * 1024;

/// Rewrites what lapin could not read; knows where in a message each channel is.
#[derive(Default)]
pub(super) struct FrameFilter {
    /// The beginning of a frame whose rest has not come.
    partial: Vec<u8>,
    channels: HashMap<u16, ChannelProgress>,
    /// Set when the other side does not speak in frames: what it says passes as it is.
    is_open: bool,
}

/// What is known of the message that is under way on a channel.
#[derive(Default)]
struct ChannelProgress {
    /// Whether exchange or routing key were not UTF-8.
    is_misrouted: bool,
    /// Bytes of a body that is too large which are still to be passed on.
    keep: u64,
    /// And those behind them, which are not.
    discard: u64,
}

impl FrameFilter {
    /// Takes bytes of the broker, and appends those for lapin to `out`.
    pub fn push(&mut self, bytes: &[u8], out: &mut Vec<u8>) {
        if self.is_open {
            out.extend_from_slice(bytes);
            return;
        }
        if self.partial.is_empty() {
            let rest = self.pass(bytes, out);
            self.partial.extend_from_slice(rest);
        } else {
            let mut all = std::mem::take(&mut self.partial);
            all.extend_from_slice(bytes);
            let rest = self.pass(&all, out);
            self.partial = rest.to_vec();
        }
    }

    /// Passes all complete frames on, and answers what is left.
    fn pass<'a>(&mut self, bytes: &'a [u8], out: &mut Vec<u8>) -> &'a [u8] {
        let mut rest = bytes;
        loop {
            let mut cursor = Cursor(rest);
            match cursor.octet() {
                Some(METHOD | HEADER | BODY | HEARTBEAT) => {}
                Some(_) => {
                    self.is_open = true;
                    out.extend_from_slice(rest);
                    return &[];
                }
                None => return rest,
            }
            let Some((channel, payload)) = payload(&mut cursor) else {
                return rest;
            };
            let (frame, behind) = rest.split_at(rest.len() - cursor.0.len());
            match frame.first() {
                Some(&METHOD) => self.method(channel, frame, payload, out),
                Some(&HEADER) => self.header(channel, frame, payload, out),
                Some(&BODY) => self.body(channel, frame, payload, out),
                _ => out.extend_from_slice(frame),
            }
            rest = behind;
        }
    }

    fn method(&mut self, channel: u16, frame: &[u8], payload: &[u8], out: &mut Vec<u8>) {
        match readable_method(payload) {
            Some(rewritten) => {
                self.channels.entry(channel).or_default().is_misrouted = true;
                put_frame(METHOD, channel, &rewritten, out);
            }
            None => out.extend_from_slice(frame),
        }
    }

    fn header(&mut self, channel: u16, frame: &[u8], payload: &[u8], out: &mut Vec<u8>) {
        let before = self.channels.remove(&channel).unwrap_or_default();
        let Some(mut header) = ContentHeader::read(payload) else {
            out.extend_from_slice(frame);
            return;
        };
        if before.is_misrouted {
            header.complain(Some("the routing key is not UTF-8".to_owned()));
        }
        let mut size = header.body_size;
        if usize::try_from(size).is_ok_and(|size| size <= MAX_BODY) && header.complaint.is_none() {
            out.extend_from_slice(frame);
            return;
        }
        if usize::try_from(size).map_or(true, |size| size > MAX_BODY) {
            header.complain(Some(format!(
                "the body has {size} bytes, of which the first {KEPT_BODY} are kept"
            )));
            size = KEPT_BODY;
            let progress = self.channels.entry(channel).or_default();
            progress.keep = KEPT_BODY;
            progress.discard = header.body_size - KEPT_BODY;
        }
        put_frame(HEADER, channel, &header.rewrite(size), out);
    }

    fn body(&mut self, channel: u16, frame: &[u8], payload: &[u8], out: &mut Vec<u8>) {
        let Some(progress) = self.channels.get_mut(&channel) else {
            out.extend_from_slice(frame);
            return;
        };
        let kept = usize::try_from(progress.keep).unwrap_or(usize::MAX);
        let (kept, discarded) = payload.split_at(payload.len().min(kept));
        progress.keep -= length(kept);
        progress.discard = progress.discard.saturating_sub(length(discarded));
        if !kept.is_empty() {
            put_frame(BODY, channel, kept, out);
        }
        if progress.keep == 0 && progress.discard == 0 {
            self.channels.remove(&channel);
        }
    }
}

/// Channel and payload of a frame that has come completely.
fn payload<'a>(cursor: &mut Cursor<'a>) -> Option<(u16, &'a [u8])> {
    let channel = cursor.short()?;
    let payload = cursor.long_string()?;
    cursor.octet()?;
    Some((channel, payload))
}

fn put_frame(kind: u8, channel: u16, payload: &[u8], out: &mut Vec<u8>) {
    out.reserve(FRAME_START + payload.len() + 1);
    out.push(kind);
    out.extend_from_slice(&channel.to_be_bytes());
    out.extend_from_slice(&u32::try_from(payload.len()).unwrap_or(u32::MAX).to_be_bytes());
    out.extend_from_slice(payload);
    out.push(FRAME_END);
}

/// A method that carries a message, with its texts made UTF-8; `None` when it may pass as it is.
fn readable_method(payload: &[u8]) -> Option<Vec<u8>> {
    const BASIC: u16 = 60;
    const RETURN: u16 = 50;
    const DELIVER: u16 = 60;
    const GET_OK: u16 = 71;
    let mut cursor = Cursor(payload);
    if cursor.short()? != BASIC {
        return None;
    }
    // What precedes exchange and routing key: a reply code and text, a consumer tag and delivery tag, or the latter.
    let before = match cursor.short()? {
        RETURN => {
            cursor.take(2)?;
            cursor.short_string()?;
            cursor
        }
        DELIVER => {
            cursor.short_string()?;
            cursor.take(9)?;
            cursor
        }
        GET_OK => {
            cursor.take(9)?;
            cursor
        }
        _ => return None,
    };
    let mut after = before;
    let (exchange, routing_key) = (after.short_string()?, after.short_string()?);
    if std::str::from_utf8(exchange).is_ok() && std::str::from_utf8(routing_key).is_ok() {
        return None;
    }
    let mut rewritten = payload.get(..payload.len() - before.0.len())?.to_vec();
    put_short_string(&mut rewritten, exchange);
    put_short_string(&mut rewritten, routing_key);
    rewritten.extend_from_slice(after.0);
    Some(rewritten)
}

fn length(bytes: &[u8]) -> u64 {
    u64::try_from(bytes.len()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests;
