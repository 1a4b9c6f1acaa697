//! A private RabbitMQ: its own node, epmd, cookie and directories.

use std::fs;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::path::Path;
use std::process::Child;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use rustix::process::Signal;

use super::account::Account;
use super::{data, install};
use crate::instance::{Instance, Part};
use crate::process::{self, Ours};
use crate::secrets::Secrets;

/// How often a message may be delivered from a parked queue: as good as without end. RabbitMQ 3.10
/// refuses the -1 of later versions. From RabbitMQ 4 on a queue without a limit has one of 20 and then drops the message; an argument cannot
/// be added to a queue that exists, a policy can.
const PARKED_DELIVERY_LIMIT: u32 = 1_000_000_000;

/// User and vhost.
pub const NAME: &str = "souk";

/// Start it. User, password and vhost are made by its first boot.
pub fn start(instance: &Instance, secrets: &Secrets) -> Result<Child> {
    let account = Account::of(Part::Rabbitmq)?;
    let dir = data::prepare(instance, Part::Rabbitmq, &account, secrets)?;
    for name in ["home", "mnesia", "log", "config"] {
        account.make_dir(&dir.join(name))?;
    }
    let cookie = dir.join("home/.erlang.cookie");
    if !cookie.exists() {
        account.write(&cookie, &secrets.cookie)?;
    }
    let config = dir.join("config");
    let shared = instance.checkout.join("infra/rabbitmq");
    let read = |name: &str| {
        let path = shared.join(name);
        fs::read_to_string(&path).with_context(|| format!("Cannot read {}", path.display()))
    };
    let port = instance.part_port(Part::Rabbitmq);
    let own = format!(
        "\nlisteners.tcp.default = 127.0.0.1:{port}\nloopback_users = none\n\
         default_vhost = {NAME}\ndefault_user = {NAME}\ndefault_pass = {}\n",
        secrets.rabbitmq
    );
    account.write(&config.join("rabbitmq.conf"), &(read("rabbitmq.conf")? + &own))?;
    account.write(&config.join("enabled_plugins"), &read("enabled_plugins")?)?;
    account.write(&config.join("rabbitmq-env.conf"), "")?;

    let mut command = account.command(&install::rabbitmq_program("rabbitmq-server")?);
    command.envs(environment(&dir, port)).current_dir(&dir);
    process::spawn(command, instance, Part::Rabbitmq.name())
}

/// Set what queues have by policy; repeating it changes nothing.
pub fn set_policies(instance: &Instance) -> Result<()> {
    let account = Account::of(Part::Rabbitmq)?;
    let dir = instance.data_dir(Part::Rabbitmq);
    let mut command = account.command(&install::rabbitmq_program("rabbitmqctl")?);
    command
        .envs(environment(&dir, instance.part_port(Part::Rabbitmq)))
        .current_dir(&dir)
        .args(policy_arguments());
    let output = command.output().context("Cannot run rabbitmqctl")?;
    ensure!(
        output.status.success(),
        "rabbitmqctl set_policy failed: {}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    Ok(())
}

fn policy_arguments() -> Vec<String> {
    let definition = format!("{{\"delivery-limit\": {PARKED_DELIVERY_LIMIT}}}");
    let arguments = ["set_policy", "-p", NAME, "--apply-to", "queues", "souk-parked"];
    let mut arguments: Vec<String> = arguments.map(str::to_owned).into();
    arguments.extend([r"\.parked$".to_owned(), definition]);
    arguments
}

/// Everything that would otherwise point at the system's own instance.
fn environment(dir: &Path, port: u16) -> Vec<(&'static str, String)> {
    let under = |name: &str| dir.join(name).display().to_string();
    let epmd_port = port.saturating_add(1);
    let dist_port = port.saturating_add(2);
    vec![
        ("HOME", under("home")),
        ("ERL_EPMD_PORT", epmd_port.to_string()),
        ("ERL_EPMD_ADDRESS", "127.0.0.1".to_owned()),
        ("RABBITMQ_NODENAME", format!("souk-{port}@localhost")),
        ("RABBITMQ_DIST_PORT", dist_port.to_string()),
        ("RABBITMQ_CONF_ENV_FILE", under("config/rabbitmq-env.conf")),
        ("RABBITMQ_CONFIG_FILE", under("config/rabbitmq.conf")),
        ("RABBITMQ_ADVANCED_CONFIG_FILE", under("config/advanced.config")),
        ("RABBITMQ_ENABLED_PLUGINS_FILE", under("config/enabled_plugins")),
        ("RABBITMQ_MNESIA_BASE", under("mnesia")),
        ("RABBITMQ_MNESIA_DIR", under("mnesia/node")),
        ("RABBITMQ_GENERATED_CONFIG_DIR", under("config/generated")),
        ("RABBITMQ_FEATURE_FLAGS_FILE", under("mnesia/feature_flags")),
        ("RABBITMQ_LOG_BASE", under("log")),
        ("RABBITMQ_PID_FILE", under("pid")),
        // Two schedulers, no busy waiting, distribution on loopback only.
        (
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS",
            "+S 2:2 +SDcpu 1:1 +SDio 4 +sbwt none +sbwtdcpu none +sbwtdio none \
             -kernel inet_dist_use_interface {127,0,0,1}"
                .to_owned(),
        ),
        // The script then becomes the server, instead of waiting beside it.
        ("RUNNING_UNDER_SYSTEMD", "true".to_owned()),
    ]
}

/// Whether the listener speaks AMQP, which it does at the end of the boot.
pub fn is_ready(port: u16) -> bool {
    let ask = || -> std::io::Result<u8> {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let mut stream = TcpStream::connect_timeout(&address, Duration::from_secs(1))?;
        stream.set_read_timeout(Some(Duration::from_secs(2)))?;
        stream.write_all(b"AMQP\x00\x00\x09\x01")?;
        let mut first = [0];
        stream.read_exact(&mut first)?;
        Ok(u8::from_be_bytes(first))
    };
    // 1 is a method frame: `connection.start`.
    ask().is_ok_and(|frame| frame == 1)
}

/// Stop the server first, then the port mapper that it leaves behind.
pub fn stop(processes: &[Ours]) {
    let (server, rest): (Vec<Ours>, Vec<Ours>) = processes
        .iter()
        .cloned()
        .partition(|process| process.program != "epmd");
    let beam: Vec<Ours> = server
        .iter()
        .filter(|process| process.program.starts_with("beam"))
        .cloned()
        .collect();
    let server = if beam.is_empty() { server } else { beam };
    process::stop(&server, Signal::TERM, Duration::from_secs(30));
    process::stop(&rest, Signal::TERM, Duration::from_secs(2));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_policy_is_for_parked_queues_of_all_namespaces() {
        let arguments = policy_arguments().join(" ");

        assert_eq!(
            arguments,
            r#"set_policy -p souk --apply-to queues souk-parked \.parked$ {"delivery-limit": 1000000000}"#
        );
    }
}
