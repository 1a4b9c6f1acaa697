//! Standard output, with the lines of requests in batches: a system call for each would cost more than the line.

use std::io::{self, Write};
use std::sync::{Mutex, MutexGuard, Once, PoisonError};
use std::time::Duration;

use tracing::Metadata;
use tracing_subscriber::fmt::MakeWriter;

/// One line per request; every other line is written at once.
const BATCHED: &str = "souk::access";
const BATCH: usize = 32 * 1024;
const INTERVAL: Duration = Duration::from_millis(100);

static WAITING: Mutex<Vec<u8>> = Mutex::new(Vec::new());

/// Writes out the lines that wait, before a process ends.
pub fn flush_logs() {
    // Nobody is left to be told that standard output is gone.
    let _ = write_out(&mut waiting());
}

pub(crate) struct Stdout;

pub(crate) struct Lines {
    batched: bool,
}

impl<'a> MakeWriter<'a> for Stdout {
    type Writer = Lines;

    fn make_writer(&'a self) -> Lines {
        Lines { batched: false }
    }

    fn make_writer_for(&'a self, about: &Metadata<'_>) -> Lines {
        Lines {
            batched: about.target() == BATCHED,
        }
    }
}

impl Write for Lines {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let mut waiting = waiting();
        waiting.extend_from_slice(line);
        if self.batched && waiting.len() < BATCH {
            flush_from_time_to_time();
        } else {
            write_out(&mut waiting)?;
        }
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn waiting() -> MutexGuard<'static, Vec<u8>> {
    WAITING.lock().unwrap_or_else(PoisonError::into_inner)
}

fn write_out(waiting: &mut Vec<u8>) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    let written = stdout.write_all(waiting).and_then(|()| stdout.flush());
    // Lines that cannot be written do not pile up.
    waiting.clear();
    written
}

fn flush_from_time_to_time() {
    static STARTED: Once = Once::new();
    STARTED.call_once(|| {
        let flusher = || {
            loop {
                std::thread::sleep(INTERVAL);
                flush_logs();
            }
        };
        // Without the thread, lines wait for a full batch or a line that is written at once.
        let _ = std::thread::Builder::new().name("logs".into()).spawn(flusher);
    });
}
