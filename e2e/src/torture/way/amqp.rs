//! Enough of AMQP 0-9-1 to know what is delivered, acknowledged and confirmed.

use std::io;

use tokio::net::TcpStream;

use super::Way;
use super::frames::{Reader, Writer, number};
use crate::torture::schedule::Moment;

/// How long the greeting is: `AMQP`, and a version.
const GREETING: usize = 8;
/// Kind, channel and length.
const HEADER: usize = 7;
/// The kind of a frame that holds a method.
const METHOD: u8 = 1;
/// The class and the numbers of the methods that count: `basic.deliver`, `basic.ack`.
const BASIC: u16 = 60;
const DELIVER: u16 = 60;
const ACK: u16 = 80;

/// Carries both directions until one of them ends.
pub async fn carry(way: &Way, client: TcpStream, server: TcpStream) -> io::Result<()> {
    let (from_client, to_client) = client.into_split();
    let (from_server, to_server) = server.into_split();
    tokio::select! {
        ended = requests(way, Reader::new(from_client), Writer::new(to_server)) => ended,
        ended = answers(way, Reader::new(from_server), Writer::new(to_client)) => ended,
    }
}

async fn requests(way: &Way, mut from: Reader, mut to: Writer) -> io::Result<()> {
    let greeting = from.bytes(GREETING).await?;
    to.pass(&greeting, true).await?;
    let mut is_first = true;
    loop {
        let frame = frame(&mut from).await?;
        if std::mem::replace(&mut is_first, from.is_drained()) {
            way.weathers().await;
        }
        let acknowledged = method(&frame) == Some((BASIC, ACK));
        if acknowledged && !stands(way, Moment::Acknowledgement, &mut to).await? {
            return Ok(());
        }
        to.pass(&frame, from.is_drained()).await?;
    }
}

async fn answers(way: &Way, mut from: Reader, mut to: Writer) -> io::Result<()> {
    loop {
        let frame = frame(&mut from).await?;
        let moment = match method(&frame) {
            Some((BASIC, DELIVER)) => Some(Moment::Delivery),
            Some((BASIC, ACK)) => Some(Moment::Confirm),
            _ => None,
        };
        if let Some(moment) = moment
            && !stands(way, moment, &mut to).await?
        {
            return Ok(());
        }
        to.pass(&frame, from.is_drained()).await?;
    }
}

/// Does what was planned for this moment, after all that came before it.
async fn stands(way: &Way, moment: Moment, to: &mut Writer) -> io::Result<bool> {
    let deed = way.meets(moment);
    if deed.is_some() {
        to.flush().await?;
    }
    Ok(way.survives(deed).await)
}

/// Kind, channel, length, the rest, and a byte at the end.
async fn frame(from: &mut Reader) -> io::Result<Vec<u8>> {
    let mut frame = from.bytes(HEADER).await?;
    let length = number(&frame, 3)?;
    from.rest(&mut frame, length + 1).await?;
    Ok(frame)
}

/// Class and method of a frame that holds one.
fn method(frame: &[u8]) -> Option<(u16, u16)> {
    if frame.first() != Some(&METHOD) {
        return None;
    }
    let number = |at: usize| {
        let bytes = frame.get(HEADER + at..HEADER + at + 2)?;
        Some(u16::from_be_bytes(bytes.try_into().ok()?))
    };
    Some((number(0)?, number(2)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn methods_are_known_by_their_numbers() {
        let ack = [
            1, 0, 1, 0, 0, 0, 13, 0, 60, 0, 80, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0xce,
        ];
        let heartbeat = [8, 0, 0, 0, 0, 0, 0, 0xce];

        assert_eq!(method(&ack), Some((BASIC, ACK)));
        assert_eq!(method(&heartbeat), None);
    }
}
