//! One service with its infrastructure, and nothing else of the mesh.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use anyhow::{Result, bail};

use super::up::{Options, migrate, record_of};
use super::{keys, service};
use crate::http::status_of;
use crate::infra::Up;
use crate::instance::Instance;
use crate::process;
use crate::replicas::Replica;

/// How long it may take until it answers at all. It need not be ready: an index may have to be built.
const START: Duration = Duration::from_secs(30);

/// What a service needs before it can be started.
pub struct Single<'a> {
    /// The instance.
    pub instance: &'a Instance,
    /// The only replica.
    pub replica: Replica,
    /// Where the programs are.
    pub programs: &'a Path,
}

impl Single<'_> {
    /// Write the keys and migrate the database.
    pub fn prepare(&self, options: &Options, up: &Up) -> Result<()> {
        keys::begin(self.instance, &up.secrets)?;
        let record = record_of(self.instance, self.replica, options, up, self.programs)?;
        migrate(&[(self.replica, record)], up)
    }

    /// Start it, with these variables in place of what it would have; its process.
    pub fn start(&self, options: &Options, up: &Up, env: BTreeMap<String, String>) -> Result<i32> {
        let mut record = record_of(self.instance, self.replica, options, up, self.programs)?;
        record.env.extend(env);
        self.stop()?;
        let mut child = service::spawn(self.instance, self.replica, record)?;
        let pid = i32::try_from(child.id())?;
        let mut died = false;
        let lives = process::wait_until(START, || {
            died = matches!(child.try_wait(), Ok(Some(_)));
            died || status_of(self.replica.port(self.instance), "/health/live") == Some(200)
        });
        if died || !lives {
            bail!("{}", service::death(self.instance, self.replica));
        }
        process::reap(child);
        Ok(pid)
    }

    /// Stop it in good order.
    pub fn stop(&self) -> Result<()> {
        service::stop(self.instance, &[self.replica])
    }
}
