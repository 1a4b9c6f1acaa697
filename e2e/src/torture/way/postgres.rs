//! Enough of Postgres' protocol to know when a transaction begins, what it has touched, and when it is committed.

use std::io::{self, ErrorKind};
use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::net::TcpStream;

use super::Way;
use super::frames::{Reader, Writer, number};
use crate::torture::schedule::{Deed, Moment};

/// The kind of a query without parameters, which is how transactions are begun and committed.
const QUERY: u8 = b'Q';
/// The kind of the answer that tells what was done to how many rows.
const DONE: u8 = b'C';

/// One connection.
#[derive(Default)]
struct Talk {
    /// Whether the transaction has touched a row.
    touched: AtomicBool,
    /// What is done when the commit is answered.
    after: Mutex<Option<Deed>>,
}

/// Carries both directions until one of them ends.
pub async fn carry(way: &Way, client: TcpStream, server: TcpStream) -> io::Result<()> {
    let (from_client, to_client) = client.into_split();
    let (from_server, to_server) = server.into_split();
    let talk = Talk::default();
    tokio::select! {
        ended = talk.requests(way, Reader::new(from_client), Writer::new(to_server)) => ended,
        ended = talk.answers(way, Reader::new(from_server), Writer::new(to_client)) => ended,
    }
}

impl Talk {
    async fn requests(&self, way: &Way, mut from: Reader, mut to: Writer) -> io::Result<()> {
        // The greeting has no kind. Services ask for no TLS here, so that it is one message.
        let mut greeting = from.bytes(4).await?;
        let length = number(&greeting, 0)?;
        from.rest(&mut greeting, length.saturating_sub(4)).await?;
        to.pass(&greeting, true).await?;
        let mut is_first = true;
        loop {
            let frame = frame(&mut from).await?;
            // Once for all that came together.
            if std::mem::replace(&mut is_first, from.is_drained()) {
                way.weathers().await;
            }
            match query(&frame) {
                Some("BEGIN") => {
                    self.touched.store(false, Ordering::Relaxed);
                    if !way.survives(way.meets(Moment::Begin)).await {
                        return Ok(());
                    }
                }
                Some("COMMIT") if self.touched.load(Ordering::Relaxed) => {
                    if !way.survives(way.meets(Moment::BeforeCommit)).await {
                        return Ok(());
                    }
                    *self.after() = way.meets(Moment::AfterCommit);
                }
                _ => {}
            }
            to.pass(&frame, from.is_drained()).await?;
        }
    }

    async fn answers(&self, way: &Way, mut from: Reader, mut to: Writer) -> io::Result<()> {
        loop {
            let frame = frame(&mut from).await?;
            if let Some(done) = done(&frame) {
                if done == "COMMIT" {
                    let after = self.after().take();
                    if after.is_some() {
                        to.flush().await?;
                    }
                    if !way.survives(after).await {
                        return Ok(());
                    }
                } else if touches(done) {
                    self.touched.store(true, Ordering::Relaxed);
                }
            }
            to.pass(&frame, from.is_drained()).await?;
        }
    }

    fn after(&self) -> std::sync::MutexGuard<'_, Option<Deed>> {
        self.after.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A kind, a length that counts itself, and the rest.
async fn frame(from: &mut Reader) -> io::Result<Vec<u8>> {
    let mut frame = from.bytes(5).await?;
    let rest = number(&frame, 1)?.checked_sub(4).ok_or(ErrorKind::InvalidData)?;
    from.rest(&mut frame, rest).await?;
    Ok(frame)
}

fn query(frame: &[u8]) -> Option<&str> {
    text(frame, QUERY)
}

fn done(frame: &[u8]) -> Option<&str> {
    text(frame, DONE)
}

/// The text of a frame of this kind, without the zero at its end.
fn text(frame: &[u8], kind: u8) -> Option<&str> {
    if frame.first() != Some(&kind) {
        return None;
    }
    let text = std::str::from_utf8(frame.get(5..)?).ok()?;
    Some(text.trim_end_matches('\0'))
}

/// Whether a statement found any rows: `INSERT 0 1`, `UPDATE 3`, `SELECT 1`. What writes within a query counts as a query.
fn touches(done: &str) -> bool {
    let (verb, count) = done.rsplit_once(' ').unwrap_or((done, "0"));
    count != "0" && !verb.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_are_known_by_their_kind() {
        let commit = b"Q\x00\x00\x00\x0bCOMMIT\x00";
        let committed = b"C\x00\x00\x00\x0bCOMMIT\x00";

        assert_eq!((query(commit), done(commit)), (Some("COMMIT"), None));
        assert_eq!((query(committed), done(committed)), (None, Some("COMMIT")));
    }

    #[test]
    fn what_finds_no_row_touches_nothing() {
        assert!(touches("INSERT 0 1") && touches("UPDATE 12") && touches("SELECT 1"));
        assert!(!touches("UPDATE 0") && !touches("INSERT 0 0") && !touches("BEGIN"));
    }
}
