//! The shops that may not be seen, as this process knows them.

use std::collections::HashSet;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use souk_db::Db;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::SharedDictionary;
use crate::{Result, store};

/// Shops that close are hidden after this time at most, in every process.
const REFRESH: Duration = Duration::from_millis(200);

/// Shared by searches. Cheap to clone.
#[derive(Clone, Default)]
pub struct ShopVisibility {
    state: Arc<RwLock<State>>,
}

#[derive(Default)]
struct State {
    version: Option<i64>,
    hidden: Arc<HashSet<Uuid>>,
}

impl ShopVisibility {
    /// The hidden shops; `None` before they were first read.
    pub fn hidden(&self) -> Option<Arc<HashSet<Uuid>>> {
        let state = self.state.read().unwrap_or_else(PoisonError::into_inner);
        state.version.map(|_| state.hidden.clone())
    }

    /// Reads the hidden shops if they have changed.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn refresh(&self, conn: &mut souk_db::Conn) -> Result<()> {
        // The version first: a change in between is read again the next time.
        let version = store::visibility::version(conn).await?;
        let known = self.state.read().unwrap_or_else(PoisonError::into_inner).version;
        if known != Some(version) {
            let hidden = Arc::new(store::shops::hidden(conn).await?);
            *self.state.write().unwrap_or_else(PoisonError::into_inner) = State {
                version: Some(version),
                hidden,
            };
        }
        Ok(())
    }
}

/// Keeps what searches need beside the index in step with the tables, until `stop`.
pub async fn follow_tables(
    db: Db,
    visibility: ShopVisibility,
    dictionary: SharedDictionary,
    stop: CancellationToken,
) {
    while !stop.is_cancelled() {
        let refreshed = async {
            let mut conn = db.conn().await?;
            visibility.refresh(&mut conn).await?;
            dictionary.refresh(&mut conn).await
        };
        if let Err(error) = refreshed.await {
            tracing::warn!(error = %error, "Search: hidden shops and words could not be read, retrying");
        }
        stop.run_until_cancelled(tokio::time::sleep(REFRESH)).await;
    }
}
