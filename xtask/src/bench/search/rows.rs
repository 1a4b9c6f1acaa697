//! The table.

use super::figures::Visibility;
use super::{Elasticsearch, Embedded};
use crate::bench::budget::{Budget, Row};

/// Documents a second that a rebuild is promised to write.
const DOCUMENTS: f64 = 20_000.0;
/// Milliseconds at half of the throughput.
const P99_MS: f64 = 25.0;
/// Megabytes of the index on disk.
const INDEX_MB: f64 = 1_000.0;
/// Megabytes of anonymous memory.
const MEMORY_MB: f64 = 400.0;
/// Milliseconds until a change is found.
const VISIBLE_MS: f64 = 1_000.0;

/// All rows.
pub fn all(
    few: &Embedded,
    many: &Embedded,
    changes: &Visibility,
    elasticsearch: Option<&Elasticsearch>,
) -> Vec<Row> {
    let mut rows = promised(many, changes);
    rows.extend(growth(few, many));
    rows.extend(elasticsearch.into_iter().flat_map(|it| beside(many, it)));
    rows
}

/// The embedded index, held against what is promised of it.
fn promised(many: &Embedded, changes: &Visibility) -> Vec<Row> {
    let at_most = |what, unit, measured, limit| row(what, unit, measured, limit, Budget::AtMost(1.0));
    vec![
        row(
            "rebuild, to what is promised",
            "1/s",
            many.rebuild.per_second,
            DOCUMENTS,
            Budget::AtLeast(1.0),
        ),
        at_most("index on disk", "MB", many.index_mb, INDEX_MB),
        at_most("p99 at half of the rate", "ms", many.load.open.p99_ms, P99_MS),
        at_most("a change is found, p50", "ms", changes.p50_ms, VISIBLE_MS),
        at_most("a change is found, longest", "ms", changes.max_ms, VISIBLE_MS),
        at_most("RssAnon during a rebuild", "MB", many.rebuild_mb, MEMORY_MB),
        at_most("RssAnon during searches", "MB", many.load_mb, MEMORY_MB),
    ]
}

/// Many products, held against few.
fn growth(few: &Embedded, many: &Embedded) -> Vec<Row> {
    let grown = |what, unit, of: fn(&Embedded) -> f64| row(what, unit, of(many), of(few), Budget::Any);
    vec![
        grown("32 clients, many to few", "1/s", |size| {
            size.load.closed.per_second
        }),
        grown("p50 at half of it", "ms", |size| size.load.open.p50_ms),
        grown("p99 at half of it", "ms", |size| size.load.open.p99_ms),
        grown("CPU of a search", "ms", |size| size.load.cpu_ms),
        grown("rebuild, many to few", "1/s", |size| size.rebuild.per_second),
        grown("CPU of a rebuilt document", "us", |size| size.document_us),
        grown("load generator, of a core", "", |size| {
            size.load.closed.generator_cpu
        }),
    ]
}

/// Held against Elasticsearch alone.
fn beside(many: &Embedded, elasticsearch: &Elasticsearch) -> Vec<Row> {
    let Elasticsearch {
        rebuild,
        through_service,
        alone,
    } = elasticsearch;
    vec![
        row(
            "through search-svc, to ES alone",
            "1/s",
            through_service.closed.per_second,
            alone.closed.per_second,
            Budget::AtLeast(0.8),
        ),
        row(
            "p99 at half of it",
            "ms",
            through_service.open.p99_ms,
            alone.open.p99_ms,
            Budget::Any,
        ),
        row(
            "embedded, to ES alone",
            "1/s",
            many.load.closed.per_second,
            alone.closed.per_second,
            Budget::AtLeast(2.0),
        ),
        row(
            "p99 at half of it",
            "ms",
            many.load.open.p99_ms,
            alone.open.p99_ms,
            Budget::Any,
        ),
        row(
            "rebuild, embedded to ES",
            "1/s",
            many.rebuild.per_second,
            rebuild.per_second,
            Budget::Any,
        ),
    ]
}

fn row(what: &'static str, unit: &'static str, measured: f64, limit: f64, budget: Budget) -> Row {
    Row::new(what, unit, vec![(measured, limit)], budget)
}
