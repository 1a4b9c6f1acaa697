//! Where log lines go and how they look.

use std::io::IsTerminal;

use tracing_subscriber::EnvFilter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use crate::format::{JsonLines, PrettyLines};
use crate::meter;
use crate::writer::Stdout;

/// Noisy libraries are asked to be quiet unless `RUST_LOG` says otherwise.
const DEFAULT_FILTER: &str = "info,actix_server=warn,lapin=warn,lapin::returned_messages=error";

/// Starts logs (`LOG_FORMAT` = `json` or `pretty`, `RUST_LOG`) and metrics for this process.
pub fn init(service: &'static str) -> anyhow::Result<()> {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(DEFAULT_FILTER));
    let registry = tracing_subscriber::registry().with(filter);
    let layer = tracing_subscriber::fmt::layer().with_writer(Stdout);
    match std::env::var("LOG_FORMAT").as_deref() {
        Ok("pretty") => {
            let colours = std::io::stdout().is_terminal();
            registry
                .with(layer.event_format(PrettyLines { service, colours }))
                .try_init()?;
        }
        _ => registry
            .with(layer.event_format(JsonLines { service }))
            .try_init()?,
    }
    meter::init_metrics(service);
    Ok(())
}
