//! Cursors of product searches: signed, and bound to the search that they continue.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, Mac};
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use souk_auth::{MeshKeys, now_ms};
use souk_http::Problem;

use crate::domain::Position;

/// What cursors are signed for.
const PURPOSE: &str = "search-cursor";
/// Bytes of a signature.
const MAC_BYTES: usize = 16;
/// A cursor that was signed with the key before is accepted for this long after another one has begun to sign.
const KEY_GRACE_MS: i64 = 10 * 60 * 1000;

/// Where a search is continued.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SearchCursor {
    /// The last hit that was shown.
    #[serde(rename = "p")]
    pub position: Position,
    /// How many hits were shown.
    #[serde(rename = "n")]
    pub shown: usize,
    /// The state of the index that the pages are read from.
    #[serde(rename = "s", default, skip_serializing_if = "Option::is_none")]
    pub snapshot: Option<String>,
}

impl SearchCursor {
    /// The cursor as clients get it. `search` is what it is bound to.
    pub fn sign(&self, keys: &MeshKeys, search: &[u8]) -> String {
        // Numbers, texts and ids always serialize.
        let payload = serde_json::to_vec(self).unwrap_or_default();
        let mac = mac(keys, now_ms(), &payload, search).map(|mac| mac.finalize().into_bytes());
        let mut signed: Vec<u8> = mac.iter().flatten().take(MAC_BYTES).copied().collect();
        signed.extend_from_slice(&payload);
        URL_SAFE_NO_PAD.encode(signed)
    }

    /// The cursor that a client sent.
    ///
    /// # Errors
    /// 422 for one that was not made for this search.
    pub fn verify(text: &str, keys: &MeshKeys, search: &[u8]) -> Result<Self, Problem> {
        let wrong =
            || Problem::invalid().field("/cursor", "wrong_cursor", "This cursor is not from this search.");
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| wrong())?;
        let (signature, payload) = bytes.split_at_checked(MAC_BYTES).ok_or_else(wrong)?;
        let now = now_ms();
        let is_ours = [now, now - KEY_GRACE_MS]
            .into_iter()
            .filter_map(|time| mac(keys, time, payload, search))
            .any(|mac| mac.verify_truncated_left(signature).is_ok());
        if !is_ours {
            return Err(wrong());
        }
        serde_json::from_slice(payload).map_err(|_| wrong())
    }
}

/// A key of any length fits, so it is never `None`.
fn mac(keys: &MeshKeys, time: i64, payload: &[u8], search: &[u8]) -> Option<Hmac<Sha256>> {
    let mut mac = Hmac::<Sha256>::new_from_slice(&keys.derive(PURPOSE, time)).ok()?;
    mac.update(&payload.len().to_be_bytes());
    mac.update(payload);
    mac.update(search);
    Some(mac)
}
