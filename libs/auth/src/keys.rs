//! The mesh signature: HMAC-SHA256 under keys that can be rotated.

use std::time::{SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use hmac::{Hmac, Mac};
use sha2::Sha256;

use crate::headers;

/// How far a signature's time may be off, in either direction.
pub const SKEW_MS: i64 = 60_000;

const MIN_SECRET: usize = 32;

/// The keys of the mesh: the first signs, all verify.
///
/// To rotate: add the new key as the second everywhere, then put it first, then drop the old one.
#[derive(Clone)]
pub struct MeshKeys(Vec<Key>);

#[derive(Clone)]
struct Key {
    kid: String,
    /// Keyed already: signing clones it instead of keying again.
    mac: Hmac<Sha256>,
}

/// What is wrong with `MESH_KEYS`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// There is no key at all.
    #[error("MESH_KEYS holds no key")]
    None,
    /// An entry is not `kid:base64secret`.
    #[error("entry {0} of MESH_KEYS is not kid:base64secret")]
    Malformed(usize),
    /// A secret can be guessed.
    #[error("the secret of entry {0} of MESH_KEYS is shorter than {MIN_SECRET} bytes")]
    Short(usize),
    /// Two entries have the same name.
    #[error("entry {0} of MESH_KEYS has the name of another one")]
    Twice(usize),
}

/// Why a signature was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// There is none, or it cannot be read.
    #[error("the request is not signed")]
    Unsigned,
    /// It was made with a key that is not ours (any more).
    #[error("the signing key is not known")]
    UnknownKey,
    /// It was made too long ago, or is from the future.
    #[error("the signature's time is off")]
    Time,
    /// It does not fit the request.
    #[error("the signature does not fit the request")]
    Altered,
}

/// Everything a signature covers.
#[derive(Clone, Copy, Debug, Default)]
pub struct SignedRequest<'a> {
    /// HTTP method in upper case.
    pub method: &'a str,
    /// Path and query exactly as the receiver sees them.
    pub target: &'a str,
    /// The member of the mesh that sends it.
    pub caller: &'a str,
    /// Unix milliseconds; see [`now_ms`].
    pub timestamp: i64,
    /// The user on whose behalf it is sent.
    pub user_id: Option<&'a str>,
    /// The user's role.
    pub role: Option<&'a str>,
    /// The user's session.
    pub session_id: Option<&'a str>,
    /// Who is looking.
    pub visitor_id: Option<&'a str>,
    /// The request that began it all.
    pub request_id: Option<&'a str>,
    /// Trace context.
    pub traceparent: Option<&'a str>,
}

impl MeshKeys {
    /// Reads `kid:base64secret[,kid:base64secret]`.
    pub fn parse(text: &str) -> Result<Self, KeyError> {
        let mut keys: Vec<Key> = Vec::new();
        for (index, entry) in text
            .split(',')
            .map(str::trim)
            .filter(|entry| !entry.is_empty())
            .enumerate()
        {
            let place = index + 1;
            let (kid, secret) = entry.split_once(':').ok_or(KeyError::Malformed(place))?;
            let secret = decode(secret).ok_or(KeyError::Malformed(place))?;
            if kid.is_empty()
                || !kid
                    .bytes()
                    .all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b))
            {
                return Err(KeyError::Malformed(place));
            }
            if secret.len() < MIN_SECRET {
                return Err(KeyError::Short(place));
            }
            if keys.iter().any(|key| key.kid == kid) {
                return Err(KeyError::Twice(place));
            }
            let mac = Hmac::new_from_slice(&secret).map_err(|_| KeyError::Malformed(place))?;
            keys.push(Key {
                kid: kid.to_owned(),
                mac,
            });
        }
        if keys.is_empty() {
            Err(KeyError::None)
        } else {
            Ok(Self(keys))
        }
    }

    /// Signs a request: all the headers that make it trusted, the identity ones among them.
    pub fn sign(&self, request: &SignedRequest<'_>) -> Vec<(&'static str, String)> {
        let mut signed: Vec<(&'static str, String)> = vec![
            (headers::MESH_CALLER, request.caller.to_owned()),
            (headers::MESH_TIMESTAMP, request.timestamp.to_string()),
            (headers::MESH_SIGNATURE, self.signature(request)),
        ];
        let identity = [
            (headers::USER_ID, request.user_id),
            (headers::USER_ROLE, request.role),
            (headers::SESSION_ID, request.session_id),
            (headers::VISITOR_ID, request.visitor_id),
            (headers::REQUEST_ID, request.request_id),
            (headers::TRACEPARENT, request.traceparent),
        ];
        signed.extend(
            identity
                .into_iter()
                .filter_map(|(name, value)| Some((name, value?.to_owned()))),
        );
        signed
    }

    /// The value of `X-Mesh-Signature` alone.
    pub fn signature(&self, request: &SignedRequest<'_>) -> String {
        // `parse` lets no empty list through.
        self.0.first().map_or_else(String::new, |key| {
            format!(
                "{}:{}",
                key.kid,
                hex::encode(request.mac(key).finalize().into_bytes())
            )
        })
    }

    /// A secret for another purpose, made from the first key.
    pub fn derive(&self, purpose: &str) -> [u8; 32] {
        self.0.first().map_or([0; 32], |key| {
            let mut mac = key.mac.clone();
            // No request begins like this.
            mac.update(b"derive\n");
            mac.update(purpose.as_bytes());
            mac.finalize().into_bytes().into()
        })
    }

    /// Checks a signature against the request it came with, at time `now`.
    pub fn verify(&self, request: &SignedRequest<'_>, signature: &str, now: i64) -> Result<(), Refusal> {
        let (kid, hex) = signature.split_once(':').ok_or(Refusal::Unsigned)?;
        let mut bytes = [0_u8; 32];
        hex::decode_to_slice(hex, &mut bytes).map_err(|_| Refusal::Unsigned)?;
        let key = self
            .0
            .iter()
            .find(|key| key.kid == kid)
            .ok_or(Refusal::UnknownKey)?;
        // Constant time.
        request
            .mac(key)
            .verify_slice(&bytes)
            .map_err(|_| Refusal::Altered)?;
        if now.abs_diff(request.timestamp) > SKEW_MS.unsigned_abs() {
            return Err(Refusal::Time);
        }
        Ok(())
    }
}

impl SignedRequest<'_> {
    /// One value a line; none of them can hold a line break, being parts of an HTTP head.
    fn mac(&self, key: &Key) -> Hmac<Sha256> {
        let timestamp = self.timestamp.to_string();
        let lines = [
            self.method,
            self.target,
            self.caller,
            &timestamp,
            self.user_id.unwrap_or_default(),
            self.role.unwrap_or_default(),
            self.session_id.unwrap_or_default(),
            self.visitor_id.unwrap_or_default(),
            self.request_id.unwrap_or_default(),
            self.traceparent.unwrap_or_default(),
        ];
        let mut mac = key.mac.clone();
        mac.update(b"v1");
        for line in lines {
            mac.update(b"\n");
            mac.update(line.as_bytes());
        }
        mac
    }
}

/// The present time in unix milliseconds.
pub fn now_ms() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

fn decode(secret: &str) -> Option<Vec<u8>> {
    [STANDARD, STANDARD_NO_PAD, URL_SAFE_NO_PAD]
        .iter()
        .find_map(|engine| engine.decode(secret).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(text: &str) -> MeshKeys {
        MeshKeys::parse(text).unwrap()
    }

    fn secret(byte: u8) -> String {
        STANDARD.encode([byte; 32])
    }

    fn request() -> SignedRequest<'static> {
        SignedRequest {
            method: "GET",
            target: "/api/v1/cart?x=1",
            caller: "gateway",
            timestamp: 1_000_000,
            user_id: Some("u"),
            role: Some("customer"),
            ..SignedRequest::default()
        }
    }

    #[test]
    fn every_signed_part_counts() {
        let keys = keys(&format!("a:{}", secret(1)));
        let signature = keys.signature(&request());
        let verify = |request: SignedRequest<'_>| keys.verify(&request, &signature, 1_000_000);

        assert_eq!(verify(request()), Ok(()));
        for altered in [
            SignedRequest {
                method: "POST",
                ..request()
            },
            SignedRequest {
                target: "/api/v1/cart?x=2",
                ..request()
            },
            SignedRequest {
                caller: "cart-svc",
                ..request()
            },
            SignedRequest {
                timestamp: 1_000_001,
                ..request()
            },
            SignedRequest {
                user_id: Some("v"),
                ..request()
            },
            SignedRequest {
                user_id: None,
                ..request()
            },
            SignedRequest {
                role: Some("admin"),
                ..request()
            },
            SignedRequest {
                session_id: Some("s"),
                ..request()
            },
            SignedRequest {
                visitor_id: Some("s"),
                ..request()
            },
            SignedRequest {
                request_id: Some("s"),
                ..request()
            },
            SignedRequest {
                traceparent: Some("s"),
                ..request()
            },
        ] {
            assert_eq!(verify(altered), Err(Refusal::Altered), "{altered:?}");
        }
    }

    #[test]
    fn a_signature_lives_a_minute_in_both_directions() {
        let keys = keys(&format!("a:{}", secret(1)));
        let signature = keys.signature(&request());
        let at = |now| keys.verify(&request(), &signature, now);

        assert_eq!((at(1_060_000), at(940_000)), (Ok(()), Ok(())));
        assert_eq!(
            (at(1_060_001), at(939_999)),
            (Err(Refusal::Time), Err(Refusal::Time))
        );
    }

    #[test]
    fn keys_rotate_without_a_gap() {
        let (old, new) = (format!("old:{}", secret(1)), format!("new:{}", secret(2)));
        let signed_by_new = keys(&new).signature(&request());
        let verify = |list: &str| keys(list).verify(&request(), &signed_by_new, 1_000_000);

        assert_eq!(verify(&format!("{old},{new}")), Ok(()));
        assert_eq!(verify(&format!("{new}, {old}")), Ok(()));
        assert_eq!(verify(&old), Err(Refusal::UnknownKey));
        assert_eq!(verify(&format!("new:{}", secret(3))), Err(Refusal::Altered));
    }

    #[test]
    fn what_is_no_signature_is_refused() {
        let keys = keys(&format!("a:{}", secret(1)));
        let whole = keys.signature(&request());
        for text in [
            "",
            "a",
            "a:",
            "a:zz",
            &whole[..whole.len() - 2],
            &format!("{whole}00"),
        ] {
            assert_eq!(
                keys.verify(&request(), text, 1_000_000),
                Err(Refusal::Unsigned),
                "{text}"
            );
        }
    }

    #[test]
    fn bad_keys_are_told_by_place() {
        let good = format!("a:{}", secret(1));
        let wrong = |text: &str| MeshKeys::parse(text).err();

        assert_eq!(wrong(" , "), Some(KeyError::None));
        assert_eq!(wrong(&format!("{good},b")), Some(KeyError::Malformed(2)));
        assert_eq!(wrong("a:AAAA"), Some(KeyError::Short(1)));
        assert_eq!(wrong(&format!("{good},{good}")), Some(KeyError::Twice(2)));
    }
}
