//! Prometheus metrics of this process.

use std::sync::OnceLock;
use std::time::Duration;

use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};

/// From half a millisecond to ten seconds; every histogram of ours is in seconds unless named otherwise.
const SECONDS: [f64; 14] = [
    0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0,
];

/// For histograms whose name ends in `_size`: rows or messages per batch.
const SIZES: [f64; 10] = [1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0, 1000.0];

static HANDLE: OnceLock<Option<PrometheusHandle>> = OnceLock::new();

/// Installs the recorder once; later calls change nothing. [`crate::init`] does this too.
pub fn init_metrics(service: &'static str) {
    HANDLE.get_or_init(|| {
        let handle = install(service)
            .inspect_err(|error| tracing::error!(%error, "Metrics are off"))
            .ok()?;
        keep_up(handle.clone());
        Some(handle)
    });
}

/// The metrics in Prometheus' text format; empty when none were set up.
pub fn metrics_text() -> String {
    HANDLE
        .get()
        .and_then(Option::as_ref)
        .map(PrometheusHandle::render)
        .unwrap_or_default()
}

fn install(service: &'static str) -> anyhow::Result<PrometheusHandle> {
    // Without buckets the exporter renders summaries, which cannot be added up over replicas.
    let handle = PrometheusBuilder::new()
        .add_global_label("service", service)
        .set_buckets(&SECONDS)?
        .set_buckets_for_metric(Matcher::Suffix("_size".into()), &SIZES)?
        .install_recorder()?;
    Ok(handle)
}

/// Histograms grow without limit unless they are drained from time to time.
fn keep_up(handle: PrometheusHandle) {
    let upkeep = move || {
        loop {
            std::thread::sleep(Duration::from_secs(5));
            handle.run_upkeep();
        }
    };
    if let Err(error) = std::thread::Builder::new()
        .name("metrics-upkeep".into())
        .spawn(upkeep)
    {
        tracing::error!(%error, "Metrics have no upkeep");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn histograms_have_buckets_and_the_service_name() {
        init_metrics("test-svc");
        init_metrics("other");

        metrics::histogram!("probe_duration_seconds").record(0.003);
        metrics::histogram!("probe_batch_size").record(30.0);

        let text = metrics_text();
        assert!(
            text.contains(r#"probe_duration_seconds_bucket{service="test-svc",le="0.005"} 1"#),
            "{text}"
        );
        assert!(
            text.contains(r#"probe_batch_size_bucket{service="test-svc",le="50"} 1"#),
            "{text}"
        );
    }
}
