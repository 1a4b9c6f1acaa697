//! RabbitMQ itself: stopped and started by xtask, frozen by hand.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use lapin::{Connection, ConnectionProperties};
use tokio::sync::Mutex;
use tokio::time::timeout;

use super::process::{Mark, Signal};

/// How long it may take to greet somebody. One that is starting can take a connection and never say a word, and nothing
/// else ends the wait: heartbeats are agreed on later.
const GREETING: Duration = Duration::from_secs(5);

/// The broker of the instance.
pub struct Broker {
    mark: Mark,
    is_down: AtomicBool,
    /// Held while it is stopped or started.
    busy: Mutex<()>,
}

impl Broker {
    /// The one of the instance in this directory.
    pub fn of(dir: &Path) -> Self {
        Self {
            mark: Mark::of(dir, "rabbitmq"),
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
        for pid in self.mark.carriers() {
            self.mark.signal(pid, signal);
        }
    }
}

/// A connection to the broker, past all ways.
///
/// # Errors
/// When it is away, or does not greet in time.
pub async fn connect(amqp_url: &str) -> Result<Connection> {
    let greeted = timeout(
        GREETING,
        // What waits in a queue may be a message that lapin alone cannot read.
        souk_bus::connect(amqp_url, ConnectionProperties::default()),
    );
    Ok(greeted.await.context("The broker does not greet")??)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_broker_that_says_nothing_is_not_waited_for() {
        let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("amqp://{}", silent.local_addr().unwrap());

        let error = connect(&url).await.unwrap_err();

        assert!(error.to_string().contains("does not greet"), "{error:#}");
    }
}
