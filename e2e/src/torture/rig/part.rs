//! A part of the infrastructure: stopped, killed and started by xtask, frozen by hand.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Context, Result, ensure};
use tokio::sync::Mutex;

use super::process::{Mark, Signal};

/// RabbitMQ or Elasticsearch of the instance.
pub struct InfraPart {
    name: &'static str,
    mark: Mark,
    is_down: AtomicBool,
    /// Held while it is stopped or started.
    busy: Mutex<()>,
}

impl InfraPart {
    /// The part of this name, as xtask knows it, of the instance in this directory.
    pub fn of(dir: &Path, name: &'static str) -> Self {
        Self {
            name,
            mark: Mark::of(dir, name),
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
        xtask(&["infra", if kill { "kill" } else { "stop" }, self.name]).await?;
        xtask(&["infra", "start", self.name]).await?;
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
            xtask(&["infra", "start", self.name]).await?;
        }
        Ok(())
    }

    fn signal(&self, signal: Signal) {
        for pid in self.mark.carriers() {
            self.mark.signal(pid, signal);
        }
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
