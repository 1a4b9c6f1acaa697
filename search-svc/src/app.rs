//! Wires server, consumer and indexer.

use std::sync::Arc;

use actix_web::web::Data;
use anyhow::Context;
use souk_auth::MeshKeys;
use souk_http::Server;
use souk_service::Process;
use utoipa::openapi::{Info, OpenApi};

use crate::config::{self, Backend, Config};
use crate::flows::Indexer;
use crate::index::{EmbeddedIndex, SearchIndex};
use crate::{AppState, NAME, consumers, routes, store};

/// Runs the service until the process is told to stop.
///
/// # Errors
/// When a setting makes no sense, or the address or the directory of the index cannot be used.
pub async fn serve(process: Process) -> anyhow::Result<()> {
    let index = open_index(config::load()?).await?;
    // Nothing is published, so no relay waits for commits: the indexer does.
    let indexer = Indexer::new(process.db(), index.clone());
    process.spawn(|stop| indexer.run(stop));
    process.retain(store::retention::RULES);
    process.consume(consumers::catalogue(process.db(), process.bus()));
    let state = AppState {
        db: process.db(),
        index,
    };
    let server = server(state, process.keys());
    process.serve(server, routes::configure).await
}

/// The HTTP side over `state`; tests start it on its own.
pub fn server(state: AppState, keys: MeshKeys) -> Server {
    souk_service::server(NAME, info(), state.db.clone(), keys, &[]).data(Data::new(state))
}

/// The service's OpenAPI document.
pub fn openapi() -> OpenApi {
    souk_http::openapi(info(), routes::configure)
}

async fn open_index(config: Config) -> anyhow::Result<Arc<dyn SearchIndex>> {
    match config.search_backend {
        Backend::Embedded => {
            let directory = config.search_index_dir;
            let index = tokio::task::spawn_blocking(move || EmbeddedIndex::open(&directory)).await?;
            Ok(Arc::new(index.context("SEARCH_INDEX_DIR cannot be used")?))
        }
    }
}

fn info() -> Info {
    souk_service::info(
        "Souk search",
        "Shops and products, found in spite of typing errors.",
    )
}
