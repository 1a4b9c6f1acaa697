//! Documents as the tables have them now, and how they get into an index.

use std::collections::HashMap;
use std::sync::Arc;

use souk_db::Conn;
use uuid::Uuid;

use super::{SharedDictionary, blocking};
use crate::domain::{Document, Key, Kind};
use crate::index::{DocumentWrite, IndexError, RejectedDocument, SearchIndex};
use crate::{Result, store};

/// What an index should hold of these things: those that are hidden or gone are taken out.
pub async fn writes(conn: &mut Conn, kind: Kind, ids: &[Uuid]) -> Result<Vec<DocumentWrite>> {
    let documents: Vec<Document> = match kind {
        Kind::Shop => {
            let facts = store::shops::facts(conn, ids).await?;
            blocking(move || facts.iter().map(|facts| facts.document()).collect()).await?
        }
        Kind::Product => {
            let facts = store::products::facts(conn, ids).await?;
            blocking(move || facts.iter().filter_map(|facts| facts.document()).collect()).await?
        }
    };
    let mut documents: HashMap<Uuid, Document> = documents
        .into_iter()
        .map(|document| (document.card.id, document))
        .collect();
    let gone: Vec<Uuid> = ids
        .iter()
        .copied()
        .filter(|id| !documents.contains_key(id))
        .collect();
    let mut versions: HashMap<Uuid, i64> = store_versions(conn, kind, &gone).await?.into_iter().collect();
    let writes = ids.iter().map(|id| {
        let document = documents.remove(id);
        let version = document.as_ref().map(|document| document.version);
        DocumentWrite {
            key: Key { kind, id: *id },
            version: version.or_else(|| versions.remove(id)).unwrap_or_default(),
            document,
        }
    });
    Ok(writes.collect())
}

async fn store_versions(conn: &mut Conn, kind: Kind, ids: &[Uuid]) -> Result<Vec<(Uuid, i64)>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    match kind {
        Kind::Shop => store::shops::all_document_versions(conn, ids).await,
        Kind::Product => store::products::all_document_versions(conn, ids).await,
    }
}

/// Writes documents into an index, words first. A document that the index cannot keep does not hold up the others.
pub async fn put(
    conn: &mut Conn,
    index: &dyn SearchIndex,
    dictionary: &SharedDictionary,
    id: Uuid,
    writes: Arc<[DocumentWrite]>,
) -> Result<Vec<RejectedDocument>> {
    let documents: Vec<&Document> = writes
        .iter()
        .filter_map(|write| write.document.as_ref())
        .collect();
    dictionary.add(conn, &documents).await?;
    match index.write(id, writes.clone()).await {
        Err(IndexError::Failed(error)) if writes.len() > 1 => {
            tracing::warn!(error = %error, "Indexer: a batch failed, writing its documents one by one");
            one_by_one(index, id, &writes).await
        }
        written => Ok(written?),
    }
}

/// Some fail and some do not: those that fail are to blame. If all fail, the index is.
async fn one_by_one(
    index: &dyn SearchIndex,
    id: Uuid,
    writes: &[DocumentWrite],
) -> Result<Vec<RejectedDocument>> {
    let mut rejected = Vec::new();
    let mut last = None;
    for write in writes {
        match index.write(id, Arc::new([write.clone()])).await {
            Ok(more) => rejected.extend(more),
            Err(IndexError::Failed(error)) => {
                rejected.push(RejectedDocument {
                    key: write.key,
                    version: write.version,
                    reason: error.to_string(),
                });
                last = Some(error);
            }
            Err(error) => return Err(error.into()),
        }
    }
    match last {
        Some(error) if rejected.len() == writes.len() => Err(IndexError::Failed(error).into()),
        _ => Ok(rejected),
    }
}
