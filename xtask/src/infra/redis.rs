//! A private Redis.

use std::fs;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::process::Child;
use std::time::Duration;

use anyhow::{Context, Result};

use super::account::Account;
use super::{data, install};
use crate::instance::{Instance, Part};
use crate::process;
use crate::secrets::Secrets;

/// Start it.
pub fn start(instance: &Instance, secrets: &Secrets) -> Result<Child> {
    let account = Account::of(Part::Redis)?;
    let dir = data::prepare(instance, Part::Redis, &account, secrets)?;
    let shared = instance.checkout.join("infra/redis/redis.conf");
    let shared = fs::read_to_string(&shared).with_context(|| format!("Cannot read {}", shared.display()))?;
    let own = format!(
        "\nbind 127.0.0.1\nport {}\ndir {}\nrequirepass {}\n",
        instance.part_port(Part::Redis),
        dir.display(),
        secrets.redis
    );
    let config = dir.join("redis.conf");
    account.write(&config, &(shared + &own))?;

    let mut command = account.command(&install::redis_program()?);
    command.arg(&config).current_dir(&dir);
    process::spawn(command, instance, Part::Redis.name())
}

/// Whether it lets us in and has loaded its data.
pub fn is_ready(port: u16, password: &str) -> bool {
    let ask = || -> std::io::Result<Vec<u8>> {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let mut stream = TcpStream::connect_timeout(&address, Duration::from_secs(1))?;
        stream.set_read_timeout(Some(Duration::from_secs(2)))?;
        stream.write_all(format!("AUTH {password}\r\nPING\r\nQUIT\r\n").as_bytes())?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer)?;
        Ok(answer)
    };
    ask().is_ok_and(|answer| answer.starts_with(b"+OK\r\n+PONG\r\n"))
}
