//! The user that a part runs as: Postgres, RabbitMQ and Elasticsearch refuse to run as root.

use std::fs;
use std::os::unix::fs::{PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};

use crate::files;
use crate::instance::Part;

/// The user of a part.
#[derive(Clone, Copy, Debug)]
pub struct Account {
    ids: Option<(u32, u32)>,
}

impl Account {
    /// Started by root, a part runs as the user of its package; otherwise as whoever we are.
    pub fn of(part: Part) -> Result<Self> {
        if !files::is_root() {
            return Ok(Self { ids: None });
        }
        let passwd = fs::read_to_string("/etc/passwd").context("Cannot read /etc/passwd")?;
        let ids = ids_of(&passwd, part.name()).with_context(|| {
            format!(
                "The system has no user `{}`: is the package installed?",
                part.name()
            )
        })?;
        Ok(Self { ids: Some(ids) })
    }

    /// A command under this user, with a clean environment.
    pub fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command.env_clear().env("PATH", PATH).env("LANG", "C.UTF-8");
        if let Some((user, group)) = self.ids {
            command.uid(user).gid(group);
        }
        command
    }

    /// A directory that only this user may enter.
    pub fn make_dir(&self, path: &Path) -> Result<()> {
        let make = || -> std::io::Result<()> {
            fs::create_dir_all(path)?;
            self.give(path)?;
            fs::set_permissions(path, fs::Permissions::from_mode(0o700))
        };
        make().with_context(|| format!("Cannot make {}", path.display()))
    }

    /// A file that only this user may read.
    pub fn write(&self, path: &Path, text: &str) -> Result<()> {
        files::write_private(path, text)?;
        self.give(path)
            .with_context(|| format!("Cannot hand over {}", path.display()))
    }

    fn give(&self, path: &Path) -> std::io::Result<()> {
        match self.ids {
            Some((user, group)) => chown(path, Some(user), Some(group)),
            None => Ok(()),
        }
    }
}

/// Create the user of a part whose package does not bring one. Only root needs it: others run parts as themselves.
pub fn create_user(part: Part) -> Result<()> {
    if Account::of(part).is_ok() {
        return Ok(());
    }
    let arguments = [
        "--system",
        "--user-group",
        "--no-create-home",
        "--home-dir",
        "/nonexistent",
        "--shell",
        "/usr/sbin/nologin",
        part.name(),
    ];
    let output = Command::new("useradd")
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .context("Cannot run useradd")?;
    ensure!(
        output.status.success(),
        "Cannot create the user; please run: useradd {}\n{}",
        arguments.join(" "),
        String::from_utf8_lossy(&output.stderr).trim()
    );
    Ok(())
}

const PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

fn ids_of(passwd: &str, user: &str) -> Option<(u32, u32)> {
    passwd.lines().find_map(|line| {
        let mut fields = line.split(':');
        if fields.next()? != user {
            return None;
        }
        let mut ids = fields.skip(1).map(str::parse);
        Some((ids.next()?.ok()?, ids.next()?.ok()?))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_come_from_the_line_of_the_user() {
        let passwd = "root:x:0:0::/root:/bin/sh\npostgres:x:101:104::/var/lib/postgresql:/bin/bash\n";

        assert_eq!(ids_of(passwd, "postgres"), Some((101, 104)));
        assert_eq!(ids_of(passwd, "post"), None);
    }
}
