//! What the torture instance changes for a service: ways around to Postgres and the broker, little patience, a clock.
//!
//! On the way stands the torture program, which is what breaks things: the services themselves know nothing of it.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};

use crate::infra::url::with_port;
use crate::instance::{Instance, Name};
use crate::replicas::Replica;

/// Puts clocks off.
const CLOCK: &str = include_str!("clock.c");
/// Where the way to Postgres begins, above the port of the replica itself.
const POSTGRES: u16 = 500;
/// The same for the broker.
const BROKER: u16 = 600;
/// For how many seconds stock is held: short, so that late orders meet the sweeper.
const RESERVATION_TTL: &str = "3";

/// Leads a replica of the torture instance around; others go straight.
pub fn lead(instance: &Instance, replica: Replica, env: &mut BTreeMap<String, String>) -> Result<()> {
    if instance.name != Name::Torture {
        return Ok(());
    }
    for (variable, above) in [("DATABASE_URL", POSTGRES), ("AMQP_URL", BROKER)] {
        if let Some(url) = env.get_mut(variable) {
            *url = with_port(url, replica.port(instance).saturating_add(above))?;
        }
    }
    env.insert("RESERVATION_TTL".to_owned(), RESERVATION_TTL.to_owned());
    let clock = clock(instance, replica)?;
    env.insert("LD_PRELOAD".to_owned(), library(instance).display().to_string());
    env.insert("SOUK_CLOCK".to_owned(), clock.display().to_string());
    Ok(())
}

/// Compiles what puts clocks off; the C compiler that the build needs does it.
pub fn prepare(instance: &Instance) -> Result<()> {
    if instance.name != Name::Torture {
        return Ok(());
    }
    let library = library(instance);
    let fresh = library.with_extension("new");
    let mut compiler = Command::new("cc")
        .args(["-x", "c", "-O2", "-Wall", "-Werror", "-shared", "-fPIC", "-o"])
        .arg(&fresh)
        .args(["-", "-ldl"])
        .stdin(Stdio::piped())
        .spawn()
        .context("Cannot start the C compiler")?;
    if let Some(mut source) = compiler.stdin.take() {
        source.write_all(CLOCK.as_bytes())?;
    }
    ensure!(compiler.wait()?.success(), "The clock cannot be compiled");
    // In one step: services that run have the old one loaded.
    fs::rename(&fresh, &library).with_context(|| format!("Cannot write {}", library.display()))
}

/// The file that says by how many seconds a replica's clock is off; none at first.
fn clock(instance: &Instance, replica: Replica) -> Result<PathBuf> {
    let dir = instance.dir.join("clocks");
    fs::create_dir_all(&dir).with_context(|| format!("Cannot create {}", dir.display()))?;
    let path = dir.join(replica.name());
    if !path.exists() {
        fs::write(&path, 0_i64.to_ne_bytes()).with_context(|| format!("Cannot write {}", path.display()))?;
    }
    Ok(path)
}

fn library(instance: &Instance) -> PathBuf {
    instance.dir.join("clock.so")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn led(name: Name) -> BTreeMap<String, String> {
        let dir = std::env::temp_dir().join(format!("souk-detour-{}-{name:?}", std::process::id()));
        let instance = Instance {
            name,
            checkout: dir.clone(),
            dir: dir.clone(),
        };
        let mut env = BTreeMap::from(
            [
                ("DATABASE_URL", "postgres://a:b@127.0.0.1:18442/order_svc"),
                ("AMQP_URL", "amqp://souk:c@127.0.0.1:18682/souk"),
            ]
            .map(|(name, value)| (name.to_owned(), value.to_owned())),
        );
        lead(&instance, Replica::named("order-svc").unwrap(), &mut env).unwrap();
        let _ = fs::remove_dir_all(dir);
        env
    }

    #[test]
    fn services_to_be_tortured_reach_everything_by_another_way() {
        let env = led(Name::Torture);

        assert_eq!(env["DATABASE_URL"], "postgres://a:b@127.0.0.1:11605/order_svc");
        assert_eq!(env["AMQP_URL"], "amqp://souk:c@127.0.0.1:11705/souk");
        assert_eq!(env["RESERVATION_TTL"], "3");
    }

    #[test]
    fn all_others_go_straight() {
        let env = led(Name::Test);

        assert_eq!(env.len(), 2);
        assert!(env["DATABASE_URL"].contains(":18442/"));
    }
}
