//! One service as a process: killed, started, frozen, with a clock of its own.

use std::fs::OpenOptions;
use std::io::Write;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use anyhow::{Context, Result, bail};

use super::process::{Mark, Signal, is_exiting};
use super::record::Record;

/// How long a killed process may take to be gone.
const GONE: Duration = Duration::from_secs(5);

/// A service.
pub struct Service {
    /// Its name.
    pub name: &'static str,
    url: String,
    dir: PathBuf,
    record: Record,
    mark: Mark,
    state: Mutex<State>,
    /// Held while it is started, so that two do not start it.
    starting: tokio::sync::Mutex<()>,
}

struct State {
    pid: i32,
    /// Killed by us, and not started since.
    is_killed: bool,
    kills: u32,
}

impl Service {
    /// A service that xtask has started.
    ///
    /// # Errors
    /// When it has not.
    pub fn known(dir: &Path, name: &'static str, url: String) -> Result<Self> {
        let record = Record::read(dir, name)?;
        let mark = Mark::of(dir, name);
        // Not as it is recorded: it may have been started anew since.
        let pid = mark.carriers().pop().unwrap_or_default();
        Ok(Self {
            name,
            url,
            dir: dir.to_owned(),
            state: Mutex::new(State {
                pid,
                is_killed: pid == 0,
                kills: 0,
            }),
            record,
            mark,
            starting: tokio::sync::Mutex::default(),
        })
    }

    /// What it is told in its environment.
    pub fn setting(&self, name: &str) -> Option<String> {
        self.record.env.get(name).cloned()
    }

    /// Where it is.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// How often it was killed.
    pub fn kills(&self) -> u32 {
        self.state().kills
    }

    /// Whether it was killed, and not started since.
    pub fn is_down(&self) -> bool {
        self.state().is_killed
    }

    /// Kills it without warning; `false` if that was done already.
    pub fn kill(&self) -> bool {
        let mut state = self.state();
        if state.is_killed {
            return false;
        }
        state.is_killed = true;
        state.kills += 1;
        self.mark.signal(state.pid, Signal::KILL);
        true
    }

    /// Kills it, and starts it again after a while.
    pub fn kill_for(self: &Arc<Self>, pause: Duration) {
        if self.kill() {
            let service = Arc::clone(self);
            tokio::spawn(async move {
                tokio::time::sleep(pause).await;
                // What cannot be started is noticed when the mesh is healed.
                let _ = service.start().await;
            });
        }
    }

    /// Starts it, unless it runs.
    ///
    /// # Errors
    /// When it ended by itself, or cannot be started.
    pub async fn start(&self) -> Result<()> {
        let _starting = self.starting.lock().await;
        let (pid, is_killed) = {
            let state = self.state();
            (state.pid, state.is_killed)
        };
        if !is_killed {
            if !self.mark.is_on(pid) {
                // Told once; the next time it is started.
                self.state().is_killed = true;
                bail!("{} ended by itself: see its log", self.name);
            }
            return Ok(());
        }
        let end = tokio::time::Instant::now() + GONE;
        while self.mark.is_on(pid) || is_exiting(pid) {
            if tokio::time::Instant::now() > end {
                bail!("{} does not die", self.name);
            }
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        let pid = self.spawn()?;
        // Its environment can be read a moment after it was started; until then no signal would reach it.
        while !self.mark.is_on(pid) && tokio::time::Instant::now() < end {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        let mut state = self.state();
        state.pid = pid;
        state.is_killed = false;
        Ok(())
    }

    /// Stops it in the midst of everything.
    pub fn freeze(&self) {
        self.mark.signal(self.state().pid, Signal::STOP);
    }

    /// Lets it go on.
    pub fn thaw(&self) {
        self.mark.signal(self.state().pid, Signal::CONT);
    }

    /// Puts its clock so many seconds off, at once.
    ///
    /// # Errors
    /// When the file that it looks at cannot be written.
    pub fn set_clock(&self, seconds: i32) -> Result<()> {
        let Some(path) = self.setting("SOUK_CLOCK") else {
            return Ok(());
        };
        // In place: the service looks at this very file.
        let write = || {
            OpenOptions::new()
                .write(true)
                .open(&path)?
                .write_all(&i64::from(seconds).to_ne_bytes())
        };
        write().with_context(|| format!("Cannot set the clock {path}"))
    }

    /// Whether it answers, and has all it needs.
    pub async fn is_ready(&self, http: &reqwest::Client) -> bool {
        let answer = http.get(format!("{}/health/ready", self.url)).send().await;
        answer.is_ok_and(|answer| answer.status().is_success())
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// As xtask does it, marked so that xtask knows it again.
    fn spawn(&self) -> Result<i32> {
        let path = self.dir.join("logs").join(format!("{}.log", self.name));
        let log = OpenOptions::new()
            .create(true)
            .append(true)
            .open(&path)
            .with_context(|| format!("Cannot write {}", path.display()))?;
        let mut child = Command::new(&self.record.binary)
            .args(&self.record.arguments)
            .env_clear()
            .envs(&self.record.env)
            .env(Mark::VARIABLE, self.mark.value())
            .current_dir(&self.dir)
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            .process_group(0)
            .spawn()
            .with_context(|| format!("Cannot start {}", self.name))?;
        let pid = i32::try_from(child.id())?;
        std::thread::spawn(move || child.wait());
        Ok(pid)
    }
}
