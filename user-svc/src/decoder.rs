//! Decodes pictures in a process of their own, because what a decoder may need cannot be read off a file: a lossless
//! WebP of five megabytes can ask for a gigabyte of code tables at any size of the picture.
//!
//! The process is this program again, started as `user-svc decode-picture`, without environment and with limits that
//! the kernel keeps. How many pictures are held and decoded at the same time is bounded as well.

use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::time::Duration;

use actix_web::web::Bytes;
use rustix::process::{Resource, Rlimit, setrlimit};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};
use tokio::time::timeout;

use crate::domain::{PictureError, square};
use crate::{Error, Result};

/// The command by which the program is started as a decoder.
pub const COMMAND: &str = "decode-picture";

/// Uploads that are received, wait or are decoded at the same time; each may hold 5 MiB.
const MAX_UPLOADS: usize = 16;
/// Decoders at the same time.
const MAX_DECODERS: usize = 2;
/// How long an upload waits for a decoder.
const QUEUE_TIMEOUT: Duration = Duration::from_secs(5);
/// Memory of one decoder.
const MAX_MEMORY: u64 = 128 * 1024 * 1024;
/// Seconds of one core for one picture; a second later the kernel does not ask any more.
const MAX_CPU_SECONDS: u64 = 2;
/// Requests go before pictures.
const NICENESS: i32 = 5;

/// The exit status of a decoder for each refusal.
const REFUSALS: [(i32, PictureError); 3] = [
    (10, PictureError::Unknown),
    (11, PictureError::Broken),
    (12, PictureError::TooLarge),
];
/// Rust's own, for a panic.
const PANICKED: i32 = 101;
/// Of a decoder that could not do its work for another reason.
const FAILED: i32 = 1;

/// Decodes pictures. Cheap to clone.
#[derive(Clone)]
pub struct PictureDecoder {
    program: Arc<Path>,
    uploads: Arc<Semaphore>,
    decoders: Arc<Semaphore>,
}

/// Leave to hold one upload: taken before its body is read, given back once it is decoded.
pub struct UploadPermit {
    _slot: OwnedSemaphorePermit,
}

impl PictureDecoder {
    /// Decodes by this program itself.
    ///
    /// # Errors
    /// When the program does not know where it is.
    pub fn this_program() -> io::Result<Self> {
        // Also right after the file was replaced by that of the next release.
        let running = PathBuf::from("/proc/self/exe");
        let program = if running.exists() {
            running
        } else {
            std::env::current_exe()?
        };
        Ok(Self::program(&program))
    }

    /// Decodes by the user-svc at `program`.
    pub fn program(program: &Path) -> Self {
        Self {
            program: program.into(),
            uploads: Arc::new(Semaphore::new(MAX_UPLOADS)),
            decoders: Arc::new(Semaphore::new(MAX_DECODERS)),
        }
    }

    /// Admits an upload.
    ///
    /// # Errors
    /// [`Error::DecoderBusy`] when as many are under way as may be held.
    pub fn admit(&self) -> Result<UploadPermit> {
        let slot = self.uploads.clone().try_acquire_owned();
        let slot = slot.map_err(|_| Error::DecoderBusy)?;
        Ok(UploadPermit { _slot: slot })
    }

    /// The avatar of an uploaded file. An upload whose request has ended before its turn is not decoded.
    ///
    /// # Errors
    /// [`PictureError`]; [`Error::DecoderBusy`] when no decoder is free for too long; [`Error::Decoder`].
    pub async fn square(&self, upload: UploadPermit, file: Bytes) -> Result<Vec<u8>> {
        let turn = timeout(QUEUE_TIMEOUT, self.decoders.clone().acquire_owned());
        let turn = turn
            .await
            .map_err(|_| Error::DecoderBusy)?
            .map_err(|_| Error::DecoderBusy)?;
        let program = self.program.clone();
        let (answer, answered) = oneshot::channel();
        tokio::task::spawn_blocking(move || {
            if answer.is_closed() {
                return;
            }
            let outcome = run(&program, &file);
            drop((file, upload, turn));
            // Without a request by now, nobody wants it.
            let _ = answer.send(outcome);
        });
        answered.await?
    }
}

/// Runs one decoder to its end.
fn run(program: &Path, file: &[u8]) -> Result<Vec<u8>> {
    let mut child = Command::new(program)
        .arg(COMMAND)
        .env_clear()
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(Error::Decoder)?;
    if let Some(mut input) = child.stdin.take() {
        // A decoder that does not read to the end says why by its exit status.
        let _ = input.write_all(file);
    }
    let output = child.wait_with_output().map_err(Error::Decoder)?;
    judge(output.status).map(|()| output.stdout)
}

fn judge(status: ExitStatus) -> Result<()> {
    match status.code() {
        Some(0) => Ok(()),
        // A file that brings its decoder down is not better than one that is cut off.
        Some(PANICKED) => Err(PictureError::Broken.into()),
        Some(code) => Err(REFUSALS.iter().find(|(refusal, _)| *refusal == code).map_or_else(
            || Error::Decoder(io::Error::other(format!("it ended with {status}"))),
            |(_, refusal)| (*refusal).into(),
        )),
        // By a signal: out of memory, or out of time.
        None => Err(PictureError::TooCostly.into()),
    }
}

/// The decoder's side: reads a file from standard input, writes the avatar to standard output, and answers the exit
/// status.
pub fn decode_stdin() -> i32 {
    match decode() {
        Ok(Ok(())) => 0,
        Ok(Err(refusal)) => REFUSALS
            .iter()
            .find(|(_, known)| *known == refusal)
            .map_or(FAILED, |(code, _)| *code),
        Err(_) => FAILED,
    }
}

fn decode() -> io::Result<Result<(), PictureError>> {
    confine()?;
    let mut file = Vec::new();
    io::stdin().lock().read_to_end(&mut file)?;
    match square(&file) {
        Ok(jpeg) => io::stdout().lock().write_all(&jpeg).map(Ok),
        Err(refusal) => Ok(Err(refusal)),
    }
}

fn confine() -> io::Result<()> {
    let limit = |resource, soft, hard| {
        let limit = Rlimit {
            current: Some(soft),
            maximum: Some(hard),
        };
        setrlimit(resource, limit)
    };
    limit(Resource::Data, MAX_MEMORY, MAX_MEMORY)?;
    limit(Resource::Cpu, MAX_CPU_SECONDS, MAX_CPU_SECONDS + 1)?;
    // What a user sent shall not lie about in a core file.
    limit(Resource::Core, 0, 0)?;
    // Where it is not allowed, nothing else is lost.
    let _ = rustix::process::setpriority_process(None, NICENESS);
    Ok(())
}
