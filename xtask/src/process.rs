//! Processes of ours: starting them apart from us, knowing them again, stopping them.

use std::collections::BTreeSet;
use std::fs::{self, OpenOptions};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use rustix::process::{Pid, Signal, kill_process};

use crate::instance::{Instance, MARK};

/// A process that carries our mark.
#[derive(Clone, Debug)]
pub struct Ours {
    /// Its process id.
    pub pid: i32,
    /// The short name of its program, e.g. `beam.smp`.
    pub program: String,
}

/// Start a program apart from our process group, with its output appended to a log.
pub fn spawn(mut command: Command, instance: &Instance, name: &str) -> Result<Child> {
    let path = instance.log(name);
    let log = OpenOptions::new()
        .create(true)
        .append(true)
        .open(&path)
        .with_context(|| format!("Cannot write {}", path.display()))?;
    let mark = instance.mark(name);
    let mark = mark
        .strip_prefix(MARK)
        .and_then(|rest| rest.strip_prefix('='))
        .unwrap_or(&mark);
    command
        .env(MARK, mark)
        .stdin(Stdio::null())
        .stdout(log.try_clone()?)
        .stderr(log)
        .process_group(0)
        .spawn()
        .with_context(|| {
            format!(
                "Cannot start {name} ({})",
                command.get_program().to_string_lossy()
            )
        })
}

/// Wait for a process in the background: killed, it would stay a zombie for as long as we live, and a Postgres does not
/// start while the pid of the one before is still there.
pub fn reap(mut child: Child) {
    std::thread::spawn(move || child.wait());
}

/// All live processes that carry the mark of this part or replica.
pub fn find(instance: &Instance, name: &str) -> Vec<Ours> {
    let mark = instance.mark(name);
    pids()
        .into_iter()
        .filter(|pid| entries(*pid).any(|entry| entry == mark.as_bytes()))
        .filter(|pid| is_alive(*pid))
        .map(|pid| Ours {
            pid,
            program: program(pid),
        })
        .collect()
}

/// The names of all parts and replicas of this instance that run.
pub fn running(instance: &Instance) -> BTreeSet<String> {
    let mark = instance.mark("");
    let name =
        |entry: Vec<u8>| Some(String::from_utf8_lossy(entry.strip_prefix(mark.as_bytes())?).into_owned());
    pids()
        .into_iter()
        .filter(|pid| is_alive(*pid))
        .filter_map(|pid| entries(pid).find_map(name))
        .collect()
}

/// The environment of a process, as far as we may read it.
fn entries(pid: i32) -> impl Iterator<Item = Vec<u8>> {
    let environ = fs::read(format!("/proc/{pid}/environ")).unwrap_or_default();
    let entries: Vec<Vec<u8>> = environ.split(|byte| *byte == 0).map(<[u8]>::to_vec).collect();
    entries.into_iter()
}

/// Whether a process runs. A zombie does not, unless threads of it are still exiting: until they have, its sockets are open.
pub fn is_alive(pid: i32) -> bool {
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

/// The process that started this one.
pub fn parent(pid: i32) -> Option<i32> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let (_, rest) = stat.rsplit_once(") ")?;
    rest.split(' ').nth(1)?.parse().ok()
}

/// The command line of a process, for messages.
pub fn command_line(pid: i32) -> String {
    let bytes = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
    let text = String::from_utf8_lossy(&bytes).replace('\0', " ");
    let text: String = text
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
        .chars()
        .take(80)
        .collect();
    if text.is_empty() { program(pid) } else { text }
}

/// Send a signal; a process that is gone already is fine.
pub fn signal(pid: i32, signal: Signal) {
    if let Some(pid) = Pid::from_raw(pid) {
        let _ = kill_process(pid, signal);
    }
}

/// Let all parts and replicas of this instance go on that are frozen; the others do not notice.
pub fn thaw(instance: &Instance) {
    for name in running(instance) {
        for ours in find(instance, &name) {
            signal(ours.pid, Signal::CONT);
        }
    }
}

/// Wait until a condition holds; `false` if it did not in time.
pub fn wait_until(limit: Duration, mut done: impl FnMut() -> bool) -> bool {
    let end = Instant::now() + limit;
    loop {
        if done() {
            return true;
        }
        if Instant::now() >= end {
            return false;
        }
        sleep(Duration::from_millis(50));
    }
}

/// Ask processes to stop, wait, and kill what is left.
pub fn stop(processes: &[Ours], ask: Signal, patience: Duration) {
    for process in processes {
        signal(process.pid, ask);
    }
    let gone = || processes.iter().all(|process| !is_alive(process.pid));
    if !wait_until(patience, gone) {
        for process in processes {
            signal(process.pid, Signal::KILL);
        }
        wait_until(Duration::from_secs(5), gone);
    }
}

/// Every process id on the machine.
pub fn pids() -> Vec<i32> {
    let Ok(entries) = fs::read_dir("/proc") else {
        return Vec::new();
    };
    entries
        .flatten()
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
        .collect()
}

/// The last lines of a log, to be shown when something went wrong.
pub fn tail(path: &Path, lines: usize) -> String {
    let text = fs::read(path)
        .map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
        .unwrap_or_default();
    let all: Vec<&str> = text.lines().collect();
    let skip = all.len().saturating_sub(lines);
    all.iter()
        .skip(skip)
        .map(|line| format!("  | {line}\n"))
        .collect()
}

fn program(pid: i32) -> String {
    fs::read_to_string(format!("/proc/{pid}/comm"))
        .unwrap_or_default()
        .trim()
        .to_owned()
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;
    use crate::instance::Name;

    /// Its first thread ends at once, its second one does not.
    const WITHOUT_LEADER: &str = "
        #include <pthread.h>
        #include <unistd.h>
        static void *wait(void *nothing) { pause(); return nothing; }
        int main(void) { pthread_t thread; pthread_create(&thread, 0, wait, 0); pthread_exit(0); }";

    #[test]
    fn a_process_whose_first_thread_has_ended_is_alive_until_all_have() {
        let program = std::env::temp_dir().join(format!("souk-leaderless-{}", std::process::id()));
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
        let mut child = Command::new(&program).spawn().unwrap();
        let pid = i32::try_from(child.id()).unwrap();
        let is_zombie = || {
            let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap();
            stat.rsplit_once(") ").unwrap().1.starts_with('Z')
        };

        assert!(wait_until(Duration::from_secs(20), is_zombie));
        let was_alive = is_alive(pid);
        signal(pid, Signal::KILL);

        assert!(was_alive);
        assert!(!child.wait().unwrap().success());
        assert!(!is_alive(pid));
        fs::remove_file(program).unwrap();
    }

    #[test]
    fn a_process_is_known_by_its_mark_and_stopped() {
        let dir = std::env::temp_dir().join(format!("souk-xtask-{}", std::process::id()));
        fs::create_dir_all(dir.join("logs")).unwrap();
        let instance = Instance {
            name: Name::Test,
            checkout: dir.clone(),
            dir: dir.clone(),
        };
        let mut command = Command::new("sleep");
        command.arg("60");

        let mut child = spawn(command, &instance, "sleeper").unwrap();
        wait_until(Duration::from_secs(5), || !find(&instance, "sleeper").is_empty());
        let found = find(&instance, "sleeper");
        assert_eq!(running(&instance), BTreeSet::from(["sleeper".to_owned()]));
        stop(&found, Signal::TERM, Duration::from_secs(5));

        assert_eq!(found.len(), 1);
        assert!(!child.wait().unwrap().success());
        assert!(find(&instance, "sleeper").is_empty());
        assert!(find(&instance, "other").is_empty());
        fs::remove_dir_all(dir).unwrap();
    }
}
