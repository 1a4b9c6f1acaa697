//! The mesh signature: HMAC-SHA256 under keys that can be rotated while the mesh runs.

use std::path::Path;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use hmac::Mac;

use crate::headers;
use crate::ring::{self, KeyError, Ring};
use crate::signed::{Refusal, SignedRequest};
use crate::watch::Watch;

/// How far a signature's time may be off, in either direction.
pub const SKEW_MS: i64 = 60_000;

/// The keys of the mesh: one signs, all verify.
///
/// Clones share what they know. Keys of a file are read again when it changes: whoever signs or verifies looks, so
/// that nothing needs to run beside.
#[derive(Clone)]
pub struct MeshKeys(Arc<Held>);

struct Held {
    ring: RwLock<Arc<Ring>>,
    watch: Option<Watch>,
}

/// Why the settings give no keys.
#[derive(Debug, thiserror::Error)]
pub enum SettingError {
    /// No variable is set.
    #[error("Neither MESH_KEYS_FILE nor MESH_KEYS is set.")]
    Missing,
    /// It is not clear which one counts.
    #[error("MESH_KEYS_FILE and MESH_KEYS are both set; one of them will do.")]
    Both,
    /// The file cannot be read.
    #[error("MESH_KEYS_FILE cannot be read: {0}.")]
    Unreadable(std::io::Error),
    /// What a variable holds or names will not do.
    #[error("{variable} cannot be used: {error}.")]
    Unfit {
        /// The variable.
        variable: &'static str,
        /// What is the matter.
        error: KeyError,
    },
}

impl MeshKeys {
    /// Reads `kid:base64secret[,kid:base64secret]`; the first signs.
    ///
    /// # Errors
    /// Tells the entry that is wrong.
    pub fn parse(text: &str) -> Result<Self, KeyError> {
        Ok(Self::hold(Ring::new(&ring::list(text)?)?, None))
    }

    /// The keys of a file (see [`crate::KeyFile`]), now and whenever it changes.
    ///
    /// # Errors
    /// When it cannot be read, or holds something that is no key.
    pub fn open(path: &Path) -> Result<Self, SettingError> {
        Self::open_looking_every(path, Watch::EVERY)
    }

    /// The same, looking for changes more seldom or more often.
    ///
    /// # Errors
    /// When it cannot be read, or holds something that is no key.
    pub fn open_looking_every(path: &Path, every: Duration) -> Result<Self, SettingError> {
        let (watch, ring) = Watch::begin(path, every).map_err(SettingError::Unreadable)?;
        let unfit = |error| SettingError::Unfit {
            variable: "MESH_KEYS_FILE",
            error,
        };
        Ok(Self::hold(ring.map_err(unfit)?, Some(watch)))
    }

    /// The keys that the settings name: a file or a list. In production none of them may be something that people
    /// can think of.
    ///
    /// # Errors
    /// Names the variable.
    pub fn from_settings(
        file: Option<&Path>,
        list: Option<&str>,
        is_production: bool,
    ) -> Result<Self, SettingError> {
        let unfit = |variable| move |error| SettingError::Unfit { variable, error };
        let (variable, keys) = match (file, list) {
            (None, None) => return Err(SettingError::Missing),
            (Some(_), Some(_)) => return Err(SettingError::Both),
            (Some(path), None) => ("MESH_KEYS_FILE", Self::open(path)?),
            (None, Some(list)) => ("MESH_KEYS", Self::parse(list).map_err(unfit("MESH_KEYS"))?),
        };
        if is_production {
            keys.known().must_be_random().map_err(unfit(variable))?;
        }
        Ok(keys)
    }

    /// Signs a request: all the headers that make it trusted, the identity ones among them.
    pub fn sign(&self, request: &SignedRequest<'_>) -> Vec<(&'static str, String)> {
        let mut signed = Vec::new();
        self.sign_with(request, |name, value| signed.push((name, value.to_owned())));
        signed
    }

    /// The same, each header given to `set`.
    pub fn sign_with(&self, request: &SignedRequest<'_>, mut set: impl FnMut(&'static str, &str)) {
        set(headers::MESH_CALLER, request.caller);
        set(headers::MESH_TIMESTAMP, &request.timestamp.to_string());
        set(headers::MESH_SIGNATURE, &self.signature(request));
        if let Some(timeout_ms) = request.timeout_ms {
            set(headers::MESH_TIMEOUT, &timeout_ms.to_string());
        }
        let identity = [
            (headers::USER_ID, request.user_id),
            (headers::USER_ROLE, request.role),
            (headers::SESSION_ID, request.session_id),
            (headers::VISITOR_ID, request.visitor_id),
            (headers::REQUEST_ID, request.request_id),
            (headers::TRACEPARENT, request.traceparent),
        ];
        for (name, value) in identity {
            if let Some(value) = value {
                set(name, value);
            }
        }
    }

    /// The value of `X-Mesh-Signature` alone, by the key that signs at the time of the request.
    pub fn signature(&self, request: &SignedRequest<'_>) -> String {
        // No ring is empty.
        self.current()
            .signing(request.timestamp)
            .map_or_else(String::new, |key| {
                let mut digits = [0; 64];
                // The digits of 32 bytes always fit.
                let _ = hex::encode_to_slice(request.mac(&key.mac).finalize().into_bytes(), &mut digits);
                format!("{}:{}", key.kid, std::str::from_utf8(&digits).unwrap_or_default())
            })
    }

    /// A secret for another purpose, made from the key that signs at time `now`.
    pub fn derive(&self, purpose: &str, now: i64) -> [u8; 32] {
        self.current().signing(now).map_or([0; 32], |key| {
            let mut mac = key.mac.clone();
            // No request begins like this.
            mac.update(b"derive\n");
            mac.update(purpose.as_bytes());
            mac.finalize().into_bytes().into()
        })
    }

    /// Checks a signature against the request it came with, at time `now`.
    ///
    /// # Errors
    /// Tells why it is refused.
    pub fn verify(&self, request: &SignedRequest<'_>, signature: &str, now: i64) -> Result<(), Refusal> {
        let (kid, hex) = signature.split_once(':').ok_or(Refusal::Unsigned)?;
        let mut bytes = [0_u8; 32];
        hex::decode_to_slice(hex, &mut bytes).map_err(|_| Refusal::Unsigned)?;
        let mut ring = self.current();
        // Whoever signed may have seen a change of the file before us.
        if ring.find(kid, now).is_none() && self.look() {
            ring = self.known();
        }
        let key = ring.find(kid, now).ok_or(Refusal::UnknownKey)?;
        // Constant time.
        request
            .mac(&key.mac)
            .verify_slice(&bytes)
            .map_err(|_| Refusal::Altered)?;
        if now.abs_diff(request.timestamp) > SKEW_MS.unsigned_abs() {
            return Err(Refusal::Time);
        }
        Ok(())
    }

    fn hold(ring: Ring, watch: Option<Watch>) -> Self {
        Self(Arc::new(Held {
            ring: RwLock::new(Arc::new(ring)),
            watch,
        }))
    }

    /// What is known, after a look at the file if the last one was a while ago.
    fn current(&self) -> Arc<Ring> {
        if self.0.watch.as_ref().is_some_and(Watch::is_due) {
            self.look();
        }
        self.known()
    }

    fn known(&self) -> Arc<Ring> {
        self.0.ring.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Whether there was something new. It costs a few microseconds unless there was.
    fn look(&self) -> bool {
        let Some(ring) = self.0.watch.as_ref().and_then(Watch::look) else {
            return false;
        };
        *self.0.ring.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(ring);
        true
    }
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;

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
            SignedRequest {
                timeout_ms: Some(1000),
                ..request()
            },
        ] {
            assert_eq!(verify(altered), Err(Refusal::Altered), "{altered:?}");
        }
    }

    #[test]
    fn the_remaining_time_is_signed_and_may_be_absent() {
        let keys = keys(&format!("a:{}", secret(1)));
        let with = |timeout_ms| SignedRequest {
            timeout_ms,
            ..request()
        };
        let signature = keys.signature(&with(Some(1500)));
        let verify = |timeout_ms| keys.verify(&with(timeout_ms), &signature, 1_000_000);

        assert_eq!(verify(Some(1500)), Ok(()));
        for altered in [None, Some(1501), Some(150)] {
            assert_eq!(verify(altered), Err(Refusal::Altered), "{altered:?}");
        }
        // As signed before there was such a time: it may not change while builds of both kinds run.
        let before = "a:740b6485b01da7f53f1fcaaaa4679951bebb286fa31f341f64f9b59ad7b4ec37";
        assert_eq!(keys.signature(&with(None)), before);
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
