//! What Postgres alone allows: pgbench writing the rows of an order in one transaction, with the same durability.

use std::process::Stdio;

use anyhow::{Context, Result, bail};

use crate::bench::stage::Basket;
use crate::files;
use crate::infra::postgres::{client, psql, with_database};
use crate::instance::Instance;

const DATABASE: &str = "souk_bench";
const TABLES: &str = include_str!("limit.sql");

/// Tables of its own, beside those of the services.
pub struct Limit<'a> {
    instance: &'a Instance,
    url: String,
    half: usize,
}

impl<'a> Limit<'a> {
    /// Make an empty database in the mesh's Postgres; a line is one of `half` variations of a shop.
    pub fn prepare(instance: &'a Instance, admin_url: &str, half: usize) -> Result<Self> {
        psql(admin_url, &format!("drop database if exists {DATABASE};"))?;
        psql(admin_url, &format!("create database {DATABASE};"))?;
        let url = with_database(admin_url, DATABASE)?;
        psql(&url, TABLES)?;
        Ok(Self { instance, url, half })
    }

    /// Transactions a second.
    pub fn rate(&self, basket: Basket, clients: usize, seconds: u32) -> Result<f64> {
        psql(
            &self.url,
            "truncate orders, sub_orders, order_items, stock_ledger, outbox; vacuum stock;",
        )?;
        let (name, text) = script(basket);
        let script = self.instance.dir.join("bench").join(format!("{name}.pgbench"));
        files::write_private(&script, text)?;
        let output = client("pgbench", &self.url)?
            .args(["--no-vacuum", "--protocol=prepared", "--define=n=0"])
            .arg(format!("--define=half={}", self.half))
            .arg(format!("--client={clients}"))
            .arg(format!("--jobs={}", clients.min(2)))
            .arg(format!("--time={seconds}"))
            .arg("--file")
            .arg(script)
            .stdin(Stdio::null())
            .output()
            .context("Cannot run pgbench")?;
        let text = String::from_utf8_lossy(&output.stdout);
        match tps(&text) {
            Some(rate) if output.status.success() => Ok(rate),
            _ => bail!(
                "pgbench gave no rate: {text}{}",
                String::from_utf8_lossy(&output.stderr)
            ),
        }
    }
}

fn script(basket: Basket) -> (&'static str, &'static str) {
    match basket {
        Basket::TwoLines => ("two-lines", include_str!("two_lines.pgbench")),
        Basket::OneHotLine => ("one-hot-line", include_str!("one_hot_line.pgbench")),
    }
}

/// The rate without the time it took to connect.
fn tps(text: &str) -> Option<f64> {
    let rest = text.lines().find_map(|line| line.strip_prefix("tps = "))?;
    rest.split(' ').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rate_is_found_among_what_pgbench_says() {
        let text = "number of clients: 8\nlatency average = 1.5 ms\ntps = 5200.25 (without initial connection time)\n";

        assert_eq!(tps(text), Some(5200.25));
        assert_eq!(tps("pgbench: error"), None);
    }
}
