//! Wires server, consumer and indexer.

use std::sync::Arc;

use actix_web::web::Data;
use anyhow::Context;
use souk_clients::product::ProductClient;
use souk_clients::shop::ShopClient;
use souk_http::{Check, Server};
use souk_service::Process;
use utoipa::openapi::{Info, OpenApi};

use crate::config::{self, Backend, Config};
use crate::flows::{Indexer, Searcher, SharedDictionary, ShopVisibility, Sources, follow_tables};
use crate::index::{ElasticsearchIndex, ElasticsearchSettings, EmbeddedIndex, SearchIndex};
use crate::{AppState, NAME, consumers, routes, store};

/// Runs the service until the process is told to stop.
///
/// # Errors
/// When a setting makes no sense, or the address or the directory of the index cannot be used.
pub async fn serve(process: Process) -> anyhow::Result<()> {
    let config = config::load()?;
    let sources = Sources {
        products: ProductClient::new(process.client(&config.product_svc_url)?),
        shops: ShopClient::new(process.client(&config.shop_svc_url)?),
    };
    let index = open_index(&config)?;
    let (dictionary, visibility) = (SharedDictionary::default(), ShopVisibility::default());
    let state = AppState {
        db: process.db(),
        keys: process.keys(),
    };
    let searcher = Searcher::new(index.clone(), dictionary.clone(), visibility.clone());
    // Nothing is published, so no relay waits for commits: the indexer does.
    let indexer = Indexer::new(process.db(), index, dictionary.clone(), sources);
    process.spawn(|stop| indexer.run(stop));
    let db = process.db();
    process.spawn(|stop| follow_tables(db, visibility, dictionary, stop));
    process.retain(store::retention::RULES);
    process.consume(consumers::catalogue(process.db(), process.bus()));
    process.serve(server(state, searcher), routes::configure).await
}

/// The HTTP side over `state` and `searcher`; tests start it on its own.
pub fn server(state: AppState, searcher: Searcher) -> Server {
    let checked = searcher.clone();
    let index = Check::new("search index", move || {
        let searcher = checked.clone();
        async move { searcher.check().await }
    });
    souk_service::server(NAME, info(), state.db.clone(), state.keys.clone(), &[])
        .check(index)
        .data(Data::new(state))
        .data(Data::new(searcher))
}

/// The service's OpenAPI document.
pub fn openapi() -> OpenApi {
    souk_http::openapi(info(), routes::configure)
}

fn open_index(config: &Config) -> anyhow::Result<Arc<dyn SearchIndex>> {
    match config.search_backend {
        Backend::Embedded => {
            let index = EmbeddedIndex::open(config.index_dir()?);
            Ok(Arc::new(index.context("SEARCH_INDEX_DIR cannot be used")?))
        }
        Backend::Elasticsearch => {
            let index = ElasticsearchIndex::new(&ElasticsearchSettings {
                url: config.elasticsearch_url()?.clone(),
                credentials: config.elasticsearch_credentials()?,
                index_prefix: config.elasticsearch_index.clone(),
                replicas: config.elasticsearch_replicas,
            })?;
            Ok(Arc::new(index))
        }
    }
}

fn info() -> Info {
    souk_service::info(
        "Souk search",
        "Shops and products, found in spite of typing errors.",
    )
}
