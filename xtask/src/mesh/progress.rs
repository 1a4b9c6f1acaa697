//! Shows what is still awaited.

use std::io::{IsTerminal, Write};
use std::time::Instant;

/// A line for each thing that is done; on a terminal, also a line that names the rest.
pub struct Progress {
    waiting: Vec<String>,
    begun: Instant,
    terminal: bool,
}

impl Progress {
    /// Start waiting for all of these.
    pub fn new(waiting: Vec<String>) -> Self {
        let progress = Self {
            waiting,
            begun: Instant::now(),
            terminal: std::io::stdout().is_terminal(),
        };
        progress.draw();
        progress
    }

    /// One more is ready.
    pub fn ready(&mut self, name: &str) {
        self.waiting.retain(|other| other != name);
        self.clear();
        println!("{name}: ready after {:.1} s", self.begun.elapsed().as_secs_f32());
        self.draw();
    }

    /// Whether this one is still awaited.
    pub fn is_waiting_for(&self, name: &str) -> bool {
        self.waiting.iter().any(|other| other == name)
    }

    /// What is still awaited.
    pub fn waiting(&self) -> &[String] {
        &self.waiting
    }

    /// Whether all are ready.
    pub fn is_done(&self) -> bool {
        self.waiting.is_empty()
    }

    fn draw(&self) {
        if self.terminal && !self.waiting.is_empty() {
            print!("waiting for {}", self.waiting.join(", "));
            let _ = std::io::stdout().flush();
        }
    }

    fn clear(&self) {
        if self.terminal {
            print!("\r\x1b[2K");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_done_when_all_are_ready() {
        let mut progress = Progress::new(vec!["a".to_owned(), "b".to_owned()]);

        progress.ready("a");
        assert_eq!(progress.waiting(), ["b"]);
        progress.ready("b");

        assert!(progress.is_done());
    }
}
