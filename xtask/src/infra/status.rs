//! `infra status`.

use anyhow::Result;

use super::{overridden, part};
use crate::instance::{Instance, Part};
use crate::process;
use crate::secrets::Secrets;
use crate::services::roles;

/// Say of each part whether it is up.
pub fn status(instance: &Instance) -> Result<()> {
    let secrets = Secrets::open(instance, &roles())?;
    println!("{} instance in {}", instance.label(), instance.dir.display());
    for part in Part::ALL {
        let name = part.name();
        if overridden(instance, part).is_some() {
            println!("  {name:<13} given by the environment");
            continue;
        }
        let running = process::find(instance, name);
        let state = match (running.is_empty(), part::is_ready(instance, part, &secrets)) {
            (true, _) => "down",
            (false, true) => "up",
            (false, false) => "not ready",
        };
        let pids: Vec<String> = running.iter().map(|process| process.pid.to_string()).collect();
        let port = instance.part_port(part);
        let data = instance.data_dir(part);
        println!(
            "  {name:<13} {state:<9} port {port}, pid {}, data in {}",
            pids.join(" "),
            data.display()
        );
    }
    Ok(())
}
