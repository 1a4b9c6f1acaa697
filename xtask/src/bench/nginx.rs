//! A private nginx, in the foreground of a directory of its own.

use std::fs;
use std::process::{Child, Command};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use rustix::process::Signal;

use crate::infra::install::find_in_path;
use crate::instance::Instance;
use crate::{files, ports, process};

/// A running nginx; it ends with this value.
pub struct Nginx {
    child: Child,
}

impl Nginx {
    /// Start one that listens on `port`; `server` is the inside of its server block, `http` stands before it.
    pub fn start(instance: &Instance, name: &str, port: u16, http: &str, server: &str) -> Result<Self> {
        let dir = instance.dir.join("bench").join(name);
        fs::create_dir_all(&dir).with_context(|| format!("Cannot create {}", dir.display()))?;
        let dir = dir.to_string_lossy();
        end_leftover(&dir);
        ports::must_be_free(port, name)?;
        let config = format!("{dir}/nginx.conf");
        files::write_private(config.as_ref(), &text(&dir, port, http, server))?;
        let mut command = Command::new(find_in_path("nginx").context("The program nginx is not installed")?);
        command.args(["-e", "stderr", "-p", &dir, "-c", &config]);
        let child = process::spawn(command, instance, name)?;
        let nginx = Self { child };
        if !process::wait_until(Duration::from_secs(5), || ports::is_listening(port)) {
            bail!("{name} did not start:\n{}", process::tail(&instance.log(name), 5));
        }
        Ok(nginx)
    }

    /// The first process; the others are its children.
    pub fn pid(&self) -> i32 {
        i32::try_from(self.child.id()).unwrap_or_default()
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        process::signal(self.pid(), Signal::TERM);
        let _ = self.child.wait();
    }
}

/// nginx writes over its environment, and with it over our mark: an earlier one is known by its pid file.
fn end_leftover(dir: &str) {
    let pid = fs::read_to_string(format!("{dir}/pid"))
        .ok()
        .and_then(|text| text.trim().parse().ok());
    if let Some(pid) = pid.filter(|pid| process::command_line(*pid).starts_with("nginx: master process")) {
        process::signal(pid, Signal::TERM);
        process::wait_until(Duration::from_secs(5), || !process::is_alive(pid));
    }
}

/// As many workers as the gateway has, and connections that are never closed for their age.
fn text(dir: &str, port: u16, http: &str, server: &str) -> String {
    let kept = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
        .map(|kind| format!("  {kind}_temp_path {dir}/{kind};\n"))
        .concat();
    format!(
        "daemon off;\nworker_processes 2;\npid {dir}/pid;\nevents {{ worker_connections 1024; }}\nhttp {{\n\
         {kept}  access_log off;\n  keepalive_requests 1000000000;\n{http}\
         \x20 server {{\n    listen 127.0.0.1:{port};\n{server}  }}\n}}\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_configuration_keeps_to_its_directory() {
        let text = text(
            "/x",
            18_191,
            "  default_type a/b;\n",
            "    location / { return 200; }\n",
        );

        assert!(text.contains("listen 127.0.0.1:18191;"));
        assert!(text.contains("pid /x/pid;") && text.contains("proxy_temp_path /x/proxy;"));
        assert_eq!(text.matches('{').count(), text.matches('}').count());
    }
}
