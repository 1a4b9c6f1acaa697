//! One signing key, and the text of its file.

use std::error::Error;
use std::io;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, SecondsFormat, Utc};
use ed25519_dalek::SigningKey;
use ed25519_dalek::pkcs8::spki::der::pem::LineEnding;
use ed25519_dalek::pkcs8::{DecodePrivateKey, EncodePrivateKey, KeypairBytes};
use jsonwebtoken::{DecodingKey, EncodingKey};
use rand::TryRngCore;
use sha2::{Digest, Sha256};

/// Stands before the key: PEM readers pass over what comes before `-----BEGIN`.
const SIGNS_FROM: &str = "signs-from:";

/// One key, ready to use.
pub struct Key {
    /// RFC 7638 thumbprint: the same key has the same name in every replica, whatever its file is called.
    pub kid: String,
    /// From when it signs; nothing for one that may at once.
    pub signs_from: Option<DateTime<Utc>>,
    pub(super) signing: EncodingKey,
    pub(super) verifying: DecodingKey,
    x: String,
}

impl Key {
    pub(super) fn from_pem(text: &str) -> Result<Self, Box<dyn Error + Send + Sync>> {
        let key = SigningKey::from_pkcs8_pem(text)?;
        let x = URL_SAFE_NO_PAD.encode(key.verifying_key().as_bytes());
        let thumbprint = Sha256::digest(format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{x}"}}"#));
        Ok(Self {
            kid: URL_SAFE_NO_PAD.encode(thumbprint),
            signs_from: signs_from(text)?,
            signing: EncodingKey::from_ed_der(key.to_pkcs8_der()?.as_bytes()),
            verifying: DecodingKey::from_ed_components(&x)?,
            x,
        })
    }

    /// What anyone may know of it.
    pub(super) fn jwk(&self) -> serde_json::Value {
        serde_json::json!({
            "kty": "OKP", "crv": "Ed25519", "use": "sig", "alg": "EdDSA", "kid": self.kid, "x": self.x,
        })
    }

    /// Whether it may sign at a time.
    pub(super) fn has_begun(&self, now: DateTime<Utc>) -> bool {
        self.signs_from.is_none_or(|from| from <= now)
    }
}

/// The text of a new key that signs from then on.
pub(super) fn new_pem(from: DateTime<Utc>) -> io::Result<String> {
    let mut secret = [0_u8; 32];
    rand::rngs::OsRng
        .try_fill_bytes(&mut secret)
        .map_err(io::Error::other)?;
    // Without the public half: OpenSSL 3.0 reads only that form.
    let pair = KeypairBytes {
        secret_key: secret,
        public_key: None,
    };
    let pem = pair.to_pkcs8_pem(LineEnding::LF).map_err(io::Error::other)?;
    let from = from.to_rfc3339_opts(SecondsFormat::Secs, true);
    Ok(format!("{SIGNS_FROM} {from}\n{}", pem.as_str()))
}

fn signs_from(text: &str) -> Result<Option<DateTime<Utc>>, chrono::ParseError> {
    let head = text.lines().take_while(|line| !line.starts_with("-----BEGIN"));
    let time = head.filter_map(|line| line.strip_prefix(SIGNS_FROM)).next();
    time.map(|time| Ok(DateTime::parse_from_rfc3339(time.trim())?.to_utc()))
        .transpose()
}
