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

/// Whether a process has lost its environment, and with it its mark, but not yet its sockets: they are open until its last
/// thread has ended.
pub fn is_exiting(pid: i32) -> bool {
    // Read as empty or refused, as the kernel has it.
    let environ = fs::read(format!("/proc/{pid}/environ")).unwrap_or_default();
    environ.is_empty() && is_alive(pid)
}

/// Whether a process runs. A zombie does not, unless threads of it are still exiting.
fn is_alive(pid: i32) -> bool {
    fs::read_to_string(format!("/proc/{pid}/stat"))
        .ok()
        .and_then(|stat| {
            stat.rsplit_once(") ")
                .map(|(_, rest)| !rest.starts_with(['Z', 'X']) || has_threads(pid))
        })
        .unwrap_or(false)
}

/// Whether a process has a thread beside its first one.
fn has_threads(pid: i32) -> bool {
    fs::read_dir(format!("/proc/{pid}/task")).is_ok_and(|threads| threads.count() > 1)
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::process::{Command, Stdio};

    use super::*;

    /// Its first thread ends at once, its second one does not.
    const WITHOUT_LEADER: &str = "
        #include <pthread.h>
        #include <unistd.h>
        static void *wait(void *nothing) { pause(); return nothing; }
        int main(void) { pthread_t thread; pthread_create(&thread, 0, wait, 0); pthread_exit(0); }";

    #[test]
    fn a_process_without_its_first_thread_is_exiting_until_all_have_ended() {
        let program = std::env::temp_dir().join(format!("souk-exiting-{}", std::process::id()));
        let mut compiler = Command::new("cc")
            .args(["-x", "c", "-pthread", "-o"])
            .args([program.as_os_str(), "-".as_ref()])
            .stdin(Stdio::piped())
            .spawn()
            .unwrap();
        let mut source = compiler.stdin.take().unwrap();
        source.write_all(WITHOUT_LEADER.as_bytes()).unwrap();
        drop(source);
        assert!(compiler.wait().unwrap().success());
        let mark = Mark::of(&std::env::temp_dir(), "search-svc");
        let mut child = Command::new(&program)
            .env(Mark::VARIABLE, mark.value())
            .spawn()
            .unwrap();
        let pid = i32::try_from(child.id()).unwrap();
        let stat = || fs::read_to_string(format!("/proc/{pid}/stat")).unwrap();

        while !stat().rsplit_once(") ").unwrap().1.starts_with('Z') {
            std::thread::yield_now();
        }
        let (is_on, was_exiting) = (mark.is_on(pid), is_exiting(pid));
        child.kill().unwrap();

        assert!(!is_on && was_exiting);
        assert!(!child.wait().unwrap().success());
        assert!(!is_exiting(pid));
        fs::remove_file(program).unwrap();
    }

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
