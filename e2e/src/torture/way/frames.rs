//! Both protocols are a row of frames that tell their length.

use std::io::{self, ErrorKind};

use tokio::io::{AsyncReadExt, AsyncWriteExt, BufReader, BufWriter};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};

/// No frame is longer.
const LONGEST: usize = 1 << 28;

/// Reads frames.
pub struct Reader(BufReader<OwnedReadHalf>);

/// Passes frames on.
pub struct Writer(BufWriter<OwnedWriteHalf>);

impl Reader {
    pub fn new(half: OwnedReadHalf) -> Self {
        Self(BufReader::with_capacity(1 << 16, half))
    }

    /// So many bytes.
    pub async fn bytes(&mut self, count: usize) -> io::Result<Vec<u8>> {
        let mut bytes = vec![0; count];
        self.0.read_exact(&mut bytes).await?;
        Ok(bytes)
    }

    /// Adds so many bytes to a frame.
    pub async fn rest(&mut self, frame: &mut Vec<u8>, count: usize) -> io::Result<()> {
        if count > LONGEST {
            return Err(ErrorKind::InvalidData.into());
        }
        let begun = frame.len();
        frame.resize(begun + count, 0);
        self.0
            .read_exact(frame.get_mut(begun..).unwrap_or_default())
            .await?;
        Ok(())
    }

    /// Whether nothing more has come so far.
    pub fn is_drained(&self) -> bool {
        self.0.buffer().is_empty()
    }
}

impl Writer {
    pub fn new(half: OwnedWriteHalf) -> Self {
        Self(BufWriter::with_capacity(1 << 16, half))
    }

    /// Passes a frame on; in one go with those that came with it.
    pub async fn pass(&mut self, frame: &[u8], flush: bool) -> io::Result<()> {
        self.0.write_all(frame).await?;
        if flush { self.0.flush().await } else { Ok(()) }
    }

    /// Sends what was passed on so far.
    pub async fn flush(&mut self) -> io::Result<()> {
        self.0.flush().await
    }
}

/// The number in these bytes, if they are there.
pub fn number(bytes: &[u8], at: usize) -> io::Result<usize> {
    let bytes: [u8; 4] = bytes
        .get(at..at + 4)
        .and_then(|bytes| bytes.try_into().ok())
        .ok_or(ErrorKind::InvalidData)?;
    usize::try_from(u32::from_be_bytes(bytes)).map_err(|_| ErrorKind::InvalidData.into())
}
