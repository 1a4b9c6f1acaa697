//! The data, the load and the clock of `cargo xtask bench search`.
//!
//! `search-load --products <N> <command>`: every command makes the same products and the same queries from the same
//! seed, so that none of them has to be handed over. Each prints one line of JSON.
//!
//! - `fill` writes the products into the database of search-svc (`DATABASE_URL`).
//! - `rebuild` has search-svc rebuild its index, and waits for it.
//! - `closed`, `open` send searches: a number of clients without a pause, or at a constant rate.
//! - `visible` changes products by events (`AMQP_URL`), and measures until a search finds them.
//! - `configure`, `record`, `replay` prepare Elasticsearch, write down what search-svc sends to it, and send it there
//!   without search-svc.
//!
//! search-svc is at `SEARCH_URL`; requests are signed with the keys of `MESH_KEYS_FILE`, as the gateway's are.

mod data;
mod elasticsearch;
mod fill;
mod http;
mod job;
mod load;
mod queries;
mod service;
mod visible;
mod vocabulary;

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, Result};
use clap::{Args, Parser, Subcommand};
use serde::Serialize;

use data::Dataset;
use elasticsearch::Recording;
use load::Pace;
use queries::query_pool;
use service::SearchService;

#[derive(Parser)]
#[command(about = "Products, searches and measurements for `cargo xtask bench search`")]
struct Cli {
    /// Products of the data set.
    #[arg(long, default_value_t = 1_000_000)]
    products: u32,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Replace what the database of search-svc holds.
    Fill,
    /// Rebuild the index, and wait for it.
    Rebuild,
    /// Search without a pause.
    Closed {
        #[command(flatten)]
        length: Length,
        #[command(flatten)]
        clients: Clients,
    },
    /// Search at a constant rate; latencies count from the time at which a search was due.
    Open {
        #[command(flatten)]
        length: Length,
        /// Searches a second.
        #[arg(long)]
        rate: f64,
    },
    /// Change products, and measure until a search finds them.
    Visible {
        /// Changes, one after the other.
        #[arg(long, default_value_t = 20)]
        samples: u32,
    },
    /// Switch the request cache of Elasticsearch off, and have it refresh each second.
    Configure,
    /// Pass on what search-svc sends to Elasticsearch, and write the searches down.
    Record {
        /// Where search-svc is to find Elasticsearch.
        #[arg(long)]
        port: u16,
        /// How many queries.
        #[arg(long, default_value_t = 2_000)]
        queries: usize,
        /// The file.
        #[arg(long)]
        to: PathBuf,
    },
    /// Send recorded searches to Elasticsearch.
    Replay {
        #[command(flatten)]
        length: Length,
        #[command(flatten)]
        clients: Clients,
        /// The file.
        #[arg(long)]
        from: PathBuf,
        /// Searches a second, in place of clients without a pause.
        #[arg(long)]
        rate: Option<f64>,
    },
}

#[derive(Args)]
struct Length {
    /// Seconds that count.
    #[arg(long, default_value_t = 20)]
    seconds: u64,
    /// Seconds before them.
    #[arg(long, default_value_t = 3)]
    warm_up: u64,
}

impl Length {
    fn warm_up(&self) -> Duration {
        Duration::from_secs(self.warm_up)
    }

    fn counted(&self) -> Duration {
        Duration::from_secs(self.seconds)
    }
}

#[derive(Args)]
struct Clients {
    /// Clients, each with a connection.
    #[arg(long, default_value_t = 32)]
    clients: usize,
}

fn main() -> Result<()> {
    let Cli { products, command } = Cli::parse();
    let dataset = || Dataset::new(products);
    match command {
        Command::Fill => print(&runtime()?.block_on(fill::fill(&dataset(), &variable("DATABASE_URL")?))?),
        Command::Rebuild => print(&job::rebuild(&SearchService::from_env()?)?),
        Command::Closed { length, clients } => search(&dataset(), &length, Pace::Closed(clients.clients)),
        Command::Open { length, rate } => search(&dataset(), &length, Pace::Open(rate)),
        Command::Visible { samples } => {
            let service = SearchService::from_env()?;
            let amqp_url = variable("AMQP_URL")?;
            print(&runtime()?.block_on(visible::measure(&dataset(), &service, &amqp_url, samples))?)
        }
        Command::Configure => {
            let upstream = http::address(&variable("ELASTICSEARCH_URL")?)?;
            // As search-svc names its indexes.
            let prefix = std::env::var("ELASTICSEARCH_INDEX").unwrap_or_else(|_| "souk".to_owned());
            print(&elasticsearch::configure(upstream, &prefix)?)
        }
        Command::Record { port, queries, to } => {
            let service = SearchService::from_env()?;
            let mut pool = query_pool(&dataset());
            pool.truncate(queries);
            let upstream = http::address(&variable("ELASTICSEARCH_URL")?)?;
            print(&elasticsearch::record(&service, &pool, upstream, port, &to)?)
        }
        Command::Replay {
            length,
            clients,
            from,
            rate,
        } => {
            let recording = Recording::read(&from)?;
            let upstream = http::address(&variable("ELASTICSEARCH_URL")?)?;
            let pace = rate.map_or(Pace::Closed(clients.clients), Pace::Open);
            let searches = |at: usize| recording.search(at);
            print(&load::run(
                upstream,
                &searches,
                pace,
                length.warm_up(),
                length.counted(),
            )?)
        }
    }
}

fn search(dataset: &Dataset, length: &Length, pace: Pace) -> Result<()> {
    let service = SearchService::from_env()?;
    let pool = query_pool(dataset);
    let searches = |at: usize| {
        let target = pool.get(at % pool.len().max(1)).map_or("", String::as_str);
        vec![service.get(target)]
    };
    print(&load::run(
        service.address,
        &searches,
        pace,
        length.warm_up(),
        length.counted(),
    )?)
}

fn print(result: &impl Serialize) -> Result<()> {
    println!("{}", serde_json::to_string(result)?);
    Ok(())
}

fn runtime() -> Result<tokio::runtime::Runtime> {
    Ok(tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?)
}

fn variable(name: &str) -> Result<String> {
    std::env::var(name).with_context(|| format!("{name} is not set"))
}
