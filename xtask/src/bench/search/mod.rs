//! `bench search`: the embedded index among few and many products, and Elasticsearch with and without search-svc.
//!
//! Postgres, RabbitMQ and search-svc run, and nothing else of the mesh: requests are signed as the gateway signs them,
//! so that its limits and its share of the processors do not count.

mod figures;
mod rows;
mod testbed;

use anyhow::{Result, ensure};

use super::budget::Row;
use crate::cli::SearchBenchArgs;
use crate::instance::Instance;
use crate::search_backend::SearchBackend;

use figures::{LoadFigures, RebuildFigures, Visibility};
use testbed::Testbed;

/// Clients that search without a pause.
const CLIENTS: u32 = 32;

/// What was measured with a number of products in the embedded index.
struct Embedded {
    rebuild: RebuildFigures,
    /// Processor time of search-svc for one document, in microseconds.
    document_us: f64,
    /// The most that search-svc held while it rebuilt.
    rebuild_mb: f64,
    load: Load,
    /// The most that search-svc held while it answered.
    load_mb: f64,
    index_mb: f64,
}

/// Searches without a pause, and at half of the rate that this gave.
struct Load {
    closed: LoadFigures,
    open: LoadFigures,
    /// Processor time of the answering process for one search, in milliseconds; not for Elasticsearch alone.
    cpu_ms: f64,
}

/// What was measured with the same products in Elasticsearch.
struct Elasticsearch {
    rebuild: RebuildFigures,
    through_service: Load,
    alone: Load,
}

/// Measure everything.
pub fn measure(instance: &Instance, args: SearchBenchArgs) -> Result<Vec<Row>> {
    ensure!(
        args.few < args.products,
        "Fewer products than {} are few",
        args.products
    );
    let mut testbed = Testbed::new(instance, SearchBackend::Embedded)?;
    let few = embedded(&mut testbed, args.few, args.seconds)?;
    let many = embedded(&mut testbed, args.products, args.seconds)?;
    println!("changing {} products", args.changes);
    let changes: Visibility = testbed.load(&["visible", "--samples", &args.changes.to_string()])?;
    testbed.stop()?;
    let elasticsearch = if args.without_elasticsearch {
        None
    } else {
        Some(elasticsearch(&mut testbed, args)?)
    };
    Ok(rows::all(&few, &many, &changes, elasticsearch.as_ref()))
}

fn embedded(testbed: &mut Testbed, products: u32, seconds: u32) -> Result<Embedded> {
    testbed.fill(products)?;
    testbed.start()?;
    let cpu = testbed.service_micros();
    let (rebuild, rebuild_mb) = testbed.with_memory(Testbed::rebuild)?;
    let document_us = (testbed.service_micros() - cpu) / rebuild.documents;
    let (load, load_mb) = testbed.with_memory(|testbed| search(testbed, seconds))?;
    let embedded = Embedded {
        rebuild,
        document_us,
        rebuild_mb,
        load,
        load_mb,
        index_mb: testbed.index_mb()?,
    };
    println!(
        "{products} products in the embedded index: {:.0} documents/s, {:.0} us of processor time a document, {:.0} MB on disk, {:.1} answers/s, p99 at half of it \
         {:.1} ms, {:.2} ms of processor time a search, RssAnon at most {:.0} MB while it rebuilt and {:.0} MB while it answered, \
         load generator {:.2} of a core",
        embedded.rebuild.per_second,
        embedded.document_us,
        embedded.index_mb,
        embedded.load.closed.per_second,
        embedded.load.open.p99_ms,
        embedded.load.cpu_ms,
        embedded.rebuild_mb,
        embedded.load_mb,
        embedded.load.closed.generator_cpu,
    );
    Ok(embedded)
}

/// Searches search-svc.
fn search(testbed: &Testbed, seconds: u32) -> Result<Load> {
    println!("searching for {seconds} s twice");
    let cpu = testbed.service_micros();
    let closed: LoadFigures = testbed.load(&[
        "closed",
        "--clients",
        &CLIENTS.to_string(),
        "--seconds",
        &seconds.to_string(),
    ])?;
    let cpu_ms = (testbed.service_micros() - cpu) / 1000.0 / closed.all_requests();
    let rate = closed.per_second / 2.0;
    let open = testbed.load(&[
        "open",
        "--rate",
        &rate.to_string(),
        "--seconds",
        &seconds.to_string(),
    ])?;
    Ok(Load { closed, open, cpu_ms })
}

fn elasticsearch(testbed: &mut Testbed, args: SearchBenchArgs) -> Result<Elasticsearch> {
    testbed.switch_to_elasticsearch()?;
    testbed.start()?;
    let rebuild = testbed.rebuild()?;
    testbed.configure_elasticsearch()?;
    let through_service = search(testbed, args.seconds)?;
    testbed.record(args.queries)?;
    testbed.stop()?;
    println!("sending the same to Elasticsearch alone");
    let seconds = args.seconds.to_string();
    let closed: LoadFigures = testbed.replay(&["--clients", &CLIENTS.to_string(), "--seconds", &seconds])?;
    let rate = (closed.per_second / 2.0).to_string();
    let open = testbed.replay(&["--rate", &rate, "--seconds", &seconds])?;
    let alone = Load {
        closed,
        open,
        cpu_ms: f64::NAN,
    };
    println!(
        "Elasticsearch: {:.0} documents/s, through search-svc {:.1} answers/s with p99 {:.1} ms at half of it, alone {:.1} \
         answers/s with p99 {:.1} ms at half of it",
        rebuild.per_second,
        through_service.closed.per_second,
        through_service.open.p99_ms,
        alone.closed.per_second,
        alone.open.p99_ms,
    );
    Ok(Elasticsearch {
        rebuild,
        through_service,
        alone,
    })
}
