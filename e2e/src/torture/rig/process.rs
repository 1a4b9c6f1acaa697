//! Processes of one instance, known by a mark in their environment: the number of one that has ended may be somebody
//! else's by now.

use std::fs;
use std::path::Path;

use rustix::process::{Pid, kill_process};

pub use rustix::process::Signal;

/// What all processes of a service or of a part of the infrastructure carry, as xtask gives it to them.
#[derive(Debug, Clone)]
pub struct Mark(String);

impl Mark {
    /// The variable that carries it.
    pub const VARIABLE: &'static str = "SOUK_PROCESS";

    /// The mark of what is called so in the instance of this directory.
    pub fn of(dir: &Path, name: &str) -> Self {
        Self(format!("{}:{name}", dir.display()))
    }

    /// The value of the variable.
    pub fn value(&self) -> &str {
        &self.0
    }

    /// All live processes that carry it.
    pub fn carriers(&self) -> Vec<i32> {
        let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
        let pids = entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
        pids.filter(|pid| self.is_on(*pid)).collect()
    }

    /// Whether this process carries it, and lives.
    pub fn is_on(&self, pid: i32) -> bool {
        let environ = fs::read(format!("/proc/{pid}/environ")).unwrap_or_default();
        let entry = format!("{}={}", Self::VARIABLE, self.0);
        environ
            .split(|byte| *byte == 0)
            .any(|one| one == entry.as_bytes())
            && is_alive(pid)
    }

    /// Sends a signal to a process, if it is still ours.
    pub fn signal(&self, pid: i32, signal: Signal) {
        if let Some(ours) = Pid::from_raw(pid).filter(|_| self.is_on(pid)) {
            // Gone in between: that is fine.
            let _ = kill_process(ours, signal);
        }
    }
}

/// Whether a process runs; a zombie does not.
fn is_alive(pid: i32) -> bool {
    fs::read_to_string(format!("/proc/{pid}/stat"))
        .ok()
        .and_then(|stat| {
            stat.rsplit_once(") ")
                .map(|(_, rest)| !rest.starts_with(['Z', 'X']))
        })
        .unwrap_or(false)
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    #[test]
    fn only_who_carries_the_mark_is_signalled() {
        let dir = std::env::temp_dir().join(format!("souk-mark-{}", std::process::id()));
        let (ours, other) = (Mark::of(&dir, "order-svc"), Mark::of(&dir, "cart-svc"));
        let mut child = Command::new("sleep")
            .arg("60")
            .env(Mark::VARIABLE, ours.value())
            .spawn()
            .unwrap();
        let pid = i32::try_from(child.id()).unwrap();
        while !ours.is_on(pid) {
            std::thread::yield_now();
        }

        other.signal(pid, Signal::KILL);
        assert_eq!(ours.carriers(), [pid]);
        ours.signal(pid, Signal::KILL);

        assert!(!child.wait().unwrap().success());
        assert!(ours.carriers().is_empty() && !ours.is_on(pid));
    }
}
