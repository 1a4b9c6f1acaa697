//! What user-svc has ended on a call that was only passed on.

use hyper::HeaderMap;
use souk_auth::headers::MESH_ENDED;
use souk_clients::user::{Ended, MalformedEnded};

use crate::Result;
use crate::revocation::Revocations;

/// Writes into Redis what the head of an answer of user-svc says was ended; to be done before the answer is passed on.
///
/// If it fails, or this process ends before it is done, `keep_remembering` makes up for it.
///
/// # Errors
/// When it could not be written, or cannot be read.
pub async fn end_as_told(revocations: &Revocations, head: &HeaderMap) -> Result<()> {
    for value in head.get_all(MESH_ENDED) {
        let ended: Ended = value.to_str().map_err(|_| MalformedEnded)?.parse()?;
        revocations.tell(&ended).await?;
    }
    Ok(())
}
