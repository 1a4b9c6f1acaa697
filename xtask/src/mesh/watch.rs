//! The foreground of `cargo xtask up`: stays until it is told to stop, then stops what it started.

use std::collections::HashMap;
use std::thread::sleep;
use std::time::Duration;

use anyhow::Result;

use super::record::Record;
use super::up::Started;
use super::{record, run, service};
use crate::files::{self, Lock};
use crate::instance::Instance;
use crate::replicas::Replica;
use crate::{infra, interrupt, process};

/// Watch over the services until a signal comes.
pub fn watch(instance: &Instance, started: &mut Started) -> Result<()> {
    println!("Ctrl-C stops it.");
    let mut reported: HashMap<String, i32> = HashMap::new();
    while !interrupt::came() {
        for (_, child) in &mut started.services {
            let _ = child.try_wait();
        }
        for replica in record::recorded(instance) {
            report_death(instance, replica, &mut reported);
        }
        sleep(Duration::from_millis(300));
    }
    Ok(())
}

/// Stop what was started, and nothing else.
pub fn stop(instance: &Instance, started: &Started) -> Result<()> {
    println!("\nstopping");
    let _lock = Lock::take(&instance.dir)?;
    let services: Vec<Replica> = started.services.iter().map(|(replica, _)| *replica).collect();
    if !services.is_empty() {
        files::remove(&run::path(instance))?;
    }
    service::stop(instance, &services)?;
    infra::stop_parts(instance, &started.parts)
}

/// A replica that was stopped on purpose has no pid in its record.
fn report_death(instance: &Instance, replica: Replica, reported: &mut HashMap<String, i32>) {
    let Ok(Some(record)) = Record::read(instance, replica) else {
        return;
    };
    let is_dead = record.pid != 0 && !process::is_alive(record.pid);
    if is_dead && reported.insert(replica.name(), record.pid) != Some(record.pid) {
        println!("{}", service::death(instance, replica));
        println!("The others go on; `cargo xtask service start {replica}` starts it again.");
    }
}
