//! Who listens on a port, read from `/proc`.

use std::fs;

use anyhow::{Result, bail};

use crate::process::{command_line, pids};

/// Refuse if someone listens on this port.
pub fn must_be_free(port: u16, what: &str) -> Result<()> {
    let Some(inode) = listener(port) else {
        return Ok(());
    };
    match owner(&inode) {
        Some(pid) => bail!(
            "Port {port}, which {what} needs, is taken by pid {pid} ({}): stop that process first",
            command_line(pid)
        ),
        None => {
            bail!("Port {port}, which {what} needs, is taken by a process of another user: stop it first")
        }
    }
}

/// Whether anyone listens on this port.
pub fn is_listening(port: u16) -> bool {
    listener(port).is_some()
}

/// The inode of the socket that listens on this port.
fn listener(port: u16) -> Option<String> {
    ["/proc/net/tcp", "/proc/net/tcp6"]
        .iter()
        .filter_map(|path| fs::read_to_string(path).ok())
        .find_map(|table| listening_inode(&table, port))
}

fn listening_inode(table: &str, port: u16) -> Option<String> {
    let suffix = format!(":{port:04X}");
    table.lines().skip(1).find_map(|line| {
        let fields: Vec<&str> = line.split_whitespace().collect();
        let listens = fields.get(1)?.ends_with(&suffix) && *fields.get(3)? == "0A";
        listens.then(|| fields.get(9).map(|inode| (*inode).to_owned()))?
    })
}

fn owner(inode: &str) -> Option<i32> {
    let socket = format!("socket:[{inode}]");
    pids().into_iter().find(|pid| {
        fs::read_dir(format!("/proc/{pid}/fd")).is_ok_and(|entries| {
            entries.flatten().any(|entry| {
                fs::read_link(entry.path()).is_ok_and(|link| link.as_os_str() == socket.as_str())
            })
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &str = "\
  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:3C52 00000000:0000 0A 00000000:00000000 00:00000000 00000000   101        0 4242 1 0
   1: 0100007F:3C53 0100007F:1F90 01 00000000:00000000 00:00000000 00000000   101        0 4243 1 0
";

    #[test]
    fn only_listening_sockets_count() {
        assert_eq!(listening_inode(TABLE, 0x3C52), Some("4242".to_owned()));
        assert_eq!(listening_inode(TABLE, 0x3C53), None);
        assert_eq!(listening_inode(TABLE, 80), None);
    }

    #[test]
    fn the_owner_of_a_taken_port_is_named() {
        let socket = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = socket.local_addr().unwrap().port();

        let refusal = must_be_free(port, "the test").unwrap_err().to_string();

        assert!(
            refusal.contains(&format!("pid {}", std::process::id())),
            "{refusal}"
        );
    }
}
