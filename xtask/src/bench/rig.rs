//! What is measured and what it is measured against: one upstream, and two ways to it.

use std::fs::File;
use std::process::{Child, Command};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use rustix::process::Signal;

use super::nginx::Nginx;
use super::{cpu, memory};
use crate::http::status_of;
use crate::instance::Instance;
use crate::mesh::{Record, beside_services};
use crate::replicas::Replica;
use crate::services::by_name;
use crate::{ports, process};

const GATEWAY: &str = "bench-gateway";
const GATEWAY_PORT: u16 = 8190;
const UPSTREAM_PORT: u16 = 8191;
const PROXY_PORT: u16 = 8192;
const BARE: &str = "bench-bare-proxy";
const BARE_PORT: u16 = 8193;

/// Where a product page would be.
const PAGE: &str = "/api/v1/products/0198c5a2-7d1e-7c3a-9b52-4f1d2a6e8b90";

/// The answer of the upstream, 1.2 KB; without `'` and `$`, which nginx would read as its own.
const ANSWER: &str = r#"{"id":"0198c5a2-7d1e-7c3a-9b52-4f1d2a6e8b90","title":"Brass reading lamp","about":"A reading lamp of solid brass, turned and polished by hand, with a cotton cable of two metres and a switch in the foot. The shade turns by ninety degrees and throws a warm and even light on two open pages. It takes bulbs with a narrow thread of up to forty watts; one of six watts comes with it, and a spare cable of the same length.","sku":"LAMP-1","status":"active","shop":{"id":"0198c5a1-11aa-7b6d-8a3f-7a9be2c4d1f0","name":"Lale Lamps","slug":"lale-lamps"},"categories":[{"id":"0198c5a0-90cd-7e11-b7a4-0c1d2e3f4a5b","name":"Lighting","slug":"lighting"}],"variations":[{"id":"0198c5a2-8f00-7d44-a1b2-c3d4e5f60718","options":{"color":"gold","size":"M"},"price":{"amount":4990,"currency":"AZN"},"available":10},{"id":"0198c5a2-8f01-7d44-a1b2-c3d4e5f60719","options":{"color":"silver","size":"M"},"price":{"amount":5290,"currency":"AZN"},"available":4}],"images":[{"id":"0198c5a3-0000-7aaa-8bbb-ccccddddeeee","url":"/api/v1/images/0198c5a3-0000-7aaa-8bbb-ccccddddeeee","position":1}],"rating":{"average":4.7,"count":31},"version":7,"created_at":"2026-01-12T09:30:00Z","updated_at":"2026-02-03T17:05:42Z"}"#;

/// The programs of a run; they end with it.
pub struct Rig {
    gateway: Child,
    bare: Child,
    proxy: Nginx,
    _upstream: Nginx,
    instance: Instance,
}

impl Rig {
    /// Start them. The gateway is one more replica of the mesh's own, with the same Redis, keys and services, but
    /// for product-svc, whose place the upstream takes.
    pub fn start(instance: &Instance) -> Result<Self> {
        let upstream = instance.port(UPSTREAM_PORT);
        let respond = format!("    location / {{ return 200 '{ANSWER}'; }}\n");
        let json = "  default_type application/json;\n";
        let upstream_nginx = Nginx::start(instance, "bench-upstream", upstream, json, &respond)?;
        let pool = format!(
            "  upstream kept {{ server 127.0.0.1:{upstream}; keepalive 64; keepalive_requests 1000000000; }}\n"
        );
        let pass = "    location / { proxy_pass http://kept; proxy_http_version 1.1; proxy_set_header Connection \"\"; }\n";
        let proxy = Nginx::start(instance, "bench-proxy", instance.port(PROXY_PORT), &pool, pass)?;
        let rig = Self {
            gateway: start_gateway(instance, upstream)?,
            bare: start_bare_proxy(instance, upstream)?,
            proxy,
            _upstream: upstream_nginx,
            instance: instance.clone(),
        };
        if !process::wait_until(Duration::from_secs(20), || {
            status_of(rig.gateway_port(), "/health/ready") == Some(200)
        }) {
            bail!(
                "{GATEWAY} is not ready:\n{}",
                process::tail(&instance.log(GATEWAY), 5)
            );
        }
        if !process::wait_until(Duration::from_secs(5), || ports::is_listening(rig.bare_port())) {
            bail!("{BARE} did not start:\n{}", process::tail(&instance.log(BARE), 5));
        }
        Ok(rig)
    }

    /// Where the gateway listens.
    pub fn gateway_port(&self) -> u16 {
        self.instance.port(GATEWAY_PORT)
    }

    /// A path at the gateway.
    pub fn at_gateway(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.gateway_port())
    }

    /// The page through the gateway.
    pub fn page(&self) -> String {
        self.at_gateway(PAGE)
    }

    /// The same page through nginx.
    pub fn page_through_nginx(&self) -> String {
        format!("http://127.0.0.1:{}{PAGE}", self.instance.port(PROXY_PORT))
    }

    /// The same page through a proxy of the gateway's libraries alone.
    pub fn page_through_bare_proxy(&self) -> String {
        format!("http://127.0.0.1:{}{PAGE}", self.bare_port())
    }

    fn bare_port(&self) -> u16 {
        self.instance.port(BARE_PORT)
    }

    /// Processor time of the bare proxy so far.
    pub fn bare_micros(&self) -> f64 {
        cpu::micros(&[pid(&self.bare)])
    }

    /// Processor time of the gateway so far.
    pub fn gateway_micros(&self) -> f64 {
        cpu::micros(&[self.gateway_pid()])
    }

    /// Processor time of nginx so far, without the upstream.
    pub fn nginx_micros(&self) -> f64 {
        cpu::micros(&cpu::family(self.proxy.pid()))
    }

    /// Resident memory of the gateway.
    pub fn gateway_mb(&self) -> Result<f64> {
        memory::resident_mb(self.gateway_pid())
    }

    /// Forget the gateway's log, a line a request: a long run would fill the disk.
    pub fn empty_log(&self) -> Result<()> {
        let path = self.instance.log(GATEWAY);
        let log = File::options().write(true).open(&path);
        log.and_then(|log| log.set_len(0))
            .with_context(|| format!("Cannot empty {}", path.display()))
    }

    fn gateway_pid(&self) -> i32 {
        pid(&self.gateway)
    }
}

fn pid(child: &Child) -> i32 {
    i32::try_from(child.id()).unwrap_or_default()
}

impl Drop for Rig {
    fn drop(&mut self) {
        for child in [&mut self.gateway, &mut self.bare] {
            process::signal(pid(child), Signal::TERM);
            let _ = child.wait();
        }
    }
}

fn start_gateway(instance: &Instance, upstream: u16) -> Result<Child> {
    end_leftover(instance, GATEWAY);
    let record = Record::read(instance, Replica::first(by_name("gateway")?))?
        .context("The gateway was never started")?;
    let mut command = Command::new(&record.binary);
    command
        .arg("serve")
        .env_clear()
        .envs(&record.env)
        .env(
            "LISTEN_ADDR",
            format!("127.0.0.1:{}", instance.port(GATEWAY_PORT)),
        )
        .env("PRODUCT_SVC_URL", format!("http://127.0.0.1:{upstream}"))
        .current_dir(&instance.dir);
    process::spawn(command, instance, GATEWAY)
}

fn start_bare_proxy(instance: &Instance, upstream: u16) -> Result<Child> {
    end_leftover(instance, BARE);
    let mut command = Command::new(beside_services(instance, "bare-proxy")?);
    command.args([instance.port(BARE_PORT), upstream].map(|port| port.to_string()));
    process::spawn(command, instance, BARE)
}

/// Of a run that was killed.
fn end_leftover(instance: &Instance, name: &str) {
    process::stop(
        &process::find(instance, name),
        Signal::TERM,
        Duration::from_secs(10),
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_answer_is_json_that_nginx_takes_as_it_is() {
        assert!(serde_json::from_str::<serde_json::Value>(ANSWER).is_ok());
        assert!((1150..=1250).contains(&ANSWER.len()), "{}", ANSWER.len());
        assert!(!ANSWER.contains(['\'', '$', '\\']));
    }
}
