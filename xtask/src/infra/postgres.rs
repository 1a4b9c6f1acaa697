//! A private Postgres.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result, bail};

use super::account::Account;
use super::url::{with_login, without_password};
use super::{data, install};
use crate::instance::{Instance, Part};
use crate::process;
use crate::secrets::Secrets;

/// The superuser.
pub const SUPERUSER: &str = "postgres";

/// Start it; its data is made first if there is none.
pub fn start(instance: &Instance, secrets: &Secrets) -> Result<Child> {
    let account = Account::of(Part::Postgres)?;
    let dir = data::prepare(instance, Part::Postgres, &account, secrets)?;
    let cluster = dir.join("cluster");
    if !cluster.join("PG_VERSION").exists() {
        init(&account, &dir, secrets)?;
    }
    let settings = instance.checkout.join("infra/postgres/postgresql.conf");
    let settings =
        fs::read_to_string(&settings).with_context(|| format!("Cannot read {}", settings.display()))?;
    let own = format!(
        "\nlisten_addresses = '127.0.0.1'\nport = {}\nunix_socket_directories = '{}'\n",
        instance.part_port(Part::Postgres),
        dir.display()
    );
    account.write(&cluster.join("postgresql.conf"), &(settings + &own))?;
    forget_stale_pid(&cluster);

    let mut command = account.command(&install::postgres_program("postgres")?);
    command.arg("-D").arg(&cluster).current_dir(&dir);
    process::spawn(command, instance, Part::Postgres.name())
}

/// Whether it lets the superuser in.
pub fn is_ready(url: &str) -> bool {
    psql(url, "select 1").is_ok()
}

/// Run SQL, stopping at the first error. The text goes through a pipe, never through arguments.
pub fn psql(url: &str, sql: &str) -> Result<String> {
    let mut child = client("psql", url)?
        .args([
            "--no-psqlrc",
            "--quiet",
            "--no-align",
            "--tuples-only",
            "--set",
            "ON_ERROR_STOP=1",
        ])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .context("Cannot run psql")?;
    child
        .stdin
        .take()
        .context("psql has no input")?
        .write_all(sql.as_bytes())
        .ok();
    let output = child.wait_with_output()?;
    if !output.status.success() {
        bail!(
            "Postgres refused: {}",
            String::from_utf8_lossy(&output.stderr).trim()
        );
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// A program that talks to this database; only its environment knows the password.
pub fn client(program: &str, url: &str) -> Result<Command> {
    let (address, password) = without_password(url);
    let mut command = Command::new(install::postgres_program(program)?);
    command
        .arg(address)
        .env("PGPASSWORD", password)
        .env("PGCONNECT_TIMEOUT", "5");
    Ok(command)
}

/// The same server and login, with another database.
pub fn with_database(url: &str, database: &str) -> Result<String> {
    with_login(url, None, database)
}

/// After a crash whose pid now belongs to another process, Postgres would not start.
fn forget_stale_pid(cluster: &Path) {
    let file = cluster.join("postmaster.pid");
    let Ok(text) = fs::read_to_string(&file) else {
        return;
    };
    let pid = text.lines().next().and_then(|line| line.trim().parse().ok());
    let is_foreign = pid.is_some_and(|pid| {
        process::is_alive(pid) && !process::command_line(pid).contains(&*cluster.to_string_lossy())
    });
    if is_foreign {
        let _ = fs::remove_file(file);
    }
}

fn init(account: &Account, dir: &Path, secrets: &Secrets) -> Result<()> {
    let cluster = dir.join("cluster");
    // A first run that was interrupted leaves half a cluster behind.
    if cluster.exists() {
        fs::remove_dir_all(&cluster).with_context(|| format!("Cannot remove {}", cluster.display()))?;
    }
    let password = dir.join("password");
    account.write(&password, &format!("{}\n", secrets.postgres))?;
    let output = account
        .command(&install::postgres_program("initdb")?)
        .args(["--encoding=UTF8", "--locale=C.UTF-8", "--username", SUPERUSER])
        .args([
            "--auth-host=scram-sha-256",
            "--auth-local=scram-sha-256",
            "--pwfile",
        ])
        .arg(&password)
        .arg("--pgdata")
        .arg(&cluster)
        .current_dir(dir)
        .stdin(Stdio::null())
        .output()
        .context("Cannot run initdb")?;
    let _ = fs::remove_file(&password);
    if !output.status.success() {
        let _ = fs::remove_dir_all(&cluster);
        bail!(
            "initdb failed: {}",
            String::from_utf8_lossy(&output.stderr).trim()
        );
    }
    Ok(())
}
