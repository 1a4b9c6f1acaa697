//! The services as processes on this machine, any number of each.

mod detour;
mod environment;
pub mod keys;
mod logs;
mod progress;
mod record;
mod run;
pub mod service;
pub mod single;
mod up;
mod watch;

use std::fs;

use anyhow::{Context, Result};

use crate::files::{self, Lock};
use crate::instance::Instance;
use crate::{infra, interrupt, process};

pub use logs::logs;
pub use record::{Record, beside_services, build_of, known};
pub use run::{Run, path as run_path};
pub use up::{Options, migrate_to};
use up::{Started, up};

/// Bring the mesh up and stay until a signal comes, then stop what was started here.
pub fn up_in_foreground(instance: &Instance, options: Options) -> Result<()> {
    interrupt::listen()?;
    let mut started = Started::default();
    let outcome = up(instance, &options, &mut started).and_then(|()| watch::watch(instance, &mut started));
    let stopped = watch::stop(instance, &started);
    outcome.and(stopped)
}

/// Bring the mesh up and leave it running; if it does not come up, what was started is stopped again.
pub fn up_detached(instance: &Instance, options: Options) -> Result<()> {
    let mut started = Started::default();
    let outcome = up(instance, &options, &mut started);
    if outcome.is_err() {
        watch::stop(instance, &started)?;
    }
    started
        .services
        .into_iter()
        .for_each(|(_, child)| process::reap(child));
    outcome
}

/// Stop all services and the infrastructure of an instance, also what an xtask that was killed has left behind.
pub fn down(instance: &Instance) -> Result<()> {
    let _lock = Lock::take(&instance.dir)?;
    // Torture that was broken off may have left some of them frozen: they would not hear that they are to stop.
    process::thaw(instance);
    files::remove(&run_path(instance))?;
    service::stop(instance, &known(instance))?;
    infra::down(instance)
}

/// Takes an instance down, however what is done with it ends.
pub struct TakeDown<'a>(pub &'a Instance);

impl Drop for TakeDown<'_> {
    fn drop(&mut self) {
        if let Err(error) = down(self.0) {
            println!("error: {error:#}");
        }
    }
}

/// Stop everything and remove all that was kept: data, index, keys, mails.
pub fn wipe(instance: &Instance) -> Result<()> {
    down(instance)?;
    let _lock = Lock::take(&instance.dir)?;
    infra::wipe(instance)?;
    for name in [
        "search-index",
        "signing-keys",
        "mails",
        "media",
        "mesh-keys",
        "services",
        "traefik",
        "logs",
    ] {
        let path = instance.dir.join(name);
        if path.exists() {
            fs::remove_dir_all(&path).with_context(|| format!("Cannot remove {}", path.display()))?;
        }
    }
    fs::create_dir_all(instance.dir.join("logs"))?;
    Ok(())
}
