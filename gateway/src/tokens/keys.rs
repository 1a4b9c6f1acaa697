//! The signing keys: Ed25519, PKCS#8 PEM files in a directory that all replicas share.
//!
//! The last file by name signs, all verify. To rotate, add a file; drop the old one when its tokens are over.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ed25519_dalek::SigningKey;
use ed25519_dalek::pkcs8::spki::der::pem::LineEnding;
use ed25519_dalek::pkcs8::{DecodePrivateKey, EncodePrivateKey, KeypairBytes};
use jsonwebtoken::{DecodingKey, EncodingKey};
use rand::TryRngCore;
use sha2::{Digest, Sha256};
use uuid::Uuid;

const FIRST: &str = "key-001.pem";

/// One key, ready to use.
pub(super) struct Key {
    /// RFC 7638 thumbprint: the same key has the same name in every replica, whatever its file is called.
    pub kid: String,
    pub signing: EncodingKey,
    pub verifying: DecodingKey,
    x: String,
}

/// All keys; never empty.
pub(super) struct Keys {
    newest: Key,
    older: Vec<Key>,
}

/// The directory and what was in it when we looked last.
pub(super) struct KeyRing {
    dir: PathBuf,
    keys: RwLock<Arc<Keys>>,
    looked: Mutex<Instant>,
}

impl KeyRing {
    pub fn open(dir: &Path) -> io::Result<Self> {
        fs::DirBuilder::new().recursive(true).mode(0o700).create(dir)?;
        if files(dir)?.is_empty() {
            make_first(dir)?;
        }
        let keys = RwLock::new(Arc::new(Keys::read(dir)?));
        Ok(Self {
            dir: dir.to_owned(),
            keys,
            looked: Mutex::new(Instant::now()),
        })
    }

    pub fn current(&self) -> Arc<Keys> {
        self.keys.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Whether there was something new. A directory that cannot be read leaves the keys as they are.
    pub fn reload(&self) -> bool {
        match Keys::read(&self.dir) {
            Ok(keys) if keys.kids() != self.current().kids() => {
                *self.keys.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(keys);
                tracing::info!("The token signing keys have changed");
                true
            }
            Ok(_) => false,
            Err(error) => {
                tracing::error!(%error, "The token signing keys cannot be read again");
                false
            }
        }
    }

    /// Reloads at most once in `age`: anyone can send a token with an unknown key.
    pub fn reload_if_older_than(&self, age: Duration) -> bool {
        {
            let mut looked = self.looked.lock().unwrap_or_else(PoisonError::into_inner);
            if looked.elapsed() < age {
                return false;
            }
            *looked = Instant::now();
        }
        self.reload()
    }
}

impl Keys {
    fn read(dir: &Path) -> io::Result<Self> {
        let read =
            |path: &PathBuf| Key::from_pem(&fs::read_to_string(path)?).map_err(|error| bad(path, error));
        let mut older = files(dir)?.iter().map(read).collect::<io::Result<Vec<_>>>()?;
        let newest = older
            .pop()
            .ok_or_else(|| io::Error::new(ErrorKind::NotFound, "there is no signing key"))?;
        Ok(Self { newest, older })
    }

    pub fn signing(&self) -> &Key {
        &self.newest
    }

    pub fn find(&self, kid: &str) -> Option<&Key> {
        self.all().find(|key| key.kid == kid)
    }

    pub fn jwks(&self) -> serde_json::Value {
        let jwk = |key: &Key| {
            serde_json::json!({
                "kty": "OKP", "crv": "Ed25519", "use": "sig", "alg": "EdDSA", "kid": key.kid, "x": key.x,
            })
        };
        serde_json::json!({ "keys": self.all().map(jwk).collect::<Vec<_>>() })
    }

    fn all(&self) -> impl Iterator<Item = &Key> {
        std::iter::once(&self.newest).chain(&self.older)
    }

    fn kids(&self) -> Vec<&str> {
        self.all().map(|key| key.kid.as_str()).collect()
    }
}

impl Key {
    fn from_pem(pem: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        let key = SigningKey::from_pkcs8_pem(pem)?;
        let x = URL_SAFE_NO_PAD.encode(key.verifying_key().as_bytes());
        let thumbprint = Sha256::digest(format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{x}"}}"#));
        Ok(Self {
            kid: URL_SAFE_NO_PAD.encode(thumbprint),
            signing: EncodingKey::from_ed_der(key.to_pkcs8_der()?.as_bytes()),
            verifying: DecodingKey::from_ed_components(&x)?,
            x,
        })
    }
}

/// The key files, oldest name first.
fn files(dir: &Path) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(dir)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "pem") {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

/// Several replicas may start at once: each writes a file of its own, and the first to link it to the name
/// wins, so that nobody ever reads half a key.
fn make_first(dir: &Path) -> io::Result<()> {
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
    let own = dir.join(format!(".{}.new", Uuid::now_v7()));
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&own)?;
    file.write_all(pem.as_bytes())?;
    file.sync_all()?;
    let linked = fs::hard_link(&own, dir.join(FIRST));
    fs::remove_file(&own)?;
    match linked {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
        other => other.and_then(|()| File::open(dir)?.sync_all()),
    }
}

fn bad(path: &Path, error: impl std::fmt::Display) -> io::Error {
    io::Error::new(
        ErrorKind::InvalidData,
        format!("{} is no Ed25519 key in PKCS#8 PEM: {error}", path.display()),
    )
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    struct Dir(PathBuf);

    impl Dir {
        fn new() -> Self {
            Self(std::env::temp_dir().join(format!("souk-keys-{}", Uuid::now_v7())))
        }
    }

    impl Drop for Dir {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    #[test]
    fn replicas_that_start_at_once_agree_on_one_key() {
        let dir = Dir::new();
        let start = || {
            let path = dir.0.clone();
            std::thread::spawn(move || KeyRing::open(&path).unwrap().current().signing().kid.clone())
        };

        let kids: Vec<String> = (0..8)
            .map(|_| start())
            .collect::<Vec<_>>()
            .into_iter()
            .map(|t| t.join().unwrap())
            .collect();

        assert!(kids.windows(2).all(|pair| pair[0] == pair[1]), "{kids:?}");
        let names: Vec<_> = fs::read_dir(&dir.0)
            .unwrap()
            .map(|entry| entry.unwrap().file_name())
            .collect();
        assert_eq!(names, [FIRST]);
        assert_eq!(
            fs::metadata(dir.0.join(FIRST)).unwrap().permissions().mode() & 0o777,
            0o600
        );
    }

    #[test]
    fn a_new_file_signs_and_the_old_one_still_verifies() {
        let dir = Dir::new();
        let ring = KeyRing::open(&dir.0).unwrap();
        let old = ring.current().signing().kid.clone();
        // As `openssl genpkey -algorithm ed25519` writes it, without the public half.
        let pem = "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC\n-----END PRIVATE KEY-----\n";
        fs::write(dir.0.join("key-002.pem"), pem).unwrap();

        assert!(ring.reload() && !ring.reload());

        let keys = ring.current();
        assert_ne!(keys.signing().kid, old);
        assert!(keys.find(&old).is_some());
        assert_eq!(keys.jwks()["keys"].as_array().unwrap().len(), 2);
    }

    #[test]
    fn what_is_no_key_is_told_by_name_and_changes_nothing() {
        let dir = Dir::new();
        let ring = KeyRing::open(&dir.0).unwrap();
        fs::write(dir.0.join("key-002.pem"), "hello").unwrap();

        assert!(!ring.reload());
        let error = KeyRing::open(&dir.0).err().unwrap().to_string();

        assert!(
            error.contains("key-002.pem") && !error.contains("hello"),
            "{error}"
        );
    }
}
