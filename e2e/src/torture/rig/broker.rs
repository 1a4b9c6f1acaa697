//! RabbitMQ itself: stopped and started by xtask, frozen by hand.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Context, Result, ensure};
use rustix::process::{Pid, Signal, kill_process};
use tokio::sync::Mutex;

/// The broker of the instance.
pub struct Broker {
    mark: String,
    is_down: AtomicBool,
    /// Held while it is stopped or started.
    busy: Mutex<()>,
}

impl Broker {
    /// The one of the instance in this directory.
    pub fn of(dir: &Path) -> Self {
        Self {
            mark: format!("SOUK_PROCESS={}:rabbitmq", dir.display()),
            is_down: AtomicBool::new(false),
            busy: Mutex::default(),
        }
    }

    /// Stops or kills it, and starts it again.
    ///
    /// # Errors
    /// When it does not come back.
    pub async fn restart(&self, kill: bool) -> Result<()> {
        let _busy = self.busy.lock().await;
        self.is_down.store(true, Ordering::SeqCst);
        xtask(&["infra", if kill { "kill" } else { "stop" }, "rabbitmq"]).await?;
        xtask(&["infra", "start", "rabbitmq"]).await?;
        self.is_down.store(false, Ordering::SeqCst);
        Ok(())
    }

    /// Stops all its processes in the midst of everything.
    pub fn freeze(&self) {
        self.signal(Signal::STOP);
    }

    /// Lets them go on.
    pub fn thaw(&self) {
        self.signal(Signal::CONT);
    }

    /// It runs when this is done.
    ///
    /// # Errors
    /// When it cannot be started.
    pub async fn heal(&self) -> Result<()> {
        self.thaw();
        let _busy = self.busy.lock().await;
        if self.is_down.swap(false, Ordering::SeqCst) {
            xtask(&["infra", "start", "rabbitmq"]).await?;
        }
        Ok(())
    }

    fn signal(&self, signal: Signal) {
        for pid in self.pids() {
            let _ = kill_process(pid, signal);
        }
    }

    /// The processes that carry its mark.
    fn pids(&self) -> Vec<Pid> {
        let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
        let pids = entries.filter_map(|entry| entry.file_name().to_str()?.parse::<i32>().ok());
        let marked = pids.filter(|pid| {
            let environ = fs::read(format!("/proc/{pid}/environ")).unwrap_or_default();
            environ
                .split(|byte| *byte == 0)
                .any(|entry| entry == self.mark.as_bytes())
        });
        marked.filter_map(Pid::from_raw).collect()
    }
}

/// Runs a command of xtask on the torture instance.
async fn xtask(arguments: &[&str]) -> Result<()> {
    let mut command = std::process::Command::new(program()?);
    command.args(["--instance", "torture"]).args(arguments);
    let output = tokio::task::spawn_blocking(move || command.output()).await??;
    ensure!(
        output.status.success(),
        "xtask {arguments:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    Ok(())
}

/// The one that started us, else the one beside us.
fn program() -> Result<PathBuf> {
    if let Some(path) = std::env::var_os("SOUK_XTASK") {
        return Ok(path.into());
    }
    let own = std::env::current_exe()?;
    Ok(own.parent().context("No directory of programs")?.join("xtask"))
}
